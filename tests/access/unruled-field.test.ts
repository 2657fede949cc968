import "reflect-metadata";
import { Mutation, Query, Resolver, Subscription } from "type-graphql";
import { expect, test } from "vitest";
import { AccessTableError } from "../../schema/access/rules.js";
import { buildSchema } from "../../schema/build-schema.js";
import { SHELVES, type Shelf } from "../../schema/shelves.js";

@Resolver()
class Unruled {
  @Query(() => String)
  forgotten(): string {
    return "seen";
  }

  @Mutation(() => String)
  forget(): string {
    return "done";
  }

  @Subscription(() => String, { subscribe: () => (async function* () {})() })
  forgetting(): string {
    return "seen";
  }
}

function faultsOf(extra: Shelf): readonly string[] {
  try {
    buildSchema([...SHELVES, extra]);
    return [];
  } catch (error) {
    if (!(error instanceof AccessTableError)) throw error;
    expect(error.message).toContain(error.faults[0]);
    return error.faults;
  }
}

test("a root field without a rule does not build, and every such field is named", () => {
  expect(faultsOf({ resolvers: [Unruled], rules: {} })).toEqual([
    "Query.forgotten has no rule",
    "Mutation.forget has no rule",
    "Subscription.forgetting has no rule",
  ]);
});

test("a rule without a field does not build, naming it", () => {
  expect(faultsOf({ resolvers: [], rules: { Query: { gone: "public" } } })).toEqual([
    "Query.gone is ruled but does not exist",
  ]);
});

test("a field that two shelves rule does not build, naming it", () => {
  expect(faultsOf({ resolvers: [], rules: { Query: { me: "public" } } })).toEqual([
    "Query.me is ruled twice",
  ]);
});

test("with its rules the same shelf builds", () => {
  const rules = {
    Query: { forgotten: "signedIn" },
    Mutation: { forget: "campaign:delete" },
    Subscription: { forgetting: "internal" },
  } as const;
  expect(faultsOf({ resolvers: [Unruled], rules })).toEqual([]);
});
