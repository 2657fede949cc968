import { getIntrospectionQuery } from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startApi, type Api, type Caller } from "../support/api.js";
import { TestSocket } from "../support/socket.js";

const SCHEMA = "{ __schema { queryType { name } } }";
/** The same question in other words. */
const QUESTIONS = [
  SCHEMA,
  '{ __type(name: "Me") { name } }',
  "{ a: __schema { types { name } } }",
  "{ ...a } fragment a on Query { ... on Query { __schema { types { name } } } }",
  "query a { __typename } query b { __schema { types { name } } }",
  getIntrospectionQuery(),
];

const environments = {
  development: {},
  production: { NODE_ENV: "production" },
  closed: { NODE_ENV: "production", INTROSPECTION: "closed" },
  "closed in development": { INTROSPECTION: "closed" },
} as const;
type Where = keyof typeof environments;

const apis = new Map<Where, Api>();
beforeAll(async () => {
  for (const [where, environment] of Object.entries(environments))
    apis.set(where as Where, await startApi({ environment }));
});
afterAll(async () => {
  for (const api of apis.values()) await api.close();
});

const signInFirst = "Sign in to ask about the schema.";
const never = "Nobody may ask about the schema here.";
const table: readonly [where: Where, caller: Caller, refusal: string | null][] = [
  ["development", "ANONYMOUS", null],
  ["development", "USER", null],
  ["production", "ANONYMOUS", signInFirst],
  ["production", "USER", null],
  ["production", "ADMIN", null],
  ["closed", "ANONYMOUS", never],
  ["closed", "USER", never],
  ["closed", "ADMIN", never],
  ["closed in development", "ANONYMOUS", never],
  ["closed in development", "ADMIN", never],
];

describe("G1 over HTTP", () => {
  test.each(table)("in %s, for %s: %s", async (where, caller, refusal) => {
    const speaker = await apis.get(where)!.as(caller);
    if (!refusal) {
      const answer = await speaker.ask(SCHEMA);
      expect([answer.status, answer.data]).toEqual([200, { __schema: { queryType: { name: "Query" } } }]);
      return;
    }
    for (const query of QUESTIONS) {
      const body = { query, ...(query.startsWith("query a") && { operationName: "a" }) };
      const [posted, got] = await Promise.all([
        speaker.fetch("/graphql", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
        speaker.fetch(`/graphql?${new URLSearchParams(body)}`),
      ]);
      const text = await posted.text();
      expect([posted.status, JSON.parse(text)]).toEqual([
        400,
        { errors: [{ message: refusal, extensions: { code: "INTROSPECTION_DISABLED" } }] },
      ]);
      expect(text).not.toContain("Query");
      expect(got.status).toBe(400);
      expect(await got.text()).not.toMatch(/queryType|"types"/);
    }
  });

  test("__typename is no question about the schema", async () => {
    for (const api of apis.values()) {
      const stranger = await api.as("ANONYMOUS");
      expect((await stranger.ask("{ __typename }")).data).toEqual({ __typename: "Query" });
    }
  });
});

describe("G2 over the websocket", () => {
  test.each(Object.keys(environments) as Where[])("in %s it is refused to everybody", async (where) => {
    const api = apis.get(where)!;
    for (const caller of ["USER", "ADMIN"] as const) {
      const socket = await TestSocket.connect(api.url, (await api.as(caller)).authorization);
      for (const query of [
        ...QUESTIONS,
        "subscription { __schema { types { name } } }",
        'subscription { ...a } fragment a on Subscription { __type(name: "Me") { name } }',
        "subscription { notifications { cursor __type } }",
      ]) {
        const id = socket.subscribe(query);
        const errors = await socket.refusal(id);
        expect(["BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED", "OPERATION_RESOLUTION_FAILURE"]).toContain(
          errors[0]!.extensions.code,
        );
        expect(JSON.stringify(errors)).not.toMatch(/queryType|Did you mean/);
      }
      expect(socket.messages.filter(({ type }) => type === "next")).toEqual([]);
      await socket.close();
    }
  });

  test("a stranger has no socket to ask on", async () => {
    await expect(TestSocket.connect(apis.get("production")!.url, undefined)).rejects.toThrow("4403");
  });
});

/** Each is one letter away from a name that exists. */
const MISSPELT: Readonly<Record<string, [query: string, variables?: object]>> = {
  "a root field": ["{ campaings { totalCount } }"],
  "a field": ["{ campaigns { totalCont } }"],
  "a field of an interface": ['{ node(id: "x") { emial } }'],
  "a field without its selection": ["{ campaigns }"],
  "an argument": ["{ campaigns(frist: 1) { totalCount } }"],
  "an argument of a directive": ["{ campaigns { totalCount @skip(of: true) } }"],
  "a directive": ["{ campaigns { totalCount @skp(if: true) } }"],
  "a type": ["query ($filter: CampaingFilter) { campaigns(filter: $filter) { totalCount } }"],
  "the type of a fragment": ["{ ...a } fragment a on Qery { __typename }"],
  "an enum's value": ["{ campaigns(filter: { status: [DRAFTT] }) { totalCount } }"],
  "an enum's value as a text": ['{ campaigns(filter: { status: ["DRAFT"] }) { totalCount } }'],
  "an enum's value in a variable": [
    "query ($status: [CampaignStatus!]) { campaigns(filter: { status: $status }) { totalCount } }",
    { status: ["DRAFTT"] },
  ],
  "an input's key": ['{ campaigns(filter: { txet: "x" }) { totalCount } }'],
  "an input's key in a variable": [
    "query ($filter: CampaignFilter) { campaigns(filter: $filter) { totalCount } }",
    { filter: { txet: "x" } },
  ],
  "a mutation": ['mutation { singIn(email: "a", password: "b") { __typename } }'],
  "a payload's member": ["mutation { signOut { ... on SignOutSucces { signedOut } } }"],
};

describe("G14 a misspelt name is not told what there is instead", () => {
  test.each(Object.entries(MISSPELT))("%s", async (_what, [query, variables]) => {
    for (const where of ["production", "development"] as const) {
      for (const caller of ["ANONYMOUS", "USER"] as const) {
        const answer = await (await apis.get(where)!.as(caller)).ask(query, variables);
        expect(answer.status).toBe(400);
        expect(answer.errors.length).toBeGreaterThan(0);
        expect(answer.text).not.toMatch(/did you mean|suggest/i);
      }
    }
  });

  test.each([
    "subscription { notificatons { cursor } }",
    "subscription { notifications { cursr } }",
    'subscription { notifications(aftr: "x") { cursor } }',
    'subscription { importProgress(importId: "x") { import { status @skp(if: true) } } }',
    "subscription ($id: IDD) { notifications(after: $id) { cursor } }",
    "subscription { ...a } fragment a on Subscripton { notifications { cursor } }",
  ])("over the websocket: %s", async (query) => {
    const api = apis.get("production")!;
    const socket = await TestSocket.connect(api.url, (await api.as("USER")).authorization);
    const errors = await socket.refusal(socket.subscribe(query));
    expect(errors[0]!.extensions.code).toBe("GRAPHQL_VALIDATION_FAILED");
    expect(JSON.stringify(errors)).not.toMatch(/did you mean|suggest/i);
    await socket.close();
  });

  test("a variable that a subscription does not take is not told either", async () => {
    const api = apis.get("production")!;
    const socket = await TestSocket.connect(api.url, (await api.as("ADMIN")).authorization);
    const id = socket.subscribe("subscription ($ms: Int) { healthUpdated(intervalMs: $ms) { cursor } }", {
      ms: "fast",
    });
    expect(await socket.refusal(id)).toEqual([
      expect.objectContaining({ extensions: expect.objectContaining({ code: "BAD_USER_INPUT" }) }),
    ]);
    await socket.close();
  });
});
