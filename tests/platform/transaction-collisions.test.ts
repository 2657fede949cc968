import { afterAll, beforeAll, expect, test } from "vitest";
import { statement, type UnitOfWork } from "../../domain/operation.js";
import { freshDatabase, makeTenant, type TestDatabase } from "../support/database.js";
import { asOperator } from "../support/jobs.js";

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());

const RENAME = statement<object>("rename_for_test", "update tenant set name = name || $2 where id = $1");
const FAIL = statement<object>(
  "fail_for_test",
  "select set_config('postwatch.nothing', $1, true), postwatch_test_failure($1)",
);
const nameOf = async (id: string) =>
  (await db.sql<{ name: string }>("select name from tenant where id = $1", [id]))[0]!.name;

test("two transactions that wait for each other are both done, each once", async () => {
  const [a, b] = [await makeTenant(db.database), await makeTenant(db.database)];
  await db.sql("update tenant set name = ''");
  let tries = 0;
  let meet: () => void;
  const bothHoldOne = new Promise<void>((resolve) => (meet = resolve));
  const work = (first: string, second: string, sign: string) =>
    asOperator(db.database, async (op: UnitOfWork) => {
      tries += 1;
      await op.query(RENAME, [first, sign]);
      if (tries === 2) meet();
      await bothHoldOne;
      await op.query(RENAME, [second, sign]);
      return sign;
    });
  expect(await Promise.all([work(a, b, "x"), work(b, a, "y")])).toEqual(["x", "y"]);
  expect(tries).toBe(3);
  for (const id of [a, b]) expect([...(await nameOf(id))].toSorted()).toEqual(["x", "y"]);
});

test.each([
  ["40P01", 3],
  ["40001", 3],
  ["23514", 1],
  ["55P03", 1],
])(
  "what ends with %s at every try is tried %i times, then its caller is told; nothing is kept",
  async (code, most) => {
    await db.sql(`create or replace function postwatch_test_failure(code text) returns void language plpgsql as
    $$ begin raise exception 'as the test wants' using errcode = code; end $$`);
    const id = await makeTenant(db.database);
    const before = await nameOf(id);
    let tries = 0;
    const work = asOperator(db.database, async (op) => {
      tries += 1;
      await op.query(RENAME, [id, "z"]);
      await op.query(FAIL, [code]);
    });
    await expect(work).rejects.toMatchObject({ code });
    expect(tries).toBe(most);
    expect(await nameOf(id)).toBe(before);
  },
);
