import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keepMonthsAhead } from "../../domain/audit/months.queries.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());

const BASES = ["event", "event_leaf", "event_pii", "event_text"];
const partitions = async (suffix: string) =>
  (
    await db.sql<{ name: string }>(
      `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
       where i.inhparent = any($1::regclass[]) and right(c.relname, 8) = $2 order by 1`,
      [BASES, suffix],
    )
  ).map(({ name }) => name);
const monthFromNow = async (months: number) =>
  (
    await db.sql<{ suffix: string }>(
      "select to_char(now() at time zone 'UTC' + make_interval(months => $1), '_YYYY_MM') as suffix",
      [months],
    )
  )[0]!.suffix;

test("there is room for this month and the two that follow; a place that is missing is made anew", async () => {
  for (const months of [0, 1, 2]) {
    const suffix = await monthFromNow(months);
    expect(await partitions(suffix)).toEqual(BASES.map((base) => base + suffix));
  }
  expect(await keepMonthsAhead(db.database)).toBe(0);
  const last = await monthFromNow(2);
  for (const base of BASES) await db.sql(`drop table ${base}${last}`);
  expect(await keepMonthsAhead(db.database)).toBe(4);
  expect(await partitions(last)).toEqual(BASES.map((base) => base + last));
});

test("a later month has the indexes, checks and triggers of the first, and takes what is of it by UTC", async () => {
  const first = await monthFromNow(0);
  await db.sql("select audit_ensure_months(date '2031-11-15', date '2032-01-02')");
  const shape = (suffix: string) =>
    db.sql(
      `select replace(c.relname, $1, '') as name,
         (select array_agg(regexp_replace(replace(pg_get_indexdef(indexrelid), $1, ''), ' INDEX \\S+ ', ' ') order by pg_get_indexdef(indexrelid))
            from pg_index where indrelid = c.oid) as indexes,
         (select array_agg(concat(tgname, tgenabled, tgtype) order by tgname) from pg_trigger where tgrelid = c.oid) as triggers,
         (select array_agg(pg_get_constraintdef(oid) order by pg_get_constraintdef(oid)) from pg_constraint
            where conrelid = c.oid) as rules,
         (select array_agg(concat(attname, attnotnull, pg_get_expr(adbin, adrelid)) order by attnum) from pg_attribute
            left join pg_attrdef on adrelid = attrelid and adnum = attnum where attrelid = c.oid and attnum > 0) as columns
       from pg_class c where c.relispartition and c.relkind = 'r' and right(c.relname, 8) = $1 order by 1`,
      [suffix],
    );
  const wanted = await shape(first);
  expect(wanted).toHaveLength(4);
  expect(await shape("_2031_12")).toEqual(wanted);

  await db.sql(
    `insert into event (id, at, action, actor_kind, targets, outcome, context)
     select gen_random_uuid(), at::timestamptz, 'auth.logout', 'JOB', '[]', 'SUCCESS', '{}' from unnest(array[
       '2031-11-30 23:59:59.999999+00', '2031-12-01 00:00:00+00', '2032-01-01 00:59:59+01', '2032-01-01 00:00:00+00']) at`,
  );
  expect(
    await db.sql(
      "select tableoid::regclass::text as place, count(*) from event where at > '2031-01-01' group by 1 order by 1",
    ),
  ).toEqual([
    { place: "event_2031_11", count: 1 },
    { place: "event_2031_12", count: 2 },
    { place: "event_2032_01", count: 1 },
  ]);
  for (const sql of ["delete from event_2031_12", "truncate event_2031_12", "truncate event_leaf_2031_12"])
    await expect(db.sql(sql)).rejects.toThrow("are never changed or deleted");
});

test("a month is made while somebody reads the record and somebody writes to it, and neither waits", async () => {
  const other = new Client({ connectionString: db.url });
  await other.connect();
  try {
    await other.query("begin");
    await other.query(
      `insert into event (id, action, actor_kind, targets, outcome, context)
       values (gen_random_uuid(), 'auth.logout', 'JOB', '[]', 'SUCCESS', '{}')`,
    );
    await other.query("select count(*) from event");
    await db.sql("select audit_ensure_months(date '2033-01-01', date '2033-01-01')");
    await other.query("select count(*) from event");
    await other.query("commit");
  } finally {
    await other.end();
  }
  expect(await partitions("_2033_01")).toHaveLength(4);
});
