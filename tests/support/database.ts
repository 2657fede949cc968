import { setTimeout as sleep } from "node:timers/promises";
import { createSecretKey, randomUUID } from "node:crypto";
import { Client } from "pg";
import { inject } from "vitest";
import type { Role } from "../../domain/access/roles.js";
import { newId, type Id } from "../../domain/ids.js";
import type { Operation } from "../../domain/operation.js";
import { Database } from "../../platform/database/database.js";
import { migrate } from "../../platform/database/migrate.js";
import { openOperation } from "../../platform/database/open-operation.js";

/** The installation's key of the tests; a process that a test starts gets it as JWT_SECRET. */
export const TEST_SECRET = createSecretKey(Buffer.from("the key of the tests, 32 characters", "utf8"));
const TEMPLATE = "postwatch_template";

export interface TestDatabase {
  readonly url: string;
  readonly database: Database;
  /** Plain SQL on the pool; times come as text, counts as numbers. */
  sql<T extends object>(text: string, values?: readonly unknown[]): Promise<T[]>;
  /** Ends the pools and drops the database. */
  close(): Promise<void>;
}

/**
 * A migrated, empty database of the caller's own, on the server of this test run. Made from a template, which takes
 * some ten milliseconds. Call it once a file, in `beforeAll`, and `close` in `afterAll`.
 */
export async function freshDatabase(options: { poolSize?: number } = {}): Promise<TestDatabase> {
  const adminUrl = inject("databaseUrl");
  const name = `test_${process.pid}_${randomUUID().slice(0, 8)}`;
  await asAdmin(adminUrl, async (admin) => {
    await ensureTemplate(admin, adminUrl);
    await admin.query(`create database ${name} template ${TEMPLATE} strategy file_copy`);
  });
  const url = databaseNamed(adminUrl, name);
  const database = await Database.open(url, {
    poolSize: options.poolSize ?? 4,
    statementTimeoutMs: 10_000,
    applicationName: "postwatch-test",
    secret: TEST_SECRET,
  });
  // Another installation than its template: the files of a run share a Redis, and would hear each other's bells.
  await database.pool.query("update installation set id = gen_random_uuid()");
  return {
    url,
    database,
    sql: async <T>(text: string, values: readonly unknown[] = []) =>
      (await database.pool.query(text, values as unknown[])).rows as T[],
    async close() {
      // A connection that somebody still waits on would keep the whole file: it is cut with its database.
      await Promise.race([database.close(), sleep(CLOSES_WITHIN_MS)]);
      const { _clients: left } = database.pool as unknown as {
        _clients: { on(event: "error", told: () => void): void }[];
      };
      for (const client of left) client.on("error", () => {});
      await asAdmin(adminUrl, (admin) => drop(admin, name));
    },
  };
}

const CLOSES_WITHIN_MS = 20_000;
/** SQLSTATE insufficient_privilege. */
const PERMISSION_DENIED = "42501";
const VACUUM_ENDS_WITHIN_S = 30;

/** The server's own vacuum may be in it for a while, and is not ours to end: the whole server is thrown away soon. */
async function drop(admin: Client, name: string): Promise<void> {
  for (let second = 0; second < VACUUM_ENDS_WITHIN_S; second += 1) {
    try {
      return void (await admin.query(`drop database ${name} with (force)`));
    } catch (error) {
      if ((error as { code?: string }).code !== PERMISSION_DENIED) throw error;
      await sleep(1_000);
    }
  }
}

/** Made by the first file of the run that asks; the others wait for it. It gets its name when it is complete. */
async function ensureTemplate(admin: Client, adminUrl: string): Promise<void> {
  const isThere = async () =>
    (await admin.query("select from pg_database where datname = $1", [TEMPLATE])).rowCount === 1;
  if (await isThere()) return;
  await admin.query("select pg_advisory_lock(hashtext('postwatch test template'))");
  try {
    if (await isThere()) return;
    const draft = `${TEMPLATE}_draft`;
    await admin.query(`drop database if exists ${draft} with (force)`);
    await admin.query(`create database ${draft}`);
    await migrate(databaseNamed(adminUrl, draft));
    await admin.query(`alter database ${draft} rename to ${TEMPLATE}`);
  } finally {
    await admin.query("select pg_advisory_unlock(hashtext('postwatch test template'))");
  }
}

async function asAdmin<T>(url: string, work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

function databaseNamed(url: string, name: string): string {
  const named = new URL(url);
  named.pathname = `/${name}`;
  return named.href;
}

/** Somebody who is signed in, with the rows that stand behind it. */
export interface TestUser {
  readonly tenantId: Id;
  readonly userId: Id;
  readonly sessionId: Id;
  readonly email: string;
  /** Acts as this user. */
  readonly op: Operation;
}

/**
 * Makes a user with a session: in a new tenant of their own, or in `tenantId`. An ADMIN unless told otherwise. They
 * have no password; sign-in tests set one.
 */
export async function makeUser(
  database: Database,
  options: { tenantId?: Id; role?: Role; email?: string; teamIds?: readonly Id[] } = {},
): Promise<TestUser> {
  const [userId, sessionId, role] = [newId(), newId(), options.role ?? "ADMIN"];
  const tenantId = options.tenantId ?? (await makeTenant(database));
  const email = options.email ?? `${role.toLowerCase()}-${userId.slice(-12)}@example.org`;
  const insert = (text: string, values: unknown[]) => database.pool.query(text, values);
  await insert(
    `insert into app_user (id, email, email_canonical, name, status) values ($1, $2, lower($2), $3, 'ACTIVE')`,
    [userId, email, `Test ${role}`],
  );
  await insert("insert into membership (id, tenant_id, user_id, role) values ($1, $2, $3, $4)", [
    newId(),
    tenantId,
    userId,
    role,
  ]);
  await insert(
    "insert into session (id, tenant_id, user_id, expires_at) values ($1, $2, $3, now() + interval '1 day')",
    [sessionId, tenantId, userId],
  );
  for (const teamId of options.teamIds ?? [])
    await insert("insert into team_member (tenant_id, team_id, user_id) values ($1, $2, $3)", [
      tenantId,
      teamId,
      userId,
    ]);
  const op = openOperation(
    database,
    {
      kind: "USER",
      userId,
      email,
      role,
      sessionId,
      tenantId,
      teamIds: options.teamIds ?? [],
      masksAddresses: false,
      viewedBy: null,
    },
    { requestId: randomUUID() },
  );
  return { tenantId, userId, sessionId, email, op };
}

export async function makeTenant(database: Database): Promise<Id> {
  const id = newId();
  await database.pool.query("insert into tenant (id, name, slug) values ($1, $2, $3)", [
    id,
    `Tenant ${id.slice(-6)}`,
    `tenant-${id}`,
  ]);
  return id;
}

export async function makeTeam(database: Database, tenantId: Id, name = "Team"): Promise<Id> {
  const id = newId();
  await database.pool.query("insert into team (id, tenant_id, name) values ($1, $2, $3)", [
    id,
    tenantId,
    `${name} ${id.slice(-6)}`,
  ]);
  return id;
}

/** Who acted, as people read it: it stands beside the entry. A column for `select … from event`. */
export const ACTOR_LABEL = `(select p.fields -> 'actor.label' ->> 1 from event_pii p
  where p.event_id = event.id and p.fields ? 'actor.label') as actor_label`;
