import { expect, test } from "vitest";
import { graphql } from "graphql";
import { buildSchema } from "../../schema/build-schema.js";
import type { SchemaContext } from "../../schema/context.js";

const { schema } = buildSchema();

/** A context whose operation is only as much as the guards look at. */
function contextWith(op: object) {
  const reports: { error: unknown; where: string }[] = [];
  const report = (error: unknown, where: string) => void reports.push({ error, where });
  return { context: { op, report } as unknown as SchemaContext, reports };
}

test("a rule that breaks refuses, and is not silent", async () => {
  const op = { authorise: () => Promise.reject(new Error("broken rule")) };
  const { context, reports } = contextWith(op);
  const result = await graphql({ schema, source: "{ roles { role } }", contextValue: context });
  expect(result.data).toBeNull();
  expect(reports).toEqual([{ error: new Error("broken rule"), where: "the rule of Query.roles" }]);
});

test("one answer is never taken for another's: the same rule is asked for every field", async () => {
  let asked = 0;
  const op = {
    async authorise() {
      asked += 1;
    },
  };
  const { context } = contextWith(op);
  const result = await graphql({
    schema,
    source: "{ a: roles { role } b: roles { role } }",
    contextValue: context,
  });
  expect(result.errors).toBeUndefined();
  expect(asked).toBe(2);
});
