import { Client } from "pg";
import { bundleLines, type BundleOptions } from "../../domain/audit/bundle.js";
import { microseconds } from "../../domain/audit/entry-body.js";
import { introduceKey } from "../../domain/audit/keys.queries.js";
import type { SealingKey } from "../../domain/audit/seal.js";
import { sealEntries } from "../../domain/audit/seal-entries.js";
import { BundleVerifier } from "../../domain/audit/verify/bundle-verifier.js";
import type { Verdict } from "../../domain/audit/verify/chain-verifier.js";
import type { AnchorRecord } from "../../domain/audit/verify/records.js";
import { newId, type Id } from "../../domain/ids.js";
import { openSealingKey } from "../../platform/audit-keys.js";
import { inTransaction } from "../../platform/database/unit-of-work.js";
import { TEST_SECRET, type TestDatabase } from "../support/database.js";

export const TEST_KEY = openSealingKey(undefined, TEST_SECRET);

const asSealer = {
  actor: { kind: "JOB", name: "audit.seal" } as const,
  tenantId: null,
  request: { requestId: newId() },
};

/** What a worker's sealer does, once. */
export const seal = (db: TestDatabase, key = TEST_KEY, previous: SealingKey | null = null) =>
  inTransaction(db.database, asSealer, async (op) => {
    await introduceKey(op, key, previous);
    return sealEntries(op, key);
  });

export async function bundleOf(
  db: TestDatabase,
  chain: Id,
  options: Partial<BundleOptions> = {},
): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of bundleLines(db.database, chain, { filter: null, ...options })) lines.push(line);
  return lines;
}

/** What a bundle of these lines is found to be. */
export function judge(lines: Iterable<string>, trusted?: ReadonlySet<string>): Verdict {
  const verifier = new BundleVerifier(trusted);
  for (const line of lines) verifier.takeLine(line.trimEnd());
  return verifier.finish();
}

export const placesOf = ({ faults }: Verdict) =>
  faults.map(({ kind, seq, seal: number }) => [kind, seq, number]);

/** An anchor of the newest seal, as it is written down outside. */
export async function anchorOf(db: TestDatabase, chain: Id): Promise<AnchorRecord> {
  const [anchor] = await db.sql<AnchorRecord>(
    `select 'anchor' as type, ${microseconds("clock_timestamp()")} as at, chain_id as chain, encode(hash, 'hex') as hash,
       key_id as "keyId", last_seq::int as "lastSeq", number::int, encode(signature, 'hex') as signature
     from audit_seal where chain_id = $1 order by number desc limit 1`,
    [chain],
  );
  return anchor!;
}

export async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

const GUARDED = ["event", "event_leaf", "audit_seal", "audit_key", "audit_purge"];

/** What somebody does who owns the tables: triggers off, statements, triggers on. */
export async function tamper(db: TestDatabase, ...statements: readonly (readonly [string, unknown[]?])[]) {
  const client = new Client({ connectionString: db.url });
  await client.connect();
  try {
    await client.query("begin");
    for (const table of GUARDED) await client.query(`alter table ${table} disable trigger user`);
    for (const [text, values] of statements) await client.query(text, values);
    for (const table of GUARDED) await client.query(`alter table ${table} enable trigger user`);
    await client.query("commit");
  } finally {
    await client.end();
  }
}
