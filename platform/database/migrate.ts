import { openOrm } from "./orm.js";

/**
 * Brings the schema to this version: forward only, one at a time across processes.
 * @returns the names of the migrations that ran, oldest first.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const orm = await openOrm(databaseUrl, { poolSize: 2 });
  try {
    const connection = orm.em.getConnection();
    return await connection.transactional(async (transaction) => {
      // Two servers that start at once must not both create the tables.
      await connection.execute(
        "select pg_advisory_xact_lock(hashtext('postwatch migrations'))",
        [],
        "run",
        transaction,
      );
      const ran = await orm.getMigrator().up({ transaction });
      return ran.map((migration) => migration.name);
    });
  } finally {
    await orm.close(true);
  }
}

/** Migrations of this version that the database has not seen; readiness is refused while there are any. */
export async function pendingMigrations(databaseUrl: string): Promise<string[]> {
  const orm = await openOrm(databaseUrl, { poolSize: 1 });
  try {
    return (await orm.getMigrator().getPendingMigrations()).map((migration) => migration.name);
  } finally {
    await orm.close(true);
  }
}
