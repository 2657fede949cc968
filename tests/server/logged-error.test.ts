import { afterAll, beforeAll, expect, test } from "vitest";
import { statement } from "../../domain/operation.js";
import { loggedError } from "../../platform/logged-error.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";

const SECRET = "ada@secret.example";
let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());

async function failureOf(run: () => Promise<unknown>): Promise<Error> {
  return run().then(
    () => Promise.reject(new Error("it did not fail")),
    (error: Error) => error,
  );
}

test("what the unit of work throws is logged without the statement and its values", async () => {
  const error = await failureOf(() =>
    db.database.orm.em.getConnection().execute("select * from no_such_table where email = ?", [SECRET]),
  );
  const text = JSON.stringify(loggedError(error));
  expect(JSON.parse(text)).toMatchObject({
    type: "DatabaseError",
    message: 'relation "no_such_table" does not exist',
    code: "42P01",
  });
  expect(text).toContain("at parseErrorMessage (");
  expect(text).not.toMatch(/secret|select/);
});

test("a statement in front of the reason is left out with its values", () => {
  const statementFirst = `insert into "lead" ("email", "note") values ('${SECRET}', 'a - b\n    at x') - null value`;
  const text = JSON.stringify(loggedError(new Error(statementFirst)));
  expect(JSON.parse(text)).toMatchObject({ message: "null value" });
  expect(text).not.toMatch(/secret|insert into|at x/);
});

test("what the driver throws is logged without the rows it names", async () => {
  const insert = statement(
    "twice",
    "insert into tenant (id, name, slug) values (gen_random_uuid(), 'n', $1)",
  );
  await db.database.query(insert, ["ada-secret"]);
  const text = JSON.stringify(loggedError(await failureOf(() => db.database.query(insert, ["ada-secret"]))));
  expect(JSON.parse(text)).toMatchObject({
    code: "23505",
    message: expect.stringMatching(/^duplicate key value violates unique constraint "\w+"$/),
  });
  expect(text).not.toContain("secret");
});

test("other errors keep their message, details and cause", () => {
  const error = Object.assign(new TypeError("no - such thing", { cause: new Error("inner") }), { code: "X" });
  expect(loggedError(error)).toMatchObject({
    type: "TypeError",
    message: "no - such thing",
    code: "X",
    stack: expect.stringMatching(/^TypeError: no - such thing\n +at /),
    cause: { type: "Error", message: "inner" },
  });
});
