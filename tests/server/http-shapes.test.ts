import { createHash } from "node:crypto";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checksum, startApi, type Api, type Speaker } from "../support/api.js";
import { eventually } from "../support/eventually.js";
import { openLine, rawExchange } from "../support/raw-http.js";

const PING = '{"query":"{ __typename }"}';
let api: Api;
let admin: Speaker;
let dripping: Promise<{ ms: number; answer: string }>;
beforeAll(async () => {
  api = await startApi();
  admin = await api.as("ADMIN");
  dripping = drip(api.url);
});
afterAll(() => api.close());

/** Sends a byte of a header each second until the server has had enough. */
async function drip(url: string): Promise<{ ms: number; answer: string }> {
  const line = openLine(url);
  const started = performance.now();
  let answer = "";
  line.on("data", (piece) => (answer += String(piece)));
  line.write("GET /api/health/liveness HTTP/1.1\r\nhost: a\r\nx-slow: ");
  const drops = setInterval(() => line.write("x"), 1000);
  await once(line, "close");
  clearInterval(drops);
  return { ms: performance.now() - started, answer };
}

const post = (body: string, headers: Record<string, string> = { "content-type": "application/json" }) =>
  admin.fetch("/graphql", { method: "POST", headers, body });
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

describe("G7 batches", () => {
  test.each([1, 10, 1000])("%i documents in one request are refused with 400 and none runs", (count) =>
    changesNothing(async () => {
      const query = `mutation { createLead(input: { email: "batch@example.org" }) { __typename } }`;
      const response = await post(JSON.stringify(Array.from({ length: count }, () => ({ query }))));
      expect(response.status).toBe(400);
      expect(await response.text()).toContain("batch");
    }),
  );
});

test.each([
  '{"query":"{ __typename }","variables":{"__proto__":{"polluted":true}}}',
  '{"query":"{ __typename }","variables":{"a":{"b":[{"__proto__":{"polluted":true}}]}}}',
  '{"query":"{ __typename }","variables":{"constructor":{"prototype":{"polluted":true}}}}',
  '{"query":"{ __typename }","extensions":{"__proto__":{"polluted":true}}}',
  '{"query":"{ __typename }","\\u005f_proto__":{"polluted":true}}',
])("G13 %s is refused and changes no prototype", async (body) => {
  expect((await post(body)).status).toBe(400);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

describe("G15 by GET", () => {
  const get = (query: string, init: RequestInit = {}, more = "") =>
    admin.fetch(`/graphql?query=${encodeURIComponent(query)}${more}`, init);

  test("a query is answered", async () => {
    const asked = await get("{ me { role } }");
    expect([asked.status, await asked.json()]).toEqual([200, { data: { me: { role: "ADMIN" } } }]);
  });

  test.each([
    ["alone", 'mutation { createTeam(input: { name: "By GET" }) { __typename } }', ""],
    ["beside a query", "query a { __typename } mutation b { signOut { __typename } }", "&operationName=b"],
  ])("a mutation %s is refused with 405 and nothing changes", (_how, query, more) =>
    changesNothing(async () => {
      for (const name of ["x-nothing", "apollo-require-preflight", "x-http-method-override"])
        expect((await get(query, { headers: { [name]: "POST" } }, more)).status).toBe(405);
    }),
  );

  test("variables come as JSON, and what is none is refused", async () => {
    const asked = await get(
      "query ($n: Int) { leads(first: $n) { totalCount } }",
      {},
      "&variables={%22n%22:1}",
    );
    expect([asked.status, await asked.json()]).toEqual([200, { data: { leads: { totalCount: 0 } } }]);
    for (const variables of ["{", "7", "[]", '"x"'])
      expect((await get("{ __typename }", {}, `&variables=${encodeURIComponent(variables)}`)).status).toBe(
        400,
      );
  });
});

test.each([
  { type: "application/json", status: 200 },
  { type: "application/json; charset=utf-8", status: 200 },
  { type: "text/plain", status: 400 },
  { type: "application/x-www-form-urlencoded", status: 415 },
  { type: "multipart/form-data; boundary=x", status: 415 },
  { type: "application/graphql", status: 415 },
  { type: "application/jsonp", status: 415 },
  { type: "text/plain; application/json", status: 400 },
  { type: "", status: 415 },
])("G16 a body of content type «$type» is answered with $status", async ({ type, status }) => {
  await changesNothing(async () => {
    const body = JSON.stringify({
      query: 'mutation { signIn(email: "a@b.example", password: "") { __typename } }',
    });
    const response = await post(status === 200 ? PING : body, { "content-type": type });
    expect(response.status).toBe(status);
  });
});

test("G16 a body without any content type is refused", async () => {
  const answer = await rawExchange(
    api.url,
    `POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-length: ${PING.length}\r\n\r\n${PING}`,
  );
  expect(answer.status).toBe(415);
});

test.each(["https://evil.example", "null", "http://127.0.0.1.evil.example"])(
  "G17 a page of %s is given no right to read, and its preflight none to ask",
  async (origin) => {
    const credentials = { origin, cookie: "postwatch_refresh=x" };
    const simple = await post(PING, { ...credentials, "content-type": "application/json" });
    const preflight = await admin.fetch("/graphql", {
      method: "OPTIONS",
      headers: {
        ...credentials,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-type",
      },
    });
    expect(preflight.status).toBe(404);
    for (const { headers } of [simple, preflight])
      expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  },
);

test("G20 persisted queries are off: no hash is taken, alone or beside its query, and none is kept", async () => {
  const query = "{ __typename }";
  for (let round = 0; round < 50; round += 1) {
    const sha256Hash = createHash("sha256").update(`${query} #${round}`).digest("hex");
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    for (const body of [{ extensions }, { query: `${query} #${round}`, extensions }, { extensions }]) {
      const response = await post(JSON.stringify(body));
      // Clients of persisted queries know this answer and send the document itself; it must be a 200 for them.
      expect([response.status, await codesOf(response)]).toEqual([200, ["PERSISTED_QUERY_NOT_SUPPORTED"]]);
    }
  }
});

describe("G21 which operation", () => {
  test.each([
    [400, { query: "query a { __typename } query b { __typename }" }],
    [400, { query: "query a { __typename }", operationName: "c" }],
    [400, { query: "{ __typename } query b { __typename }" }],
    [400, { query: "{ __typename } query b { __typename }", operationName: "b" }],
    [400, { query: "query a { __typename } query a { __typename }", operationName: "a" }],
    [400, { query: "{ __typename }", operationName: { a: 1 } }],
    [400, { query: "fragment a on Query { __typename }" }],
    [400, { query: "" }],
    [400, { query: 7 }],
    [400, {}],
    [200, { query: "query a { __typename } query b { __typename }", operationName: "b" }],
  ])("%i for %j", async (status, body) => {
    expect((await post(JSON.stringify(body))).status).toBe(status);
  });
});

describe("I17 too much and too slow", () => {
  test.each([
    ["address", `GET /api/health/liveness?${"x".repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`],
    ["cookie", `GET / HTTP/1.1\r\nhost: a\r\ncookie: a=${"x".repeat(20_000)}\r\n\r\n`],
    ["number of headers", `GET / HTTP/1.1\r\nhost: a\r\n${"x: y\r\n".repeat(10_000)}\r\n`],
  ])("a too large %s is answered with 431, and the line closed", async (_what, request) => {
    const { status, isClosed, count } = await rawExchange(api.url, request);
    expect([status, isClosed, count]).toEqual([431, true, 1]);
  });

  test("headers that drip are cut off with 408 after ten seconds", async () => {
    const { ms, answer } = await dripping;
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(ms).toBeGreaterThan(9500);
    expect(ms).toBeLessThan(13_000);
  });

  test("a body has five minutes, and an idle line little more than a minute", () => {
    const { requestTimeout, headersTimeout, keepAliveTimeout } = api.app.http.server;
    expect({ requestTimeout, headersTimeout, keepAliveTimeout }).toEqual({
      requestTimeout: 300_000,
      headersTimeout: 10_000,
      keepAliveTimeout: 72_000,
    });
  });
});

const hidden = "GET /api/health/liveness HTTP/1.1\r\nhost: a\r\n\r\n";
const smuggling: Readonly<Record<string, [headers: string, body: string]>> = {
  "CL.TE": ["content-length: 6\r\ntransfer-encoding: chunked", `0\r\n\r\n${hidden}`],
  "TE.CL": ["transfer-encoding: chunked\r\ncontent-length: 4", `2f\r\n${hidden}\r\n0\r\n\r\n`],
  "two lengths": ["content-length: 26\r\ncontent-length: 5", PING + hidden],
  "the same length twice": ["content-length: 26\r\ncontent-length: 26", PING + hidden],
  "two lengths in one": ["content-length: 26, 26", PING + hidden],
  "a signed length": ["content-length: +26", PING + hidden],
  "a hexadecimal length": ["content-length: 0x1a", PING + hidden],
  "a negative length": ["content-length: -1", PING + hidden],
  "an unknown coding": ["transfer-encoding: xchunked", `1a\r\n${PING}\r\n0\r\n\r\n`],
  "a coding after chunked": ["transfer-encoding: chunked, identity", `1a\r\n${PING}\r\n0\r\n\r\n`],
  "a coding behind a vertical tab": ["transfer-encoding:\x0bchunked", `1a\r\n${PING}\r\n0\r\n\r\n`],
  "a blank before the colon": ["transfer-encoding : chunked", `1a\r\n${PING}\r\n0\r\n\r\n`],
  "a folded header": ["x: y\r\n transfer-encoding: chunked", `1a\r\n${PING}\r\n0\r\n\r\n`],
  "chunks ended by LF": ["transfer-encoding: chunked", `1a\n${PING}\n0\n\n${hidden}`],
  "LF in a chunk's extension": ["transfer-encoding: chunked", `1a;a\nb\r\n${PING}\r\n0\r\n\r\n`],
  "a chunk of more than there are numbers": ["transfer-encoding: chunked", `fffffffffffffffff\r\n${PING}`],
  "a chunk without its end": ["transfer-encoding: chunked", `1a\r\n${PING}0\r\n\r\n`],
};

test.each(Object.entries(smuggling))(
  "I18 %s: 400, the line is closed, and what hid behind it is not answered",
  async (_name, [headers, body]) => {
    const head = `POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n${headers}`;
    const { status, isClosed, count, text } = await rawExchange(api.url, `${head}\r\n\r\n${body}`);
    expect([status, isClosed, count]).toEqual([400, true, 1]);
    expect(text).not.toContain('"status":"ok"');
  },
);

test.each([
  ["GET", "/api/health/liveness", ""],
  ["POST", "/graphql", `content-type: application/json\r\ncontent-length: ${PING.length}\r\n\r\n${PING}`],
  [
    "GET",
    "/graphql",
    "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
  ],
])("I18 two hosts, %s %s: 400, and the line is closed", async (method, path, rest) => {
  for (const hosts of ["host: a\r\nhost: b", "host: a\r\nHOST: a"]) {
    const request = `${method} ${path} HTTP/1.1\r\n${hosts}\r\n${rest}${rest.includes("\r\n\r\n") ? "" : "\r\n"}`;
    const { status, isClosed, count } = await rawExchange(api.url, request);
    expect([status, isClosed, count]).toEqual([400, true, 1]);
  }
});

describe("Z20 the same door by another name", () => {
  const ask = (path: string) => {
    const body = JSON.stringify({ query: "{ me { id } }" });
    const head = `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
    return rawExchange(api.url, `${head}\r\n\r\n${body}`, 300);
  };

  test.each([
    "/graphql/",
    "//graphql",
    "/GraphQL",
    "/graphql%2f",
    "/graphql%00",
    "/graphql;a",
    "/./graphql",
    "/api/../graphql",
  ])("%s leads nowhere", async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  test.each(["/graphql", "/%67raphql", "/graph%71l", "http://evil.example/graphql"])(
    "%s is counted and guarded",
    async (path) => {
      const answer = await ask(path);
      expect(answer.status).toBe(401);
      expect(Number(answer.headers["x-ratelimit-used"])).toBeGreaterThan(0);
      expect(answer.body).toContain('"code":"UNAUTHENTICATED"');
    },
  );

  test.each(["TRACE", "OPTIONS", "PUT", "PATCH", "DELETE", "PROPFIND"])(
    "%s is no method of it, and nothing of the request comes back",
    async (method) => {
      const answer = await rawExchange(
        api.url,
        `${method} /graphql?query={__typename} HTTP/1.1\r\nhost: a\r\nx-mirror: secret\r\n\r\n`,
      );
      expect(answer.status).toBe(404);
      expect(answer.text).not.toContain("secret");
    },
  );
});

test("after all that the server still answers, and nothing of it was an error of ours", async () => {
  expect((await admin.ask("{ me { role } }")).data).toEqual({ me: { role: "ADMIN" } });
  const errors = await eventually(() => api.logLines.filter((line) => /"level":[56]0/.test(line)));
  expect(errors).toEqual([]);
});
