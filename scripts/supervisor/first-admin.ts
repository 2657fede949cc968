import { randomUUID } from "node:crypto";
import type { Config } from "#platform/config.js";
import { createFirstAdmin } from "#domain/users/index.js";
import { Database } from "#platform/database/database.js";
import { openOperation } from "#platform/database/open-operation.js";

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Makes the first administrator; null when there are users already. */
export async function ensureFirstAdmin(databaseUrl: string, config: Config): Promise<Credentials | null> {
  const database = await Database.open(databaseUrl, {
    poolSize: 1,
    statementTimeoutMs: 10_000,
    applicationName: "postwatch-start",
  });
  try {
    const operator = { kind: "OPERATOR", name: "npm start" } as const;
    return await createFirstAdmin(
      openOperation(database, operator, { requestId: randomUUID() }),
      config.admin,
    );
  } finally {
    await database.close();
  }
}
