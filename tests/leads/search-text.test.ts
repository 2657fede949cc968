import { afterAll, beforeAll, expect, test } from "vitest";
import { createLead, listLeads } from "../../domain/leads/index.js";
import { pageRequest } from "../../domain/page.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { organisation, type Organisation } from "../support/organisation.js";

let db: TestDatabase;
let org: Organisation;
const COMPANIES = ["50% Off", "50x Off", "a_b", "axb", "back\\slash", "backslash"];

beforeAll(async () => {
  db = await freshDatabase();
  org = await organisation(db);
  for (const [at, company] of COMPANIES.entries())
    await org.as("ADMIN").run(createLead, { email: `lead${at}@example.com`, company });
});
afterAll(() => db.close());

test.each([
  ["50%", "50% Off"],
  ["a_b", "a_b"],
  ["back\\s", "back\\slash"],
])("what means something in a pattern means itself in a search: %s", async (text, company) => {
  const op = org.as("ADMIN");
  const order = { field: "CREATED_AT", direction: "ASC" } as const;
  const { rows } = await listLeads(op, op.scope, { text }, order, pageRequest({ first: 10 }));
  expect(rows.map((row) => row.company)).toEqual([company]);
});
