import { randomUUID } from "node:crypto";
import { anonymous } from "../../domain/access/actor.js";
import type { Role } from "../../domain/access/roles.js";
import type { Operation } from "../../domain/operation.js";
import { hashPassword, type SignInThrottle } from "../../domain/users/index.js";
import { openOperation } from "../../platform/database/open-operation.js";
import { makeUser, type TestDatabase, type TestUser } from "./database.js";

export const GOOD_PASSWORD = "seven green herons";

/** Where the throttle is not what a test is about. */
export const UNTHROTTLED: SignInThrottle = {
  admit: async () => ({ succeeded: async () => {} }),
  mayReset: async () => true,
  forgive: async () => {},
};

/** A stranger's operation, as a request without a token opens it. */
export const stranger = (db: TestDatabase): Operation =>
  openOperation(db.database, anonymous, { requestId: randomUUID(), ip: "192.0.2.1", userAgent: "test" });

let goodHash: Promise<string> | undefined;

/** Somebody who can sign in with GOOD_PASSWORD, or whose stored hash is the one given. */
export async function makeUserWithPassword(
  db: TestDatabase,
  options: { tenantId?: string; role?: Role; passwordHash?: string } = {},
): Promise<TestUser> {
  const { passwordHash, ...rest } = options;
  const user = await makeUser(db.database, { role: "USER", ...rest });
  const stored = passwordHash ?? (await (goodHash ??= hashPassword(GOOD_PASSWORD)));
  await db.sql("update app_user set password_hash = $2 where id = $1", [user.userId, stored]);
  return user;
}
