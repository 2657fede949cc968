import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createSecretKey } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VERSION } from "../../platform/version.js";
import { Tokens } from "../../server/auth/tokens.js";
import { answerOf } from "../support/api.js";
import { freshDatabase, makeUser, type TestDatabase, type TestUser } from "../support/database.js";
import { startEnvelopeSink, type EnvelopeSink } from "../support/envelope-sink.js";
import { eventually } from "../support/eventually.js";
import { KNOWN_SECRET } from "../support/forge.js";
import { PLANTED } from "../support/planted-secrets.js";
import { launchRole, untilReady, type RoleProcess } from "../support/role-process.js";
import { TestSocket } from "../support/socket.js";

const PUBLIC_URL = "https://mail.example.com";
const CREATE = `mutation Planting($input: CreateLeadInput!) { createLead(input: $input) { __typename } }`;
/** Long enough for whatever is on its way to arrive. */
const QUIET_MS = 700;

let db: TestDatabase;
let sink: EnvelopeSink;
let admin: TestUser;
let user: TestUser;
let server: RoleProcess;
beforeAll(async () => {
  [db, sink] = await Promise.all([freshDatabase(), startEnvelopeSink()]);
  admin = await makeUser(db.database);
  user = await makeUser(db.database, { tenantId: admin.tenantId, role: "USER" });
  // A database that fails with the words of the table `planted`.
  await db.sql("create table planted (words text)");
  await db.sql(`create function fail_as_planted() returns trigger language plpgsql as $$
    declare said text; begin
      select words into said from planted; if said is not null then raise exception '%', said; end if; return new;
    end $$`);
  await db.sql(
    "create trigger planted before insert on lead for each row execute function fail_as_planted()",
  );
});
beforeEach(async () => {
  sink.empty();
  await db.sql("delete from planted");
});
afterEach(async () => {
  if (![...shared.values()].includes(server)) await server?.stop();
});
afterAll(async () => {
  await Promise.all([...shared.values()].map((each) => each.stop()));
  await db.close();
  await sink.stop();
});

/** Servers by their rate, which tests that leave no trace in them share: a start takes as long as the tests. */
const shared = new Map<string, RoleProcess>();
async function startShared(rate: "0" | "1"): Promise<void> {
  const known = shared.get(rate);
  if (known) server = known;
  else {
    await start({ SENTRY_TRACES_SAMPLE_RATE: rate });
    shared.set(rate, server);
  }
}

async function start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  server = await launchRole("server", db.url, {
    SENTRY_DSN: sink.dsn,
    SENTRY_TRACES_SAMPLE_RATE: "0",
    NODE_ENV: "production",
    PUBLIC_URL,
    ...environment,
  });
  await untilReady(server);
}

const bearerOf = async (person: TestUser) => {
  const tokens = new Tokens(createSecretKey(Buffer.from(KNOWN_SECRET)));
  return `Bearer ${(await tokens.issue(person)).accessToken}`;
};

async function ask(
  person: TestUser | null,
  query: string,
  variables: object = {},
  headers: Readonly<Record<string, string>> = {},
) {
  const authorization = person && { authorization: await bearerOf(person) };
  const response = await fetch(`${server.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...authorization, ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return answerOf(response);
}

const quiet = () => new Promise((resolve) => setTimeout(resolve, QUIET_MS));
const plant = (words: string) => db.sql("insert into planted values ($1)", [words]);
const failing = (email = "ada@example.org", headers = {}) =>
  ask(admin, CREATE, { input: { email } }, headers);

describe("an error of the server that nobody expected", () => {
  test("ET-01 ET-03 arrives once, with the id that the caller got and what leads to its audit entries", async () => {
    await start();
    await plant("the disk is full");
    const requestId = "et-03-request-1";
    const answer = await failing("ada@example.org", { "x-request-id": requestId });
    const id = String(answer.errors[0]!.extensions.id);
    await eventually(() => sink.errors().length > 0);
    await quiet();
    expect(sink.errors()).toHaveLength(1);
    const [event] = sink.errors();
    expect(event).toMatchObject({
      event_id: id.replaceAll("-", ""),
      level: "error",
      release: `postwatch@${VERSION}`,
      environment: "production",
      user: { id: admin.userId },
      extra: { audit: `${PUBLIC_URL}/admin/audit?requestId=${requestId}` },
    });
    expect(event!.tags).toEqual({
      role: "server",
      error_id: id,
      request_id: requestId,
      tenant: admin.tenantId,
      session_id: admin.sessionId,
      operation: "mutation Planting",
      code: "P0001",
    });
    expect(event!.exception!.values.at(-1)!.value).toBe("the disk is full");
    expect(event!.breadcrumbs!.map(({ message }) => message)).toEqual(["insert_lead"]);
    const files = event!.exception!.values.flatMap(({ stacktrace }) => stacktrace?.frames ?? []);
    expect(files.map(({ filename }) => filename).join("\n")).toMatch(
      /dist\/platform\/database\/unit-of-work\.js/,
    );
    expect(server.output()).toContain(id);
  });

  test("ET-01 arrives before the process ends, when it keeps the server from starting", async () => {
    await db.sql("alter table installation rename column id to id_away");
    try {
      server = await launchRole("server", db.url, { SENTRY_DSN: sink.dsn });
      expect(await server.exited).toBe(1);
      expect(sink.errors()).toHaveLength(1);
      expect(sink.errors()[0]).toMatchObject({ level: "fatal", tags: { where: "starting", code: "42703" } });
    } finally {
      await db.sql("alter table installation rename column id_away to id");
    }
  });

  test("S5 a tracker that takes the line and never answers holds up neither answers nor the end", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    try {
      const SENTRY_DSN = `http://public@127.0.0.1:${port}/1`;
      await start({ SENTRY_DSN, SENTRY_TRACES_SAMPLE_RATE: "1", NODE_ENV: "development" });
      await plant("the disk is full");
      const asked = performance.now();
      for (let i = 0; i < 100; i += 1) await failing(`ada${i}@example.org`);
      expect(performance.now() - asked).toBeLessThan(10_000);
      const told = performance.now();
      expect(await server.stop()).toBe(0);
      expect(performance.now() - told).toBeGreaterThan(1_500);
      expect(performance.now() - told).toBeLessThan(8_000);
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });

  test("floods nobody: of one kind ten a minute leave, all are in the log", async () => {
    await start();
    await plant("the disk is full");
    await Promise.all(Array.from({ length: 25 }, (_, i) => failing(`ada${i}@example.org`)));
    await eventually(() => sink.errors().length >= 10);
    await quiet();
    expect(sink.errors()).toHaveLength(10);
    expect(server.output().match(/"unexpected error"/g)).toHaveLength(25);
  });
});

test("ET-05 1,000 denials, faults of the input and things that are not there send nothing", async () => {
  await startShared("0");
  const kinds = [
    () => ask(user, `mutation { createTeam(input: { name: "x" }) { __typename } }`),
    () => ask(null, "{ me { id } }"),
    () => ask(admin, `{ campaign(id: "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b") { id } }`),
    () => ask(admin, CREATE, { input: { email: "no address" } }),
    () => ask(admin, "{ noSuchField }"),
  ];
  const codes = new Set<string>();
  for (let round = 0; round < 40; round += 1) {
    const answers = await Promise.all(Array.from({ length: 25 }, (_, i) => kinds[i % kinds.length]!()));
    for (const { errors } of answers) for (const { extensions } of errors) codes.add(extensions.code);
  }
  await quiet();
  expect([...codes].sort()).toEqual(
    expect.arrayContaining(["FORBIDDEN", "GRAPHQL_VALIDATION_FAILED", "UNAUTHENTICATED"]),
  );
  expect(codes).not.toContain("INTERNAL_SERVER_ERROR");
  expect(sink.envelopes).toEqual([]);
}, 120_000);

describe("ET-02 traces", () => {
  const trace = (sampled: 0 | 1, key = "public") => ({
    "sentry-trace": `${"a".repeat(32)}-${"b".repeat(16)}-${sampled}`,
    baggage: `sentry-trace_id=${"a".repeat(32)},sentry-public_key=${key}`,
  });

  test("at a rate of 1 a request has one, with spans for the document's phases and for each statement", async () => {
    await startShared("1");
    await ask(admin, "query People { users(first: 5) { edges { node { id } } } }");
    const [event] = await eventually(sink.traces, (all) => all.length > 0);
    expect(event!.transaction).toBe("POST /graphql (query People)");
    const spans = event!.spans!;
    expect(spans.map(({ op }) => op)).toEqual(
      expect.arrayContaining(["graphql.parse", "graphql.validate", "graphql.execute", "db"]),
    );
    const executing = spans.find(({ op }) => op === "graphql.execute")!;
    const statements = spans.filter(({ op }) => op === "db");
    expect(statements.length).toBeGreaterThan(0);
    for (const { parent_span_id, description } of statements) {
      expect(parent_span_id).toBe(executing.span_id);
      expect(description).toMatch(/^[\w.]+$/);
    }
  });

  test("a subscription that is opened has one", async () => {
    await startShared("1");
    const socket = await TestSocket.connect(server.url, await bearerOf(admin));
    socket.subscribe("subscription Watching { healthUpdated(intervalMs: 1000) { cursor } }");
    const [event] = await eventually(sink.traces, (all) => all.length > 0);
    expect(event!.transaction).toBe("WS /graphql (subscription Watching)");
    expect(event!.contexts!.trace!.op).toBe("websocket.subscribe");
    socket.raw.close();
  });

  test("at a rate of 0 there is none but what our own console asks for, which goes on with its trace", async () => {
    await startShared("0");
    for (let i = 0; i < 20; i += 1) await ask(admin, "query Own { me { id } }");
    await ask(admin, "query Foreign { me { id } }", {}, trace(1, "somebody"));
    await ask(admin, "query Asked { me { id } }", {}, trace(1));
    await eventually(sink.traces, (all) => all.length > 0);
    await quiet();
    expect(sink.traces().map(({ transaction }) => transaction)).toEqual(["POST /graphql (query Asked)"]);
    expect(sink.traces()[0]!.contexts!.trace).toMatchObject({
      trace_id: "a".repeat(32),
      parent_span_id: "b".repeat(16),
    });
  });

  test("what our own console does not trace is not traced here either", async () => {
    await startShared("1");
    await ask(admin, "query Left { me { id } }", {}, trace(0));
    await ask(admin, "query Taken { me { id } }");
    await eventually(sink.traces, (all) => all.length > 0);
    await quiet();
    expect(sink.traces().map(({ transaction }) => transaction)).toEqual(["POST /graphql (query Taken)"]);
  });

  test("at a rate of 0.5 about half of the requests have one", async () => {
    await start({ SENTRY_TRACES_SAMPLE_RATE: "0.5" });
    for (let i = 0; i < 20; i += 1)
      await Promise.all(Array.from({ length: 10 }, () => ask(admin, "{ me { id } }")));
    await quiet();
    // Six standard deviations around 100 of 200.
    expect(sink.traces().length).toBeGreaterThan(57);
    expect(sink.traces().length).toBeLessThan(143);
  });
});

test("ET-04 A27 none of forty secrets that errors, callers and documents bring is in what has left", async () => {
  await start({ SENTRY_TRACES_SAMPLE_RATE: "1", PROBE_TOKEN: "canary-probe-token" });
  const hostile = {
    cookie: "a=canary15cookie",
    "x-api-key": "canary18key",
    referer: "https://x/#canary08reset",
  };
  for (const { text, secret } of PLANTED) {
    await db.sql("delete from planted");
    await plant(text);
    const input = { email: "ada@example.org", firstName: secret.slice(0, 60), company: secret.slice(0, 60) };
    await ask(admin, CREATE, { input }, hostile);
  }
  await db.sql("delete from planted");
  await plant("we hold canary-probe-token here");
  await failing();
  await ask(admin, "query sk_live_canary19abcdef { me { id } }", {}, hostile);
  await eventually(
    () => sink.traces().some(({ transaction }) => transaction?.includes("[redacted]")),
    Boolean,
    15_000,
  );
  await server.stop();
  expect(sink.errors().length).toBeGreaterThanOrEqual(35);
  const all = sink.envelopes.join("\n");
  expect(PLANTED.filter(({ secret }) => all.includes(secret)).map(({ what }) => what)).toEqual([]);
  for (const own of ["canary-probe-token", KNOWN_SECRET, "ada@example.org", admin.email])
    expect(all).not.toContain(own);
  // The places are still told.
  expect(all).toContain("dist/platform/database/unit-of-work.js");
}, 60_000);

test("ET-01 without a DSN nothing is told, and the SDK is not even loaded", async () => {
  const directory = await mkdtemp(join(tmpdir(), "postwatch-loaded-"));
  try {
    // V8 lists every script that was loaded.
    await start({ SENTRY_DSN: "", NODE_V8_COVERAGE: directory });
    await plant("the disk is full");
    expect((await failing()).errors[0]!.extensions.code).toBe("INTERNAL_SERVER_ERROR");
    await server.stop();
    const lists = await Promise.all(
      (await readdir(directory)).map((name) => readFile(join(directory, name), "utf8")),
    );
    expect(lists.join("\n")).toContain("/dist/platform/sentry.js");
    expect(lists.join("\n")).not.toContain("@sentry");
    expect(sink.envelopes).toEqual([]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
