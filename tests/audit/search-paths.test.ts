import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Sql } from "../../domain/audit/search/conditions.js";
import { countEntries, listEntries } from "../../domain/audit/search/entries.queries.js";
import { countFacets } from "../../domain/audit/search/facets.queries.js";
import { readFilter } from "../../domain/audit/search/read-filter.js";
import type { AuditFilter } from "../../domain/audit/search/search.js";
import { sourceOf, type Way } from "../../domain/audit/search/source.js";
import { countVolume } from "../../domain/audit/search/volume.queries.js";
import type { Id } from "../../domain/ids.js";
import { Database } from "../../platform/database/database.js";
import { freshDatabase, makeTenant, type TestDatabase } from "../support/database.js";
import { seal } from "./proof-support.js";

/** More than a walk passes before it gives up, in months that are far apart. */
const ENTRIES = 6_000;
const DAYS = 150;
const BEGIN = Date.UTC(2026, 3, 1);
let db: TestDatabase;
let tenant: Id;

/**
 * Every entry n is of "common" things; every 500th "seldom", every third "third", the oldest ten "ancient"; every 7th failed; the
 * address counts up to 250. Another organisation has the same words.
 */
beforeAll(async () => {
  db = await freshDatabase();
  tenant = await makeTenant(db.database);
  const other = await makeTenant(db.database);
  const begin = new Date(BEGIN).toISOString();
  await db.sql("select audit_ensure_months($1::date, ($1::timestamptz + make_interval(days => $2))::date)", [
    begin,
    DAYS,
  ]);
  for (const [id, count] of [
    [tenant, ENTRIES],
    [other, 600],
  ] as const)
    await db.sql(
      `with fact as (
         insert into event (id, tenant_id, at, action, actor_kind, targets, outcome, context)
         select gen_random_uuid(), $1::uuid, $2::timestamptz + n * (make_interval(days => $3) / $4::float8),
           case when n % 5 = 0 then 'campaign.paused' else 'campaign.launched' end, 'ANONYMOUS',
           jsonb_build_array(jsonb_build_object('type', 'campaign', 'id', n::text, 'label', concat_ws(' ', 'common',
             case when n % 500 = 0 then 'seldom' end, case when n % 3 = 0 then 'third' end, case when n <= 10 then 'ancient' end))),
           case when n % 7 = 0 then 'FAILED' else 'SUCCESS' end, '{}'
         from generate_series(1, $4::int) n returning id, at, (targets -> 0 ->> 'id')::int as n),
       beside as (
         insert into event_pii (event_id, at, tenant_id, subject_id, fields)
         select id, at, $1, $1, jsonb_build_object('context.ip', jsonb_build_array('00', '10.0.0.' || n % 250)) from fact)
       insert into pending_seal (event_id, at) select id, at from fact`,
      [id, begin, DAYS, count],
    );
  while ((await seal(db))!.count > 0);
  await db.sql("analyze event, event_text, event_pii");
});
afterAll(() => db.close());

const ALL = Array.from({ length: ENTRIES }, (_, at) => ENTRIES - at);
/** What is asked, and which of the entries it finds. */
const QUESTIONS: readonly [string, AuditFilter, (n: number) => boolean][] = [
  ["a word that all have", { text: "common" }, () => true],
  ["a rare word", { text: "seldom" }, (n) => n % 500 === 0],
  ["a word that only the oldest have", { text: "ancient" }, (n) => n <= 10],
  ["a rare word being typed", { text: "seld" }, (n) => n % 500 === 0],
  ["a rare word and one being typed that all have", { text: "seldom comm" }, (n) => n % 500 === 0],
  ["two words that meet", { text: "seldom third" }, (n) => n % 1500 === 0],
  ["two words that do not meet", { query: "ancient seldom" }, () => false],
  ["a word and not another", { query: '"third" -ancient' }, (n) => n % 3 === 0 && n > 10],
  ["a frequent word and a rare other thing", { text: "common", resourceId: "77" }, (n) => n === 77],
  ["a word and an outcome", { query: "outcome:failed seldom" }, (n) => n % 3500 === 0],
  ["an address", { ip: "10.0.0.17" }, (n) => n % 250 === 17],
  ["a network and an outcome", { ip: "10.0.", outcome: "FAILED" }, (n) => n % 7 === 0],
  ["a word and an address", { text: "third", ip: "10.0.0.17" }, (n) => n % 250 === 17 && n % 3 === 0],
  ["a word and no address of a network", { query: '"seldom" -ip:10.0.' }, () => false],
  ["conditions alone", { action: "campaign.paused", outcome: "FAILED" }, (n) => n % 35 === 0],
];
const searchOf = (filter: AuditFilter) => readFilter(filter, { self: null, now: new Date() });
const numbersOf = (rows: readonly { readonly targets: readonly unknown[] }[]) =>
  rows.map(({ targets }) => Number((targets[0] as { id: string }).id));

async function turn(filter: AuditFilter, limit: number, isBackward: boolean): Promise<number[]> {
  const found: number[] = [];
  let cursor: readonly string[] | null = null;
  for (;;) {
    const page = await listEntries(db.database, tenant, searchOf(filter), { limit, isBackward, cursor });
    if (isBackward) found.unshift(...numbersOf(page.rows));
    else found.push(...numbersOf(page.rows));
    const last = isBackward ? page.rows[0] : page.rows.at(-1);
    if (!last || !(isBackward ? page.hasPrevious : page.hasNext)) return found;
    cursor = [last.at, last.id];
  }
}

describe.each(QUESTIONS)("%s", (_, filter, matches) => {
  const expected = ALL.filter(matches);

  test.each<Way>(["TIME", "INDEX"])("is found by %s", async (way) => {
    const sql = new Sql();
    const { from, at, id } = sourceOf(sql, tenant, searchOf(filter), { way });
    const rows = await db.sql<{ n: number }>(
      `select (e.targets -> 0 ->> 'id')::int as n from ${from} order by ${at} desc, ${id} desc`,
      sql.values,
    );
    expect(rows.map(({ n }) => n)).toEqual(expected);
  });

  test("is the same over pages, forwards and back, and counted exactly", async () => {
    const limit = expected.length > 1000 ? 1000 : 7;
    expect(await turn(filter, limit, false)).toEqual(expected);
    expect(await turn(filter, limit, true)).toEqual(expected);
    expect(await countEntries(db.database, tenant, searchOf(filter))).toBe(expected.length);
    const facets = await countFacets(db.database, tenant, searchOf(filter));
    expect([facets.counted, facets.isCapped]).toEqual([expected.length, false]);
    const range = { from: new Date(BEGIN), to: new Date(BEGIN + (DAYS + 1) * 86_400_000), buckets: 3 };
    const parts = await countVolume(db.database, tenant, searchOf(filter), range);
    const isFailed = (n: number) => n % 7 === 0;
    const sum = (key: "count" | "failed") => parts.reduce((all, part) => all + part[key], 0);
    expect([sum("count"), sum("failed")]).toEqual([expected.length, expected.filter(isFailed).length]);
    expect(parts.map(({ isComplete }) => isComplete)).toEqual([true, true, true]);
  });
});

/** Entry n is so many milliseconds after the beginning. */
const EACH_MS = (DAYS * 86_400_000) / ENTRIES;

test.each([
  ["whole days", BEGIN, 86_400_000, 10],
  ["a zone of half an hour", BEGIN + 1_800_000, 3_600_000, 48],
  ["parts that cut quarters of an hour", BEGIN + 1234, 456_789, 90],
  ["one part inside a quarter", BEGIN + 2 * EACH_MS - 5, 10, 1],
])("the volume of everything is exact: %s", async (_, from, width, buckets) => {
  const unsealed = BEGIN + 3 * EACH_MS + 10;
  await db.sql(
    `with fact as (insert into event (id, tenant_id, at, action, actor_kind, targets, outcome, context)
       values (gen_random_uuid(), $1, $2, 'auth.logout', 'JOB', '[]', 'DENIED', '{}') returning id, at)
     insert into pending_seal (event_id, at) select id, at from fact`,
    [tenant, new Date(unsealed).toISOString()],
  );
  const range = { from: new Date(from), to: new Date(from + width * buckets), buckets };
  const counted = () => countVolume(db.database, tenant, searchOf({}), range);
  const rows = await db.sql<{ at: string; outcome: string }>(
    "select at, outcome from event where tenant_id = $1",
    [tenant],
  );
  const isIn = (part: number) => (row: { at: string }) => {
    const at = Date.parse(row.at);
    return at >= from + part * width && at < from + (part + 1) * width;
  };
  const expected = Array.from({ length: buckets }, (_, part) => {
    const there = rows.filter(isIn(part));
    const of = (outcome: string) => there.filter((row) => row.outcome === outcome).length;
    return [there.length, of("DENIED"), of("FAILED")];
  });
  const figures = (parts: Awaited<ReturnType<typeof counted>>) =>
    parts.map(({ count, denied, failed }) => [count, denied, failed]);
  expect(figures(await counted())).toEqual(expected);
  await seal(db);
  expect(figures(await counted())).toEqual(expected);
});

test("a search that takes too long is refused, with what to do", async () => {
  const impatient = await Database.open(db.url, {
    poolSize: 1,
    statementTimeoutMs: 200,
    applicationName: "postwatch-test impatient",
  });
  const holder = await db.database.pool.connect();
  try {
    await holder.query("begin; lock table event_text in access exclusive mode");
    const request = { limit: 5, isBackward: false, cursor: null };
    await expect(listEntries(impatient, tenant, searchOf({ text: "seldom" }), request)).rejects.toMatchObject(
      {
        code: "BAD_USER_INPUT",
        issues: [{ path: ["filter"], rule: "too_much" }],
      },
    );
  } finally {
    await holder.query("rollback");
    holder.release();
    await impatient.close();
  }
});
