import "reflect-metadata";
import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditServer } from "graphql-http";
import { InvalidInputError, RateLimitedError } from "../../domain/errors.js";
import { statement } from "../../domain/operation.js";
import type { SchemaContext } from "../../schema/context.js";
import { buildSchema } from "../../schema/build-schema.js";
import { SHELVES } from "../../schema/shelves.js";
import { startApi, type Api, type Speaker } from "../support/api.js";

const SECRET = "hunter2-in-the-connection-string";

/** Everything that can go wrong in a resolver. */
@Resolver()
class Failing {
  @Query(() => String, { nullable: true })
  plain(): string {
    throw new Error(`connect failed: postgres://app:${SECRET}@db.internal/main`);
  }

  @Query(() => String, { nullable: true })
  sql(@Ctx() { op }: SchemaContext): Promise<unknown> {
    return op.query(statement("failing", `select '${SECRET}' from no_such_table`));
  }

  @Query(() => String, { nullable: true })
  badValue(@Ctx() { op }: SchemaContext): Promise<unknown> {
    return op.query(statement("bad_value", "select id from lead where id = $1::uuid"), [SECRET]);
  }

  @Query(() => String)
  nothing(): string | null {
    return null;
  }

  @Query(() => String, { nullable: true })
  invalid(): string {
    throw new InvalidInputError([
      { path: ["input", "email"], rule: "email", message: "That is no address.", value: "x" },
    ]);
  }

  @Mutation(() => String, { nullable: true })
  limited(@Arg("password", () => String) _password: string): string {
    throw new RateLimitedError(17);
  }
}

let api: Api;
let admin: Speaker;
beforeAll(async () => {
  const open = {
    plain: "public",
    sql: "public",
    badValue: "public",
    nothing: "public",
    invalid: "public",
  } as const;
  const rules = { Query: open, Mutation: { limited: "signedIn" } } as const;
  api = await startApi({ built: buildSchema([...SHELVES, { resolvers: [Failing], rules }]) });
  admin = await api.as("ADMIN");
});
afterAll(() => api.close());

describe("G18 what nobody expected", () => {
  test.each(["plain", "sql", "nothing"])("%s becomes an id, which also stands in the log", async (field) => {
    const answer = await admin.ask(`{ ${field} }`);
    expect(answer.errors).toEqual([
      {
        message: "Internal server error. It has been noted under the id given here.",
        locations: [{ line: 1, column: 3 }],
        path: [field],
        extensions: { code: "INTERNAL_SERVER_ERROR", id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      },
    ]);
    expect(answer.text).not.toMatch(/hunter2|select|no_such_table|node_modules|\.ts|db\.internal/);
    const id = String(answer.errors[0]!.extensions.id);
    const lines = api.logLines.filter((line) => line.includes(id));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: 50, errorId: id, path: [field] });
  });

  test("a failing field takes nothing from its neighbours", async () => {
    const answer = await admin.ask("{ plain roles { role } }");
    expect(answer.status).toBe(200);
    expect(answer.data).toEqual({
      plain: null,
      roles: [{ role: "ADMIN" }, { role: "MANAGER" }, { role: "USER" }],
    });
  });

  test("a value that the database cannot read is the caller's fault, without its words", async () => {
    const answer = await admin.ask("{ badValue }");
    expect(answer.errors[0]).toMatchObject({
      message: "An argument has characters or a value that cannot be stored.",
      path: ["badValue"],
      extensions: { code: "BAD_USER_INPUT" },
    });
    expect(answer.text).not.toMatch(/hunter2|uuid|syntax/);
  });
});

describe("what is expected", () => {
  test("a broken rule names the field, the rule and the value", async () => {
    const answer = await admin.ask("{ invalid }");
    expect(answer.errors).toEqual([
      {
        message: "That is no address.",
        locations: [{ line: 1, column: 3 }],
        path: ["invalid"],
        extensions: {
          code: "BAD_USER_INPUT",
          issues: [{ path: ["input", "email"], rule: "email", message: "That is no address.", value: "x" }],
        },
      },
    ]);
  });

  test("a limit says when to come back", async () => {
    const answer = await admin.ask('mutation { limited(password: "x") }');
    expect(answer.errors[0]?.extensions).toEqual({ code: "RATE_LIMITED", retryAfterSeconds: 17 });
  });

  test("a stranger is told to sign in, with 401 only when nothing was answered", async () => {
    const stranger = await api.as("ANONYMOUS");
    const nothing = await stranger.ask('{ campaign(id: "x") { id } }');
    expect([nothing.status, nothing.data, nothing.errors[0]?.extensions.code]).toEqual([
      401,
      { campaign: null },
      "UNAUTHENTICATED",
    ]);
    const some = await stranger.ask('{ __typename campaign(id: "x") { id } }');
    expect([some.status, some.data]).toEqual([200, { __typename: "Query", campaign: null }]);
  });

  test("two refused fields of one document are one audit entry", async () => {
    const count = async () =>
      (
        await api.db.sql<{ n: number }>(
          "select count(*) as n from event where action = 'auth.permission.denied'",
        )
      )[0]!.n;
    const before = await count();
    const user = await api.as("USER");
    const answer = await user.ask("{ a: health { status } b: health { status } }");
    expect(answer.errors).toHaveLength(1);
    const nullable = await user.ask('{ a: import(id: "x") { id } b: import(id: "y") { id } }');
    expect(nullable.errors.map((error) => error.extensions.code)).toEqual(["FORBIDDEN", "FORBIDDEN"]);
    expect((await count()) - before).toBe(2);
  });

  test("a variable of the wrong type is named with its path", async () => {
    const query = "mutation ($input: CreateLeadInput!) { createLead(input: $input) { __typename } }";
    const answer = await admin.ask(query, { input: { email: { deep: 1 } } });
    expect(answer.status).toBe(400);
    expect(answer.errors[0]?.extensions).toMatchObject({
      code: "BAD_USER_INPUT",
      issues: [{ path: ["input", "email"], rule: "type" }],
    });
  });

  test("every answer has an x-request-id: the caller's when it is well formed", async () => {
    const given = async (id: string) =>
      (await admin.fetch("/api/health/liveness", { headers: { "x-request-id": id } })).headers.get(
        "x-request-id",
      );
    expect(await given("trace-0123456789")).toBe("trace-0123456789");
    for (const bad of ["short", "x".repeat(65), "has blank in it", "<script>alert(1)</script>"]) {
      const made = await given(bad);
      expect(made).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test("errors outside GraphQL are JSON too", async () => {
    const missing = await admin.fetch("/api/nothing");
    expect(missing.status).toBe(404);
    expect(await missing.json()).toEqual({
      code: "NOT_FOUND",
      message: "There is nothing at /api/nothing.",
      requestId: missing.headers.get("x-request-id"),
    });
    const unread = await admin.fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{",
    });
    expect(unread.status).toBe(400);
    expect(await unread.json()).toMatchObject({ errors: [{ extensions: { code: "BAD_REQUEST" } }] });
  });
});

test("the audit of GraphQL over HTTP finds no error", async () => {
  const results = await auditServer({ url: `${api.url}/graphql` });
  const errors = results.filter((result) => result.status === "error");
  expect(errors.map((result) => `${result.id} ${result.name}`)).toEqual([]);
  expect(results.length).toBeGreaterThan(55);
});
