import * as v from "valibot";
import { command } from "../command.js";
import { attempted } from "../events.js";
import { IdSchema, type Id } from "../ids.js";
import { statement } from "../operation.js";
import { retireOneTimeTokens } from "./one-time-token.js";
import { demandAnotherAdmin, demandOther, endSessions, lockPerson } from "./person.js";

const LEAVE_TEAMS = statement<object>(
  "leave_teams",
  "delete from team_member where tenant_id = $1 and user_id = $2",
);
const FORGET_DEVICES = statement<object>(
  "forget_devices",
  "update session set ip = null, last_seen_ip = null, user_agent = null where tenant_id = $1 and user_id = $2",
);
const FORGET_ON_RECORD = statement<object>("forget_on_record", "select audit_forget($1)");
const FORGET_NOTICES = statement<object>(
  "forget_notices",
  "delete from notification where tenant_id = $1 and user_id = $2",
);

/**
 * Takes a person out for good: name, address, password and devices are gone, and there is no way back. What they did stays
 * on record under their id, without anything that tells who that was; the proof of those entries still holds.
 * Writes app_user, session, team_member, one_time_token, notification; emits user.erased; enqueues nothing.
 * Throws LAST_ADMIN, FORBIDDEN (OWN).
 */
export const eraseUser = command({
  name: "eraseUser",
  permission: "user:manage",
  input: v.object({ userId: IdSchema }),
  audits: attempted("user.erased", "user", "userId"),
  async run(op, { userId }): Promise<{ userId: Id }> {
    const person = await lockPerson(op, userId);
    await demandAnotherAdmin(op, person);
    demandOther(op, userId, "user:manage", "Nobody erases themselves; ask another administrator.");
    const nobody = `erased-${userId}@erased.invalid`;
    const before = person.user.status;
    const sessions = await endSessions(op, userId, "ERASED");
    await retireOneTimeTokens(op, userId);
    for (const forget of [LEAVE_TEAMS, FORGET_DEVICES, FORGET_NOTICES])
      await op.query(forget, [op.tenantId, userId]);
    Object.assign(person.user, {
      email: nobody,
      emailCanonical: nobody,
      name: "Erased person",
      passwordHash: null,
      status: "ERASED",
      updatedAt: op.now,
    });
    person.membership.version += 1;
    await op.query(FORGET_ON_RECORD, [userId]);
    await op.emit("user.erased", {
      targets: [{ type: "user", id: userId }, ...sessions],
      changes: [{ field: "status", before, after: "ERASED" }],
    });
    return { userId };
  },
});
