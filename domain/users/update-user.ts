import * as v from "valibot";
import { command } from "../command.js";
import { demandVersion } from "../errors.js";
import { attempted } from "../events.js";
import { IdSchema, type Id } from "../ids.js";
import type { UnitOfWork } from "../operation.js";
import { attemptedOnOneself, lockPerson, userTarget } from "./person.js";
import { PersonName } from "./person-name.js";

const expectedVersion = v.nullish(v.number());

/**
 * Changes what a person is called. Writes app_user, membership.version; emits user.updated; enqueues nothing.
 * Throws CONFLICT with both versions when somebody else was first.
 */
export const updateUser = command({
  name: "updateUser",
  permission: "user:manage",
  input: v.object({ userId: IdSchema, name: v.nullish(PersonName), expectedVersion }),
  audits: attempted("user.updated", "user", "userId"),
  run: (op, { userId, name, expectedVersion: expected }) => rename(op, userId, name ?? null, expected),
});

/** The same for oneself. */
export const updateProfile = command({
  name: "updateProfile",
  permission: "signedIn",
  input: v.object({ name: PersonName, expectedVersion }),
  audits: attemptedOnOneself("user.updated"),
  run(op, { name, expectedVersion: expected }) {
    if (op.actor.kind !== "USER") throw new TypeError("A profile belongs to a person");
    return rename(op, op.actor.userId, name, expected);
  },
});

async function rename(
  op: UnitOfWork,
  userId: Id,
  name: string | null,
  expected: number | null | undefined,
): Promise<{ userId: Id }> {
  const { user, membership } = await lockPerson(op, userId);
  demandVersion("person", membership.version, expected);
  if (name === null || name === user.name) return { userId };
  const before = user.name;
  Object.assign(user, { name, updatedAt: op.now });
  membership.version += 1;
  await op.emit("user.updated", {
    targets: [userTarget(user)],
    changes: [{ field: "name", before, after: name }],
  });
  return { userId };
}
