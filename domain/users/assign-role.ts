import * as v from "valibot";
import { ROLES } from "../access/roles.js";
import { command } from "../command.js";
import { demandVersion } from "../errors.js";
import { attempted } from "../events.js";
import { IdSchema, type Id } from "../ids.js";
import { vouchForInvitation } from "./one-time-token.js";
import { demandAnotherAdmin, demandOther, lockPerson, userTarget } from "./person.js";

/**
 * Gives a person another role; their sockets close and come back with the new rights within a second.
 * Of somebody who has yet to accept, the invitation stands on the word of whoever gives the role.
 * Writes membership, one_time_token; emits user.role.changed; enqueues nothing.
 * Throws LAST_ADMIN, FORBIDDEN (OWN): nobody raises or lowers themselves, CONFLICT with both versions.
 */
export const assignRole = command({
  name: "assignRole",
  permission: "user:role",
  input: v.object({ userId: IdSchema, role: v.picklist(ROLES), expectedVersion: v.nullish(v.number()) }),
  audits: attempted("user.role.changed", "user", "userId"),
  async run(op, { userId, role, expectedVersion }): Promise<{ userId: Id }> {
    const person = await lockPerson(op, userId);
    const { membership } = person;
    if (role !== "ADMIN") await demandAnotherAdmin(op, person);
    demandOther(op, userId, "user:role", "Nobody changes their own role; ask another administrator.");
    demandVersion("person", membership.version, expectedVersion);
    const before = membership.role;
    if (before === role) return { userId };
    Object.assign(membership, { role, version: membership.version + 1 });
    await vouchForInvitation(op, userId);
    await op.emit("user.role.changed", {
      targets: [userTarget(person.user)],
      changes: [{ field: "role", before, after: role }],
    });
    return { userId };
  },
});
