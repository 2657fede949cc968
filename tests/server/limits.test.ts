import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getIntrospectionQuery } from "graphql";
import { startApi, type Api, type Speaker, type WireError } from "../support/api.js";
import { TestSocket } from "../support/socket.js";

let api: Api;
let admin: Speaker;
let socket: TestSocket;
beforeAll(async () => {
  api = await startApi();
  admin = await api.as("ADMIN");
  socket = await TestSocket.connect(api.url, admin.authorization);
});
afterAll(async () => {
  await socket.close();
  await api.close();
});

const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(" ");

/** { campaign { steps { ofType … } } } has no such nesting; introspection types nest for ever, and so does this. */
function nested(depth: number): string {
  return `{ campaigns { edges { node ${"{ audience { lists ".repeat(depth)} { id } ${"} }".repeat(depth)} } } }`;
}

/** A fragment that spreads the next twice, `doublings` times: 2^doublings fields when written out. */
function fanOut(on: string, leaf: string, doublings: number): string {
  const fragments = times(
    doublings,
    (index) => `fragment f${index} on ${on} { ...f${index + 1} ...f${index + 1} }`,
  );
  return `${fragments} fragment f${doublings} on ${on} { ${leaf} }`;
}

/** What the process spends on answering, in milliseconds of its processors; other work of the machine does not count. */
async function spent<T>(work: () => Promise<T>): Promise<{ answer: T; ms: number }> {
  const before = process.cpuUsage();
  const answer = await work();
  const { user, system } = process.cpuUsage(before);
  return { answer, ms: (user + system) / 1000 };
}

/** The document's way through the server without a socket: the answer, and the least that it cost in five rounds. */
async function refusalOf(query: string) {
  const rounds = [];
  for (let round = 0; round < 5; round += 1)
    rounds.push(
      await spent(() =>
        api.app.http.inject({
          method: "POST",
          url: "/graphql",
          headers: { authorization: admin.authorization },
          payload: { query },
        }),
      ),
    );
  const { answer } = rounds[0]!;
  const { data, errors } = answer.json<{ data?: unknown; errors: WireError[] }>();
  return { status: answer.statusCode, data, errors, ms: Math.min(...rounds.map(({ ms }) => ms)) };
}

interface Case {
  readonly title: string;
  readonly query: string;
  readonly code: string;
}

const tooComplex: readonly Case[] = [
  ...[20, 50].map((depth) => ({
    title: `G3 depth ${depth}`,
    query: nested(depth),
    code: "QUERY_TOO_COMPLEX",
  })),
  { title: "G3 depth 1000", query: nested(1000), code: "GRAPHQL_PARSE_FAILED" },
  {
    title: "G4 lists of a hundred three deep",
    query:
      "{ campaigns(first: 100) { edges { node { audience { lists { id name } } steps { variants { html } } } } } }",
    code: "QUERY_TOO_COMPLEX",
  },
  {
    title: "G4 a page of 2147483647",
    query: "{ campaigns(first: 2147483647) { edges { node { id } } } }",
    code: "QUERY_TOO_COMPLEX",
  },
  {
    title: "G4 lists of a hundred five deep",
    query: `{ campaigns(first: 100) { edges { node { team { members { user { teams { members { user { teams { id } } } } } } } } } } }`,
    code: "QUERY_TOO_COMPLEX",
  },
  {
    title: "G4 connections of a hundred in one another",
    query: `query ($n: Int) { imports(first: $n) { edges { node { errors(first: $n) { edges { node { row } } } } } } }`,
    code: "QUERY_TOO_COMPLEX",
  },
  ...[16, 101].map((count) => ({
    title: `G5 ${count} aliases of a field`,
    query: `{ me { ${times(count, (index) => `a${index}: id`)} } }`,
    code: "QUERY_TOO_COMPLEX",
  })),
  {
    title: "G5 101 aliases of __typename",
    query: `{ ${times(101, (index) => `a${index}: __typename`)} }`,
    code: "QUERY_TOO_COMPLEX",
  },
  {
    title: "G5 1000 aliases",
    query: `{ ${times(1000, (index) => `a${index}: __typename`)} }`,
    code: "GRAPHQL_PARSE_FAILED",
  },
  {
    title: "G8 a field 400 times at the root",
    query: `{ ${"__typename ".repeat(400)} }`,
    code: "QUERY_TOO_COMPLEX",
  },
  {
    title: "G8 a field 1000 times",
    query: `{ ${"__typename ".repeat(1000)} }`,
    code: "GRAPHQL_PARSE_FAILED",
  },
  {
    title: "G8 a field 10000 times",
    query: `{ ${"__typename ".repeat(10_000)} }`,
    code: "GRAPHQL_PARSE_FAILED",
  },
  {
    title: "G9 @skip eleven times",
    query: `{ me { ${times(11, () => "id @skip(if: false)")} } }`,
    code: "QUERY_TOO_COMPLEX",
  },
  {
    title: "G9 @skip 1000 times",
    query: `{ __typename ${"@skip(if: false) ".repeat(1000)} }`,
    code: "GRAPHQL_PARSE_FAILED",
  },
  {
    title: "G10 a fragment that spreads itself",
    query: "{ me { ...a } } fragment a on Me { id ...a }",
    code: "GRAPHQL_VALIDATION_FAILED",
  },
  {
    title: "G10 two fragments that spread each other",
    query: "{ me { ...a } } fragment a on Me { ...b } fragment b on Me { ...a }",
    code: "GRAPHQL_VALIDATION_FAILED",
  },
  {
    title: "G10 2^30 fields by nested spreads",
    query: `{ me { ...f0 } } ${fanOut("Me", "id", 30)}`,
    code: "QUERY_TOO_COMPLEX",
  },
  {
    title: "G10 2^30 root fields by nested spreads",
    query: `{ ...f0 } ${fanOut("Query", "__typename", 30)}`,
    code: "QUERY_TOO_COMPLEX",
  },
  {
    title: "G10 2^30 ways round a cycle without a field",
    query: `{ ...f0 } ${fanOut("Query", "...f0", 30)}`,
    code: "GRAPHQL_VALIDATION_FAILED",
  },
  {
    title: "G9 ten directives that do not exist",
    query: `{ __typename ${times(10, (index) => `@no${index}`)} }`,
    code: "GRAPHQL_VALIDATION_FAILED",
  },
  {
    title: "G11 introspection that goes round",
    query:
      "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
    code: "GRAPHQL_VALIDATION_FAILED",
  },
  {
    title: "G11 introspection of lists within lists",
    query:
      "{ __schema { types { interfaces { possibleTypes { interfaces { possibleTypes { name } } } } } } }",
    code: "GRAPHQL_VALIDATION_FAILED",
  },
];

describe("over HTTP", () => {
  test.each(tooComplex)(
    "$title is refused with 400 for less than 50 ms of the server's time",
    async ({ query, code }) => {
      const { status, data, errors, ms } = await refusalOf(query);
      expect(errors[0]?.extensions.code).toBe(code);
      expect(status).toBe(400);
      expect(data).toBeUndefined();
      expect(errors.length).toBeLessThanOrEqual(5);
      expect(ms).toBeLessThan(50);
    },
  );

  test.each([0, -1, 101, 2_147_483_647])(
    "G4 a page of %i asked for by a variable is refused, naming the rule",
    async (first) => {
      const answer = await admin.ask("query ($first: Int) { leads(first: $first) { edges { cursor } } }", {
        first,
      });
      expect(answer.errors).toEqual([
        expect.objectContaining({
          path: ["leads"],
          extensions: {
            code: "BAD_USER_INPUT",
            issues: [expect.objectContaining({ path: ["first"], rule: "range", value: String(first) })],
          },
        }),
      ]);
    },
  );

  test("G6 a second sign-in in one document is refused, so that every guess is a request", async () => {
    const signIn = (name: string) => `${name}: signIn(email: "a@example.org", password: "x") { __typename }`;
    const one = await admin.ask(`mutation { ${signIn("a")} }`);
    expect(one.data).toEqual({ a: { __typename: "InvalidCredentials" } });
    const failures = () =>
      api.db.sql<{ count: number }>("select count(*) from event where action = 'auth.login.failed'");
    const [before] = await failures();
    const two = await admin.ask(`mutation { ${signIn("a")} ${signIn("b")} }`);
    expect([two.status, two.errors[0]?.extensions.code]).toEqual([400, "QUERY_TOO_COMPLEX"]);
    const hidden = await admin.ask(
      `mutation { ...a ...b } fragment a on Mutation { ${signIn("a")} } fragment b on Mutation { ${signIn("b")} }`,
    );
    expect([hidden.status, hidden.errors[0]?.extensions.code]).toEqual([400, "QUERY_TOO_COMPLEX"]);
    expect(await failures()).toEqual([before]);
  });

  test("a subscription is refused, without its source being opened", async () => {
    const answer = await admin.ask("subscription { healthUpdated { cursor } }");
    expect([answer.status, answer.errors[0]?.extensions.code]).toEqual([400, "BAD_REQUEST"]);
  });

  test("the introspection of GraphiQL works", async () => {
    const answer = await admin.ask(getIntrospectionQuery({ inputValueDeprecation: true, oneOf: false }));
    expect(answer.errors).toEqual([]);
    expect(answer.status).toBe(200);
  });
});

describe("over the websocket", () => {
  const inSubscription = (selection: string, rest = "") =>
    `subscription { importProgress(importId: "x") { import ${selection} } } ${rest}`;
  const cases: readonly Case[] = [
    {
      title: "G3 depth 9",
      query: inSubscription(`{ list ${"{ x ".repeat(7)} ${"}".repeat(7)} }`),
      code: "QUERY_TOO_COMPLEX",
    },
    {
      title: "G3 depth 400",
      query: inSubscription(`${"{ list ".repeat(400)} ${"}".repeat(400)}`),
      code: "GRAPHQL_PARSE_FAILED",
    },
    {
      title: "G4 a page of a million",
      query: inSubscription("{ errors(first: 1000000) { edges { cursor } } }"),
      code: "QUERY_TOO_COMPLEX",
    },
    ...[16, 101].map((count) => ({
      title: `G5 ${count} aliases`,
      query: inSubscription(`{ ${times(count, (index) => `a${index}: id`)} }`),
      code: "QUERY_TOO_COMPLEX",
    })),
    {
      title: "G5 eleven roots",
      query: `subscription { ${times(11, (index) => `a${index}: notifications { cursor }`)} }`,
      code: "GRAPHQL_VALIDATION_FAILED",
    },
    {
      title: "G8 a field 1000 times",
      query: inSubscription(`{ ${"id ".repeat(1000)} }`),
      code: "GRAPHQL_PARSE_FAILED",
    },
    {
      title: "G9 @skip eleven times",
      query: inSubscription(`{ ${times(11, () => "id @skip(if: false)")} }`),
      code: "QUERY_TOO_COMPLEX",
    },
    {
      title: "G9 ten directives that do not exist",
      query: inSubscription(`{ id ${times(10, (index) => `@no${index}`)} }`),
      code: "GRAPHQL_VALIDATION_FAILED",
    },
    {
      title: "G10 a fragment that spreads itself",
      query: inSubscription("{ ...a }", "fragment a on Import { id ...a }"),
      code: "GRAPHQL_VALIDATION_FAILED",
    },
    {
      title: "G10 root fragments that spread each other",
      query: "subscription { ...a } fragment a on Subscription { ...b } fragment b on Subscription { ...a }",
      code: "GRAPHQL_VALIDATION_FAILED",
    },
    {
      title: "G10 2^30 fields by nested spreads",
      query: inSubscription("{ ...f0 }", fanOut("Import", "id", 30)),
      code: "QUERY_TOO_COMPLEX",
    },
    {
      title: "G10 2^30 roots by nested spreads",
      query: `subscription { ...f0 } ${fanOut("Subscription", "notifications { cursor }", 30)}`,
      code: "QUERY_TOO_COMPLEX",
    },
    {
      title: "G11 introspection",
      query: "subscription { __schema { types { fields { name } } } }",
      code: "GRAPHQL_VALIDATION_FAILED",
    },
    {
      title: "a field that does not exist",
      query: inSubscription("{ nam }"),
      code: "GRAPHQL_VALIDATION_FAILED",
    },
  ];

  test.each(cases)(
    "$title is refused when subscribing, for less than 50 ms of the server's time",
    async ({ query, code }) => {
      const rounds: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        const { answer, ms } = await spent(async () => {
          const id = socket.subscribe(query);
          return { id, errors: await socket.refusal(id) };
        });
        rounds.push(ms);
        expect(answer.errors.map((error) => error.extensions.code)).toContain(code);
        expect(answer.errors.length).toBeLessThanOrEqual(5);
        expect(socket.events(answer.id)).toEqual([]);
      }
      expect(Math.min(...rounds)).toBeLessThan(50);
    },
  );

  test("G12 variables that are nested too deeply or hold too much are refused, and the socket stays", async () => {
    const query = "subscription ($id: ID!) { importProgress(importId: $id) { cursor } }";
    for (const id of [JSON.parse("[".repeat(50) + "]".repeat(50)), Array.from({ length: 20_001 }, () => 1)]) {
      const [error] = await socket.refusal(socket.subscribe(query, { id }));
      expect(error!.extensions.code).toBe("BAD_REQUEST");
    }
  });
});

test("AP-04 a document that costs more than what is left is refused with the time to wait, and not run", async () => {
  const poor = await startApi({ environment: { RATE_LIMIT_PER_MINUTE: "5" } });
  try {
    const user = await poor.as("ADMIN");
    const page = "imports(first: 100) { edges { node { errors(first: 1) { totalCount } } } }";
    const answer = await user.ask(`{ ${times(9, (index) => `a${index}: ${page}`)} }`);
    expect(answer.status).toBe(429);
    expect(answer.data).toBeUndefined();
    expect(answer.errors[0]!.extensions).toMatchObject({ code: "RATE_LIMITED" });
    const wait = Number(answer.errors[0]!.extensions.retryAfterSeconds);
    expect(answer.headers.get("retry-after")).toBe(String(wait));
    expect(Number(answer.headers.get("x-ratelimit-reset")) * 1000 - Date.now()).toBeLessThanOrEqual(61_000);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
  } finally {
    await poor.close();
  }
});
