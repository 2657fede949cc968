import type { TestDatabase } from "./database.js";

/**
 * Whoever asks is seen, which is noted in the background, at most once a minute a session: that is about the asking,
 * not about what was asked.
 */
const ROW_OF: Readonly<Record<string, string>> = {
  session: "(to_jsonb(t) - array['last_seen_at', 'last_seen_ip', 'user_agent'])::text",
};
/** What is written with an entry of the audit log, or of it by the sealer. */
const SEALED = ["event_text", "event_leaf", "audit_seal", "audit_key", "audit_quarter"];
const WITH_AN_ENTRY = ["event_pii", "pending_seal", ...SEALED];
const OF_A_CHANGE = "where event_id in (select id from event where outcome = 'SUCCESS')";
/** The entries of what was refused or failed are left out, with what stands beside them. */
const BESIDE_REFUSALS: Readonly<Record<string, string>> = {
  event: "where outcome = 'SUCCESS'",
  event_pii: OF_A_CHANGE,
  pending_event: OF_A_CHANGE,
  pending_seal: OF_A_CHANGE,
};

/** Number of rows and hash of all rows of every table, in one statement and so of one moment. */
const PRINTS = `
  select c.relname as name, query_to_xml(format(
      'select count(*) as n, md5(string_agg(r, '''' order by r)) as sum from (select md5(%s) as r from %I t %s) rows',
      coalesce($1::jsonb ->> c.relname, 't::text'), c.relname, coalesce($2::jsonb ->> c.relname, '')
    ), false, false, '')::text as print
  from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    and c.relname <> all($3::text[])
  order by c.relname`;

async function print(
  db: TestDatabase,
  where: Readonly<Record<string, string>>,
  except: readonly string[],
): Promise<string> {
  const tables = await db.sql<{ name: string; print: string }>(PRINTS, [ROW_OF, where, except]);
  return tables.map((table) => `${table.name}:${table.print.replace(/<[^>]*>|\s+/g, " ").trim()}`).join("\n");
}

/**
 * Every row of every table, but for when and where a session was last used. Equal before and after proves that nothing
 * was changed; `except` leaves tables out.
 */
export function checksum(db: TestDatabase, except: readonly string[] = []): Promise<string> {
  return print(db, {}, except.includes("event") ? [...except, ...WITH_AN_ENTRY] : except);
}

/** The same for what is refused by the state of things: that leaves an entry in the audit log, and nothing else. */
export function checksumBesideRefusals(db: TestDatabase): Promise<string> {
  return print(db, BESIDE_REFUSALS, SEALED);
}
