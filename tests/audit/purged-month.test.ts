import { afterAll, beforeAll, expect, test } from "vitest";
import { tell } from "../../domain/audit/verify/tell.js";
import { verifyChain } from "../../domain/audit/verify-chain.js";
import { newId, type Id } from "../../domain/ids.js";
import { freshDatabase, makeUser, type TestDatabase } from "../support/database.js";
import { bundleOf, judge, placesOf, seal, tamper } from "./proof-support.js";
import { isStrangerThere, ours, theirs } from "./stranger.js";

/**
 * Of each chain seal 1 has seq 1 and 2, of a month that retention took; seal 2 has 3 to 5, of the month after it, which it
 * might have taken; seal 3 has 6 and 7, of this month.
 */
let db: TestDatabase;
const chains: Id[] = [];
const month = { gone: "", old: "", now: "" };

beforeAll(async () => {
  db = await freshDatabase();
  for (const [name, ago] of [
    ["gone", 6],
    ["old", 5],
    ["now", 0],
  ] as const) {
    const [row] = await db.sql<{ month: string }>(
      `select to_char(m, 'YYYY-MM') as month from date_trunc('month', now() at time zone 'UTC' - make_interval(months => $1)) m,
         audit_ensure_months(m::date, m::date)`,
      [ago],
    );
    month[name] = row!.month;
  }
  for (let made = 0; made <= CASES.length; made += 1) {
    const { op, tenantId } = await makeUser(db.database);
    chains.push(tenantId);
    await entries(month.gone, tenantId, 2);
    await entries(month.old, tenantId, 3);
    for (let at = 0; at < 2; at += 1)
      await op.record("campaign.paused", { targets: [{ type: "campaign", id: newId() }] });
  }
  await seal(db);
  await db.sql("update installation set audit_retention_months = 3");
  await db.sql("select audit_purge_month($1)", [`${month.gone}-01`]);
});
afterAll(() => db.close());

const entries = (of: string, tenantId: Id, count: number) =>
  db.sql(
    `with fact as (
       insert into event (id, tenant_id, at, action, actor_kind, targets, outcome, context)
       select gen_random_uuid(), $1::uuid, ($2 || '-15')::timestamptz + make_interval(secs => n), 'auth.logout', 'JOB', '[]', 'SUCCESS', '{}'
       from generate_series(1, $3) n returning id, at)
     insert into pending_seal (event_id, at) select id, at from fact`,
    [tenantId, of, count],
  );

/** The database, the bundle and a stranger: all three. */
async function check(chain: Id) {
  const verdict = await verifyChain(db.database, chain);
  const bundle = await bundleOf(db, chain);
  const ofBundle = judge(bundle);
  expect(placesOf(ofBundle)).toEqual(placesOf(verdict).filter(([kind]) => kind !== "entry-unsealed"));
  expect(ofBundle.purged.map(({ month: of }) => of)).toEqual(verdict.purged.map(({ month: of }) => of));
  if (isStrangerThere) expect(theirs(bundle)).toEqual(ours(bundle));
  return verdict;
}

test("a month that retention took is intact in the database and in a bundle, and which entries are gone is said", async () => {
  const verdict = await check(chains[0]!);
  expect(verdict).toMatchObject({ isIntact: true, entries: 5, seals: 3, firstSeq: 1, lastSeq: 7 });
  const { at } = verdict.purged[0]!;
  expect(verdict.purged).toEqual([
    {
      type: "purge",
      month: month.gone,
      firstSeal: 1,
      lastSeal: 1,
      firstSeq: 1,
      lastSeq: 2,
      policy: "kept for 3 months",
      at,
    },
  ]);
  expect(tell(verdict)).toContain(
    `entries of ${month.gone} (seq 1 to 2) were deleted by retention at ${at}: kept for 3 months`,
  );
});

type Statement = readonly [text: string, values?: unknown[]];
const without = (seqs: string, chain: Id): readonly Statement[] => [
  [
    `delete from event e using event_leaf l where l.chain_id = $1 and l.seq ${seqs} and e.id = l.event_id and e.at = l.at`,
    [chain],
  ],
  [`delete from event_leaf where chain_id = $1 and seq ${seqs}`, [chain]],
];
const forged = (chain: Id, of: string, [seals, first, last]: readonly number[]): Statement => [
  `insert into audit_purge (chain_id, month, first_seal, last_seal, first_seq, last_seq, policy)
     values ($1, ($2 || '-01')::date, $3, $3, $4, $5, 'kept for 3 months')`,
  [chain, of, seals, first, last],
];

const CASES: readonly {
  readonly name: string;
  readonly statements: (chain: Id) => readonly Statement[];
  readonly places: readonly (readonly [string, number, number])[];
  readonly message: () => string;
}[] = [
  {
    name: "entries are deleted by hand, and nothing is said of it",
    statements: (chain) => without("between 3 and 5", chain),
    places: [
      ["entry-missing", 3, 2],
      ["entry-missing", 4, 2],
      ["entry-missing", 5, 2],
    ],
    message: () => "seq 3: the entry is missing.",
  },
  {
    name: "what was said of the month is deleted",
    statements: (chain) => [["delete from audit_purge where chain_id = $1", [chain]]],
    places: [
      ["entry-missing", 1, 1],
      ["entry-missing", 2, 1],
    ],
    message: () => "seq 1: the entry is missing.",
  },
  {
    name: "what was said of the month is stretched over the seals of the next",
    statements: (chain) => [
      ...without("between 3 and 5", chain),
      ["update audit_purge set last_seal = 2, last_seq = 5 where chain_id = $1", [chain]],
    ],
    places: [
      ["entry-missing", 3, 2],
      ["entry-missing", 4, 2],
      ["entry-missing", 5, 2],
    ],
    message: () => "seq 3: the entry is missing.",
  },
  {
    name: "one entry of a month of which it is said that it went is deleted",
    statements: (chain) => [...without("= 4", chain), forged(chain, month.old, [2, 3, 5])],
    places: [["entry-missing", 4, 2]],
    message: () => "seq 4: the entry is missing.",
  },
  {
    name: "this month's entries are said to have gone",
    statements: (chain) => [...without("between 6 and 7", chain), forged(chain, month.now, [3, 6, 7])],
    places: [
      ["purge", 6, 3],
      ["entry-missing", 6, 3],
    ],
    message: () =>
      `The entries of ${month.now} (seq 6 to 7) are said to be deleted by retention at ${month.now}`,
  },
];

test.each(CASES.map((each, at) => ({ ...each, at })))(
  "tampering that looks like retention is named: $name",
  async ({ statements, places, message, at }) => {
    const chain = chains[at + 1]!;
    await tamper(db, ...statements(chain));
    const verdict = await check(chain);
    expect(placesOf(verdict)).toEqual(places);
    expect(verdict.faults[0]!.message).toContain(message());
  },
);
