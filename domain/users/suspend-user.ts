import * as v from "valibot";
import { command } from "../command.js";
import { InvalidTransitionError } from "../errors.js";
import { attempted } from "../events.js";
import { IdSchema, type Id } from "../ids.js";
import { retireOneTimeTokens } from "./one-time-token.js";
import {
  demandAnotherAdmin,
  demandOther,
  endSessions,
  lockPerson,
  userTarget,
  type Person,
} from "./person.js";
import type { UserStatus } from "./user.entity.js";

/**
 * Shuts a person out: their sessions, sockets and open links end, and so does what waits in their name (initiatorNeeds). What
 * they have launched goes on: it is the organisation's.
 * Writes app_user, session, one_time_token; emits user.suspended; enqueues nothing.
 * Throws LAST_ADMIN, FORBIDDEN (OWN), INVALID_TRANSITION unless they are active.
 */
export const suspendUser = command({
  name: "suspendUser",
  permission: "user:manage",
  input: v.object({ userId: IdSchema }),
  audits: attempted("user.suspended", "user", "userId"),
  async run(op, { userId }): Promise<{ userId: Id }> {
    const person = await lockPerson(op, userId);
    await demandAnotherAdmin(op, person);
    demandOther(op, userId, "user:manage", "Nobody suspends themselves; ask another administrator.");
    demandStatus(person, "ACTIVE", "SUSPENDED", "suspended");
    const before = person.user.status;
    Object.assign(person.user, { status: "SUSPENDED", updatedAt: op.now });
    person.membership.version += 1;
    const sessions = await endSessions(op, userId, "SUSPENDED");
    await retireOneTimeTokens(op, userId);
    await op.emit("user.suspended", {
      targets: [userTarget(person.user), ...sessions],
      changes: [{ field: "status", before, after: "SUSPENDED" }],
    });
    return { userId };
  },
});

/** Lets a suspended person in again; they sign in anew. Writes app_user; emits user.reactivated. */
export const reactivateUser = command({
  name: "reactivateUser",
  permission: "user:manage",
  input: v.object({ userId: IdSchema }),
  audits: attempted("user.reactivated", "user", "userId"),
  async run(op, { userId }): Promise<{ userId: Id }> {
    const person = await lockPerson(op, userId);
    demandStatus(person, "SUSPENDED", "ACTIVE", "reactivated");
    Object.assign(person.user, { status: "ACTIVE", updatedAt: op.now });
    person.membership.version += 1;
    await op.emit("user.reactivated", {
      targets: [userTarget(person.user)],
      changes: [{ field: "status", before: "SUSPENDED", after: "ACTIVE" }],
    });
    return { userId };
  },
});

function demandStatus({ user }: Person, wanted: UserStatus, to: UserStatus, done: string): void {
  if (user.status === wanted) return;
  const sentence = `Somebody who is ${user.status.toLowerCase()} cannot be ${done}.`;
  throw new InvalidTransitionError(sentence, user.status, to, []);
}
