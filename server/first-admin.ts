import { randomUUID } from "node:crypto";
import { createFirstAdmin, hasUsers } from "#domain/users/index.js";
import type { Config } from "#platform/config.js";
import type { Database } from "#platform/database/database.js";
import { openOperation } from "#platform/database/open-operation.js";
import type { Logger } from "#platform/logger.js";

/**
 * A server that is deployed on its own makes the first administrator when it is told the password. It never makes one
 * up: a log is no place for a password (`npm start`, which runs in front of a person, does).
 */
export async function ensureFirstAdmin(database: Database, { admin }: Config, log: Logger): Promise<void> {
  if (await hasUsers(database)) return;
  if (!admin.password) {
    log.warn(
      "nobody can sign in yet: set POSTWATCH_ADMIN_PASSWORD and start again to make the first administrator",
    );
    return;
  }
  const operator = { kind: "OPERATOR", name: "server start" } as const;
  const made = await createFirstAdmin(openOperation(database, operator, { requestId: randomUUID() }), admin);
  if (made) log.info({ email: made.email }, "the first administrator was made");
}
