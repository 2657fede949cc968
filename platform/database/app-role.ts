import { escapeIdentifier, escapeLiteral } from "pg";
import { statement, type Reader } from "#domain/operation.js";

/** Runs one statement in the transaction of the migrations, as the owner of the tables. */
export type OwnerQuery = <T extends object>(sql: string) => Promise<T[]>;

/** What is only ever written down, and what only migrations write; every other table may be worked on. */
const NARROW: Readonly<Record<string, string>> = {
  event: "select, insert",
  event_leaf: "select, insert",
  event_pii: "select, insert",
  event_text: "select, insert",
  audit_seal: "select, insert",
  audit_key: "select, insert",
  audit_purge: "select",
  message_event: "select, insert",
  migration: "select",
};
const WIDE = "select, insert, update, delete";

/** The role of DATABASE_URL could do more than it is given; the message says what, and the way out. */
export class AppRoleError extends Error {
  override readonly name = "AppRoleError";
}

/**
 * Gives the role that server and worker connect as what they need, and takes what it had besides; makes the role where there
 * is none. Partitions get nothing: they are reached through their table. There are no default privileges, which would be
 * those of new partitions too: tables come with migrations, and whoever migrates comes by here.
 * @throws AppRoleError when it owns tables, or may change the record by another way
 */
export async function admitAppRole(query: OwnerQuery, appUrl: string): Promise<void> {
  const { username, password } = new URL(appUrl);
  const name = decodeURIComponent(username);
  if (name === "") throw new AppRoleError("DATABASE_URL must name a user when DATABASE_OWNER_URL is set.");
  await ensureRole(query, name, decodeURIComponent(password));
  await refuseOwner(query, name);
  const role = escapeIdentifier(name);
  for (const statement of [...(await openPlace(query, role)), ...(await grants(query, role))])
    await query(statement);
  await refuseMore(query, name);
}

async function ensureRole(query: OwnerQuery, name: string, password: string): Promise<void> {
  const found = await query(`select from pg_roles where rolname = ${escapeLiteral(name)}`);
  if (found.length > 0) return;
  const [self] = await query<{ mayCreate: boolean }>(
    `select rolsuper or rolcreaterole as "mayCreate" from pg_roles where rolname = current_user`,
  );
  if (!self!.mayCreate)
    throw new AppRoleError(
      `DATABASE_URL names the role "${name}", which is not there, and the role of DATABASE_OWNER_URL may not make it. ` +
        `Make it: create role ${escapeIdentifier(name)} login password '…'`,
    );
  const secret = password === "" ? "" : ` password ${escapeLiteral(password)}`;
  await query(`create role ${escapeIdentifier(name)} login${secret}`);
}

/** What PUBLIC has in a database that was not made for us; only where it is ours to take. */
async function openPlace(query: OwnerQuery, role: string): Promise<string[]> {
  const [place] = await query<{ database: string; isOurs: boolean; isOpen: boolean }>(
    `select datname as database, pg_has_role(current_user, datdba, 'USAGE') as "isOurs",
       has_schema_privilege('public', 'public', 'CREATE') as "isOpen"
     from pg_database where datname = current_database()`,
  );
  const { database, isOurs, isOpen } = place!;
  return [
    ...(isOurs ? [`revoke temporary on database ${escapeIdentifier(database)} from public`] : []),
    ...(isOurs ? [`grant usage on schema public to ${role}`] : []),
    ...(isOpen ? ["revoke create on schema public from public"] : []),
  ];
}

async function grants(query: OwnerQuery, role: string): Promise<string[]> {
  const tables = await query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
       and not relispartition order by relname`,
  );
  const functions = await query<{ signature: string }>(
    `select oid::regprocedure::text as signature from pg_proc where pronamespace = 'public'::regnamespace and prosecdef`,
  );
  return [
    `revoke all on all tables in schema public from ${role}`,
    `revoke all on all sequences in schema public from ${role}`,
    `grant usage, select on all sequences in schema public to ${role}`,
    ...tables.map(
      ({ name }) => `grant ${NARROW[name] ?? WIDE} on public.${escapeIdentifier(name)} to ${role}`,
    ),
    // What only the owner could do, done by a function for whoever is let in, and for nobody else.
    ...functions.flatMap(({ signature }) => [
      `revoke execute on function ${signature} from public`,
      `grant execute on function ${signature} to ${role}`,
    ]),
  ];
}

const OTHER_ROLE =
  "Give DATABASE_URL a role that is nothing else; it is made when it is not there (docs/security.md).";

async function refuseOwner(query: OwnerQuery, name: string): Promise<void> {
  const owned = await query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace
       and pg_has_role(${escapeLiteral(name)}, relowner, 'MEMBER') order by relname limit 1`,
  );
  if (owned.length > 0)
    throw new AppRoleError(
      `The role "${name}" of DATABASE_URL is the owner of ${owned[0]!.name}, or may become it. ${OTHER_ROLE}`,
    );
}

/** By PUBLIC, by another role it belongs to, or by a grant that another has made. */
async function refuseMore(query: OwnerQuery, name: string): Promise<void> {
  const role = escapeLiteral(name);
  const kept = Object.keys(NARROW).map(escapeLiteral).join(", ");
  const more = await query<{ what: string }>(
    `select 'change ' || relname as what from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
       and (relname in (${kept}) or relispartition) and has_table_privilege(${role}, oid, 'UPDATE, DELETE, TRUNCATE')
     union all select 'create in the schema public' where has_schema_privilege(${role}, 'public', 'CREATE')
     order by what limit 1`,
  );
  if (more.length > 0)
    throw new AppRoleError(`The role "${name}" of DATABASE_URL may ${more[0]!.what}. ${OTHER_ROLE}`);
}

const OWNS_RECORD = statement<{ owns: boolean }>(
  "owns_record",
  `select pg_has_role(current_user, relowner, 'MEMBER') as owns from pg_class where oid = to_regclass('public.event')`,
);

/** Said once at start where whoever serves could change the record, with what to do. */
export async function adviceOnRole(reader: Reader): Promise<string[]> {
  const [record] = await reader.query(OWNS_RECORD);
  if (!record?.owns) return [];
  return [
    "The role of DATABASE_URL owns the tables, so this process could change the audit record. For npm run migrate set " +
      "DATABASE_OWNER_URL to that role, and DATABASE_URL everywhere to another, which is made then (docs/security.md).",
  ];
}
