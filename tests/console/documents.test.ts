import { readFileSync } from "node:fs";
import { buildSchema, NoUnusedFragmentsRule, specifiedRules, validate, type DocumentNode } from "graphql";
import { expect, test, vi } from "vitest";
import { queryLimits } from "../../server/graphql/limits.js";

const recorded = vi.hoisted(() => [] as DocumentNode[]);

vi.mock("../../console/src/api/graphql", async (original) => {
  const real = await original<typeof import("../../console/src/api/graphql")>();
  const graphql = (...input: Parameters<typeof real.graphql>) => {
    const document = real.graphql(...input) as unknown as DocumentNode;
    recorded.push(document);
    return document;
  };
  return { ...real, graphql };
});

const rules = specifiedRules.filter((rule) => rule !== NoUnusedFragmentsRule);
// The server refuses what is too expensive before anything else.
rules.push(queryLimits(new Set()));

// The compiler does not see an unknown field in a selection, so every document is held against the contract here.
test("every document of the console is valid against the committed schema, and none too expensive for the server", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new Error("no network in this test")));
  const modules = import.meta.glob([
    "../../console/src/**/*.{ts,tsx}",
    "!**/main.tsx",
    "!**/api/graphql.ts",
    "!**/*.d.ts",
  ]);
  await Promise.all(Object.values(modules).map((load) => load()));
  const schema = buildSchema(readFileSync("schema/schema.graphql", "utf8"));
  const faults = recorded.flatMap((document) =>
    validate(schema, document, rules).map((fault) => fault.message),
  );
  expect(faults).toEqual([]);
  expect(recorded.length).toBeGreaterThan(25);
});
