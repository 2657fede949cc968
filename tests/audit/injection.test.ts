import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../../domain/ids.js";
import { openOperation } from "../../platform/database/open-operation.js";
import { checksum, startApi, type Api } from "../support/api.js";
import { entriesOf, type AuditEntry } from "../support/audit-entries.js";
import { rawExchange } from "../support/raw-http.js";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

/** A line of its own, red, read backwards; and what a terminal, a log or a page makes something else of. */
const HOSTILE =
  "Spring\r\n2026-01-01 root: all well\u001b[31m\u202egnp.exe\u2066\u200f\u2028\u0085\u0000\u0007";
const SHOWN =
  "Spring\\u{d}\\u{a}2026-01-01 root: all well\\u{1b}[31m\\u{202e}gnp.exe\\u{2066}\\u{200f}\\u{2028}\\u{85}\\u{0}\\u{7}";
const UNSEEN = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;
const MEGABYTE = 1_048_576;

/** The one entry, in which nothing stands that is not seen for what it is, wherever it is stored. */
async function theEntry(requestId: string): Promise<AuditEntry> {
  const entries = await entriesOf(api.db, requestId);
  expect(entries).toHaveLength(1);
  const stored = await api.db.sql<{ text: string }>(
    `select e::text as text from event e where context ->> 'requestId' = $1
     union all select p.fields::text from event_pii p join event e on e.id = p.event_id where context ->> 'requestId' = $1`,
    [requestId],
  );
  for (const { text } of stored) expect(text).not.toMatch(UNSEEN);
  expect(JSON.stringify(entries[0])).not.toMatch(UNSEEN);
  return entries[0]!;
}

/** As the administrator, by bytes: no client of HTTP writes such headers. */
async function send(
  query: string,
  variables: object,
  userAgent: string,
): Promise<{ requestId: string; body: string }> {
  const body = JSON.stringify({ query, variables });
  const requestId = randomUUID();
  const answer = await rawExchange(
    api.url,
    [
      "POST /graphql HTTP/1.1",
      `Host: ${new URL(api.url).host}`,
      `Authorization: ${(await api.as("ADMIN")).authorization}`,
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "Connection: close",
      `X-Request-Id: ${requestId}`,
      `User-Agent: ${userAgent}`,
      "",
      Buffer.from(body).toString("latin1"),
    ].join("\r\n"),
    5_000,
  );
  expect(answer.status).toBe(200);
  return { requestId, body: answer.body };
}

const CREATE = `mutation ($name: String!) { createCampaign(input: { name: $name, fromName: "Ada", fromEmail: "ada@example.com",
  steps: [{ delayMinutes: 0, subject: "Hello", html: "<p>Hi</p>" }], audience: {} }) { __typename } }`;

test("L10 a user agent is one line of text that hides nothing, also when it comes in UTF-8", async () => {
  const browser = `Evil\t1.0 ${Buffer.from("\u202emoc\u2066").toString("latin1")}`;
  const { requestId } = await send(CREATE, { name: "Spring" }, browser);
  const { context } = await theEntry(requestId);
  // A header is read as Latin-1: of the three bytes of a bidi control two are controls of their own.
  expect(context.userAgent).toBe("Evil\\u{9}1.0 â\\u{80}®mocâ\\u{81}¦");
});

test("L10 a user agent of 10,000 characters is cut, and says so", async () => {
  const { requestId } = await send(CREATE, { name: "Spring" }, "x".repeat(10_000));
  expect((await theEntry(requestId)).context.userAgent).toBe(`${"x".repeat(1_000)}… (10000 characters)`);
});

test("L10 names and reasons that people give are text that hides nothing", async () => {
  const name = "Spring \u001b[31m\u202egnp.exe\u2066\u200f";
  const made = await send(CREATE, { name }, "Test");
  const shown = "Spring \\u{1b}[31m\\u{202e}gnp.exe\\u{2066}\\u{200f}";
  const entry = await theEntry(made.requestId);
  expect(entry.targets[0]!.label).toBe(shown);
  expect(entry.changes).toContainEqual({ field: "name", before: null, after: shown });

  const hold = `mutation ($why: String) { updateAuditRetention(input: { holdReason: $why }) { __typename } }`;
  const { requestId, body } = await send(hold, { why: HOSTILE.replace("\0", "") }, "Test");
  expect(body).toContain("UpdateAuditRetentionSuccess");
  expect((await theEntry(requestId)).changes).toEqual([
    { field: "holdReason", before: null, after: SHOWN.replace("\\u{0}", "") },
  ]);
});

test("L10 what a lead brings is cut value by value", async () => {
  const create = `mutation ($email: String!, $custom: JSONObject!) {
    createLead(input: { email: $email, customFields: $custom }) { __typename } }`;
  const email = `${randomUUID()}@example.org`;
  const custom = { note: `${HOSTILE.replace("\0", "")}${"x".repeat(1_900)}`, plain: "a" };
  const { requestId, body } = await send(create, { email, custom }, "Test");
  expect(body).toContain("CreateLeadSuccess");
  const { changes } = await theEntry(requestId);
  const note = (changes.find(({ field }) => field === "customFields")!.after as { note: string }).note;
  expect(note).toMatch(/^Spring\\u\{d\}\\u\{a\}2026-01-01 root: all well.*x… \(\d{4} characters\)$/);
  expect(note.length).toBeLessThan(1_200);
});

test("L10 a name of 100,000 characters is refused, and leaves nothing", async () => {
  const before = await checksum(api.db);
  const { body } = await send(CREATE, { name: "x".repeat(100_000) }, "Test");
  expect(body).toContain("InvalidInput");
  expect(await checksum(api.db)).toBe(before);
});

test("L10 whatever the product itself puts on record: a megabyte of it in every field is one short entry", async () => {
  const requestId = newId();
  const huge = HOSTILE.repeat(Math.ceil(MEGABYTE / HOSTILE.length)).slice(0, MEGABYTE);
  const { op } = api.people.ADMIN;
  const request = { ...op.request, requestId, ip: "192.0.2.1", userAgent: huge };
  await openOperation(api.db.database, op.actor, request).record("user.invited", {
    targets: [{ type: "user", id: newId(), label: huge }],
    changes: [
      { field: huge, before: huge, after: { [huge]: [huge] } },
      { field: "name", before: huge, after: huge },
    ],
    outcome: "FAILED",
    reasonCode: huge,
  });
  const entry = await theEntry(requestId);
  const cut = expect.stringMatching(/^Spring\\u\{d\}\\u\{a\}2026.*… \(1048576 characters\)$/s) as string;
  expect(entry).toMatchObject({
    targets: [{ type: "user", label: cut }],
    reason: cut,
    context: { userAgent: cut },
    changes: [
      { field: cut, before: cut },
      { field: "name", before: cut, after: cut },
    ],
  });
  expect(JSON.stringify(entry).length).toBeLessThan(30_000);
});
