import { appendFile, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { introduceKey } from "../../domain/audit/keys.queries.js";
import { INSTALLATION_CHAIN } from "../../domain/audit/seal.js";
import { sealEntries } from "../../domain/audit/seal-entries.js";
import { newId, type Id } from "../../domain/ids.js";
import { openSealingKey } from "../../platform/audit-keys.js";
import { openOperation } from "../../platform/database/open-operation.js";
import { inTransaction } from "../../platform/database/unit-of-work.js";
import { createLogger } from "../../platform/logger.js";
import { auditAnchorHandler } from "../../worker/audit/anchors.js";
import { SCHEDULE } from "../../worker/schedule.js";
import { freshDatabase, makeUser, TEST_SECRET, type TestDatabase } from "../support/database.js";

let db: TestDatabase;
let directory: string;
let receiver: Server;
let url: string;
let answer: { status: number; headers?: Record<string, string> };
let got: { request: IncomingMessage; body: string }[];

beforeAll(async () => {
  db = await freshDatabase();
  directory = await mkdtemp(join(tmpdir(), "anchors-"));
  receiver = createServer(async (request, response) => {
    got.push({ request, body: await text(request) });
    response.writeHead(answer.status, answer.headers).end();
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => receiver.once("listening", resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/anchors`;
});
afterAll(async () => {
  receiver.close();
  await db.close();
  await rm(directory, { recursive: true });
});
beforeEach(() => {
  got = [];
  answer = { status: 200 };
});

const key = openSealingKey(undefined, TEST_SECRET);
const actor = { kind: "JOB", name: "audit" } as const;
const request = { requestId: newId() };
const seal = () =>
  inTransaction(db.database, { actor, tenantId: null, request }, async (op) => {
    await introduceKey(op, key, null);
    await sealEntries(op, key);
  });

/** What the task notes about itself. */
async function anchor(anchorFile: string, anchorUrl?: string): Promise<object[]> {
  const notes: object[] = [];
  await auditAnchorHandler({ anchorFile, anchorUrl })({
    op: openOperation(db.database, actor, request),
    payload: { fireAt: new Date().toISOString() },
    signal: new AbortController().signal,
    progress: async (note) => void notes.push(note),
    bus: { publish() {}, subscribe: () => expect.fail("nobody listens") },
    log: createLogger("test", "silent"),
  });
  return notes;
}

type Line = Record<string, string | number>;
const parsed = (lines: string) =>
  lines
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
const newestSeal = async (chain: Id) =>
  (
    await db.sql<Line>(
      `select chain_id as chain, encode(hash, 'hex') as hash, key_id as "keyId", last_seq::float8 as "lastSeq",
         number::float8 as number, encode(signature, 'hex') as signature
       from audit_seal where chain_id = $1 order by number desc limit 1`,
      [chain],
    )
  )[0];
const noted = (chain: Id) =>
  db.sql("select number::float8 as number from audit_anchor where chain_id = $1", [chain]);
const isAllAnchored = async () =>
  (
    await db.sql<{ all: boolean }>(
      `select audit_anchored_until = (select max(sealed_at) from audit_seal) as all from installation`,
    )
  )[0]!.all;

test("the newest seal of each chain that has grown is a line of a file that only its owner reads", async () => {
  const file = join(directory, "made", "by", "us.jsonl");
  const [one, two] = [await makeUser(db.database), await makeUser(db.database)];
  for (const { op } of [one, two, one]) await op.record("auth.logout", { targets: [] });
  await db.sql(`with fact as (
      insert into event (id, action, actor_kind, targets, outcome, context)
      values (uuid_v7(), 'settings.updated', 'OPERATOR', '[]', 'SUCCESS', '{}') returning id, at)
    insert into pending_seal (event_id, at) select id, at from fact`);
  await seal();
  await one.op.record("auth.logout", { targets: [] });
  await seal();

  expect(await anchor(file)).toEqual([{ anchored: 3 }]);
  const lines = parsed(await readFile(file, "utf8"));
  expect(lines.map(({ chain }) => chain)).toEqual([
    INSTALLATION_CHAIN,
    ...[one.tenantId, two.tenantId].sort(),
  ]);
  for (const { at, ...line } of lines) {
    expect(line).toEqual(await newestSeal(line.chain as Id));
    expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  }
  expect(lines.find(({ chain }) => chain === one.tenantId)).toMatchObject({ number: 2, lastSeq: 3 });
  expect(Object.keys(lines[0]!)).toEqual(["at", "chain", "hash", "keyId", "lastSeq", "number", "signature"]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await noted(one.tenantId)).toEqual([{ number: 2 }]);
  expect(await isAllAnchored()).toBe(true);

  await two.op.record("auth.logout", { targets: [] });
  await seal();
  expect(await isAllAnchored()).toBe(false);
  expect(await anchor(file)).toEqual([{ anchored: 1 }]);
  expect(await anchor(file)).toEqual([{ anchored: 0 }]);
  const more = parsed(await readFile(file, "utf8"));
  expect(more.slice(0, 3)).toEqual(lines);
  expect(more.slice(3)).toEqual([{ ...(await newestSeal(two.tenantId)), at: expect.any(String) as string }]);
});

test("a line that a crash has cut stays by itself", async () => {
  const file = join(directory, "torn.jsonl");
  await appendFile(file, '{"at":"2026-11');
  const { op, tenantId } = await makeUser(db.database);
  await op.record("auth.logout", { targets: [] });
  await seal();
  await anchor(file);
  const [cut, whole, rest] = (await readFile(file, "utf8")).split("\n");
  expect(cut).toBe('{"at":"2026-11');
  expect(JSON.parse(whole!)).toMatchObject({ chain: tenantId, number: 1 });
  expect(rest).toBe("");
});

test("the same lines are posted where an address is set", async () => {
  const file = join(directory, "posted.jsonl");
  const { op, tenantId } = await makeUser(db.database);
  await op.record("auth.logout", { targets: [] });
  await seal();
  await anchor(file, url);
  expect(got.map(({ body }) => body)).toEqual([await readFile(file, "utf8")]);
  expect(got[0]!.request).toMatchObject({ method: "POST", url: "/anchors" });
  expect(got[0]!.request.headers["content-type"]).toBe("application/x-ndjson");
  expect(await noted(tenantId)).toEqual([{ number: 1 }]);
});

test.each([
  ["refuses", { status: 503 }, /^The anchors were not taken: 127\.0\.0\.1:\d+ answered 503$/],
  ["sends elsewhere", { status: 307, headers: { location: "/elsewhere" } }, /answered 307$/],
])("one that %s fails the task, and the next minute brings the seal again", async (_what, refusal, error) => {
  const file = join(directory, `${refusal.status}.jsonl`);
  const { op, tenantId } = await makeUser(db.database);
  await op.record("auth.logout", { targets: [] });
  await seal();
  answer = refusal;
  await expect(anchor(file, url)).rejects.toThrow(error);
  expect(got.map(({ request: { url: path } }) => path)).toEqual(["/anchors"]);
  expect(await noted(tenantId)).toEqual([]);
  expect(await isAllAnchored()).toBe(false);

  answer = { status: 204 };
  await anchor(file, url);
  expect(parsed(got.at(-1)!.body)).toMatchObject([{ chain: tenantId, number: 1 }]);
  expect(await noted(tenantId)).toEqual([{ number: 1 }]);
  expect(await isAllAnchored()).toBe(true);
});

test("an address that nobody answers is told by its host alone", async () => {
  const { op } = await makeUser(db.database);
  await op.record("auth.logout", { targets: [] });
  await seal();
  const failure = await anchor(join(directory, "away.jsonl"), "http://127.0.0.1:9/secret-token").catch(
    (error: Error) => error.message,
  );
  expect(failure).toMatch(/^The anchors did not reach 127\.0\.0\.1:9: /);
  expect(failure).not.toContain("secret-token");
});

test("it is due every minute, so that the first anchor is there within one", () => {
  expect(SCHEDULE.find(({ name }) => name === "analytics.auditAnchor")?.schedule.pattern).toBe("* * * * *");
});
