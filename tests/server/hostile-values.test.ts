import { once } from "node:events";
import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checksum, startApi, type Api, type Speaker } from "../support/api.js";
import { openLine, rawExchange } from "../support/raw-http.js";

const CREATE = `mutation ($input: CreateLeadInput!) { createLead(input: $input) { __typename ... on InvalidInput { path } } }`;

let api: Api;
let admin: Speaker;
beforeAll(async () => {
  api = await startApi();
  admin = await api.as("ADMIN");
});
afterAll(() => api.close());

const post = (body: string) =>
  admin.fetch("/graphql", { method: "POST", headers: { "content-type": "application/json" }, body });
const codesOf = async (response: Response): Promise<(string | undefined)[]> => {
  const body = (await response.json()) as { errors?: { extensions?: { code: string } }[] };
  return (body.errors ?? []).map((error) => error.extensions?.code);
};
/** Proves that what was refused changed nothing. */
async function changesNothing(work: () => Promise<unknown>): Promise<void> {
  const before = await checksum(api.db);
  await work();
  expect(await checksum(api.db)).toBe(before);
}

describe("G12 sizes", () => {
  test("variables of 200 kB are taken, a document of 300 kB is not", async () => {
    const csv = `email\n${"x".repeat(200_000)}`;
    const taken = await post(
      JSON.stringify({ query: "query ($csv: String) { __typename @skip(if: false) }", variables: { csv } }),
    );
    expect(taken.status).toBe(400); // An unused variable: the document was read and judged.
    expect(await codesOf(taken)).toEqual(["GRAPHQL_VALIDATION_FAILED"]);
    const long = await post(JSON.stringify({ query: `{ ${"__typename ".repeat(27_000)} }` }));
    expect([long.status, await codesOf(long)]).toEqual([400, ["GRAPHQL_PARSE_FAILED"]]);
  });

  test.each([50, 5000, 100_000])("JSON nested %i deep is refused, and the server stands", async (depth) => {
    const nested = `${"[".repeat(depth)}${"]".repeat(depth)}`;
    const query = JSON.stringify("query ($id: ID!) { campaign(id: $id) { id } }");
    for (const body of [
      `{"query":${query},"variables":{"id":${nested}}}`,
      `{"query":${query},"variables":{"id":"x"},"extensions":{"deep":${nested}},"more":${nested}}`,
      nested,
    ]) {
      const response = await post(body);
      // Extensions that nobody reads do no harm.
      expect(response.status).toBe(body.includes("extensions") ? 200 : 400);
    }
    expect((await admin.ask("{ me { role } }")).data).toEqual({ me: { role: "ADMIN" } });
  });

  test("a list of a million is refused", async () => {
    const more = Array.from({ length: 1_000_000 }, () => 1);
    const answer = await admin.ask("query ($id: ID!) { campaign(id: $id) { id } }", { id: "x", more });
    expect([answer.status, answer.errors[0]?.extensions.code]).toEqual([400, "BAD_REQUEST"]);
  });

  test("a body that is announced as too large is answered with 413 before any of it is sent", async () => {
    const head = `POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 50000000`;
    const answer = await rawExchange(api.url, `${head}\r\n\r\n`);
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body)).toEqual({
      errors: [
        { message: "The body is larger than this address takes.", extensions: { code: "PAYLOAD_TOO_LARGE" } },
      ],
    });
  });

  test("a body that grows too large is answered with 413 while it is still sent", async () => {
    const line = openLine(api.url);
    const heard: string[] = [];
    line.on("data", (piece) => heard.push(String(piece)));
    line.write(
      "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
    );
    const chunk = `${(64 * 1024).toString(16)}\r\n${"x".repeat(64 * 1024)}\r\n`;
    let sent = 0;
    while (heard.length === 0 && !line.destroyed && sent < 60_000_000) sent += await pour(line, chunk);
    expect(heard.join("")).toMatch(/^HTTP\/1\.1 413 /);
    expect(sent).toBeGreaterThan(10 * 1024 * 1024);
    expect(sent).toBeLessThan(30 * 1024 * 1024);
    line.destroy();
  });

  test("other addresses take a megabyte", async () => {
    const response = await admin.fetch("/api/nothing", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify("x".repeat(1024 * 1024)),
    });
    expect(response.status).toBe(413);
  });
});

async function pour(line: Socket, chunk: string): Promise<number> {
  if (!line.write(chunk)) await Promise.race([once(line, "drain"), once(line, "close"), once(line, "data")]);
  await new Promise((resolve) => setImmediate(resolve));
  return chunk.length;
}

describe("I15 characters that no text has", () => {
  test.each([
    ["a NUL in a field", { email: "nul@example.org", firstName: "a\u0000b" }],
    ["a NUL in the address", { email: "n\u0000ul@example.org" }],
    ["a lone surrogate", { email: "lone@example.org", lastName: "\ud83d" }],
    ["a lone surrogate within JSON", { email: "deep@example.org", customFields: { a: "\udc00" } }],
    ["a NUL in a key of JSON", { email: "key@example.org", customFields: { "a\u0000": "x" } }],
  ])("%s is refused, and nothing changes", (_what, input) =>
    changesNothing(async () => {
      const { status, data, errors } = await admin.ask<{ createLead: { __typename: string } }>(CREATE, {
        input,
      });
      const code = errors[0]?.extensions.code ?? data?.createLead.__typename;
      expect(["BAD_USER_INPUT", "InvalidInput"]).toContain(code);
      expect(status).toBeLessThan(500);
    }),
  );

  test("searched for, they are refused too", async () => {
    for (const text of ["\u0000", "\ud800"]) {
      const query = "query ($text: String) { leads(filter: { text: $text }) { totalCount } }";
      const answer = await admin.ask(query, { text });
      expect(answer.errors.map((error) => error.extensions.code)).toEqual(["BAD_USER_INPUT"]);
    }
  });
});

describe("I16 numbers at the edge", () => {
  test.each([2_147_483_648, -2_147_483_649, 1.5, 1e308, "1", true, null])(
    "%j is no Int for overview, which never becomes a 5xx",
    async (days) => {
      const answer = await admin.ask("query ($days: Int!) { overview(days: $days) { attention { id } } }", {
        days,
      });
      expect([answer.status, answer.errors[0]?.extensions.code]).toEqual([400, "BAD_USER_INPUT"]);
    },
  );

  test.each([2_147_483_647, -2_147_483_648, 0, -1])("%i days are refused, naming the rule", async (days) => {
    const answer = await admin.ask("query ($days: Int!) { overview(days: $days) { attention { id } } }", {
      days,
    });
    expect(answer.errors[0]?.extensions).toMatchObject({
      code: "BAD_USER_INPUT",
      issues: [{ path: ["days"] }],
    });
  });
});
