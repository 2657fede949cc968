import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase, makeUser, type TestDatabase } from "./database.js";

let first: TestDatabase;
let second: TestDatabase;
beforeAll(async () => {
  [first, second] = await Promise.all([freshDatabase(), freshDatabase()]);
});
afterAll(async () => {
  await Promise.all([first.close(), second.close()]);
});

test("two test databases are migrated and share nothing", async () => {
  const user = await makeUser(first.database);
  expect(user.op.tenantId).toBe(user.tenantId);
  expect(await first.sql("select id from app_user")).toEqual([{ id: user.userId }]);
  expect(await second.sql("select id from app_user")).toEqual([]);
});
