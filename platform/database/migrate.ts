import { admitAppRole, type OwnerQuery } from "./app-role.js";
import { holdLedger } from "./hold-ledger.js";
import { openOrm } from "./orm.js";

/**
 * Brings the schema to this version: forward only, one at a time across processes. Workers may go on: the ledger is held from before the
 * first change until the commit, and they wait.
 * @param ownerUrl of the role that owns the tables, or will
 * @param appUrl of the role that server and worker connect as, where it is another: it gets what it needs in the same
 *   transaction, so that there is no moment without
 * @returns the names of the migrations that ran, oldest first.
 * @throws AppRoleError
 */
export async function migrate(ownerUrl: string, appUrl?: string): Promise<string[]> {
  const orm = await openOrm(ownerUrl, { poolSize: 2 });
  try {
    const connection = orm.em.getConnection();
    return await connection.transactional(async (transaction) => {
      const query = ((sql) => connection.execute(sql, [], "all", transaction)) as OwnerQuery;
      // Two servers that start at once must not both create the tables.
      await query("select pg_advisory_xact_lock(hashtext('postwatch migrations'))");
      const pending = await orm.getMigrator().getPendingMigrations();
      if (pending.length > 0) await holdLedger(query);
      const ran = await orm.getMigrator().up({ transaction });
      if (appUrl !== undefined) await admitAppRole(query, appUrl);
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
