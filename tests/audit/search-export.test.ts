import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../domain/ids.js";
import { exportPieces } from "../../domain/audit/search/export.js";
import { csvLine } from "../../domain/csv-line.js";
import type { Statement } from "../../domain/operation.js";
import { startApi, type Api, type Speaker } from "../support/api.js";
import { makeUser } from "../support/database.js";
import { seal } from "./proof-support.js";

let api: Api;
let admin: Speaker;
const LABELS = [
  "Spring, sale",
  '=HYPERLINK("http://x")',
  " =1+1",
  "＝1",
  "-5",
  "+49 30",
  "@sum",
  'say "yes"',
  "plain",
];
const MANY = 2_345;

beforeAll(async () => {
  api = await startApi();
  admin = await api.as("ADMIN");
  for (const label of LABELS)
    await api.people.ADMIN.op.record("campaign.paused", {
      targets: [{ type: "campaign", id: newId(), label }],
    });
  await (await makeUser(api.db.database)).op.record("campaign.paused", { targets: [] });
  // More than two pages.
  await api.db.sql(
    `insert into event (id, tenant_id, action, actor_kind, actor_label, targets, outcome, context)
     select uuid_v7(), $1, 'campaign.completed', 'JOB', '"campaigns.completeFinished"', jsonb_build_array(jsonb_build_object('type', 'campaign', 'id', n::text)),
       'SUCCESS', jsonb_build_object('requestId', 'r' || n) from generate_series(1, $2::int) n`,
    [api.tenantId, MANY],
  );
  await api.db.sql(
    "insert into pending_seal (event_id, at) select id, at from event where actor_kind = 'JOB'",
  );
  while ((await seal(api.db))!.count > 0);
});
afterAll(() => api.close());

const exported = (query: string, speaker = admin) => speaker.fetch(`/api/audit/export?${query}`);
const PAUSED = "query=action:campaign.paused";

describe("csv", () => {
  test("every text is a text to a spreadsheet, and is read back", async () => {
    const response = await exported(`format=csv&${PAUSED}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("content-disposition")).toMatch(
      /^attachment; filename="audit-\d{4}-\d\d-\d\d\.csv"$/,
    );
    const rows = parse(await response.text(), { columns: true }) as Record<string, string>[];
    expect(rows.map(({ targets }) => (JSON.parse(targets!) as { label: string }[])[0]!.label)).toEqual(
      LABELS.toReversed(),
    );
    for (const row of rows) {
      expect(row).toMatchObject({
        action: "campaign.paused",
        outcome: "SUCCESS",
        actor: api.people.ADMIN.email,
        isErased: "false",
      });
      expect(Number(row.seq)).toBeGreaterThan(0);
    }
  });

  test.each<[string | number | boolean | null, string]>([
    ["plain", '"plain"'],
    ["", '""'],
    [null, ""],
    [-5, "-5"],
    [true, "true"],
    ["-5", `"'-5"`],
    ["+49", `"'+49"`],
    ["=1", `"'=1"`],
    [" =1", `"' =1"`],
    ["\u00a0=1", `"'\u00a0=1"`],
    ["＝1", `"'＝1"`],
    ["＠x", `"'＠x"`],
    ["\tx", `"'\tx"`],
    ["\rx", `"'\rx"`],
    ["a=1", '"a=1"'],
    ['a"b', '"a""b"'],
  ])("%j", (cell, text) => {
    expect(csvLine([cell])).toBe(`${text}\r\n`);
  });
});

test("jsonl has all of it, newest first, over many pages and nothing twice", async () => {
  const text = await (await exported("format=jsonl&query=kind:job")).text();
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { id: string; at: string; requestId: string; seq: number });
  expect(lines).toHaveLength(MANY);
  expect(new Set(lines.map(({ id }) => id)).size).toBe(MANY);
  const keys = lines.map(({ at, id }) => at + id);
  expect(keys).toEqual(keys.toSorted().toReversed());
  expect(lines[0]).toMatchObject({
    action: "campaign.completed",
    actor: { kind: "JOB", label: "campaigns.completeFinished" },
  });
});

test("a bundle proves what it has", async () => {
  const text = await (await exported(`format=bundle&${PAUSED}`)).text();
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; body?: { action: string } });
  expect(lines[0]).toMatchObject({
    type: "bundle",
    chain: api.tenantId,
    filter: { query: "action:campaign.paused" },
  });
  expect(lines.at(-1)).toMatchObject({ type: "end", entries: LABELS.length });
  const entries = lines.filter(({ type }) => type === "entry");
  expect(entries.map(({ body }) => body!.action)).toEqual(LABELS.map(() => "campaign.paused"));
  const whole = await (await exported("format=bundle")).text();
  expect(JSON.parse(whole.slice(0, whole.indexOf("\n")))).toMatchObject({ type: "bundle", filter: null });
});

test("each export is on record, with format and filter, before anything leaves", async () => {
  const count = async () => (await api.db.sql("select from event where action = 'audit.exported'")).length;
  const before = await count();
  const response = await exported("format=jsonl&query=outcome:denied&from=2026-01-01");
  expect(await count()).toBe(before + 1);
  expect(await response.text()).toBe("");
  const { data } = await admin.ask(
    `{ auditLogs(first: 1, filter: { action: "audit.exported" }) { edges { node { sentence resourceId changes { field after } } } } }`,
  );
  expect(data).toEqual({
    auditLogs: {
      edges: [
        {
          node: {
            sentence: "Test ADMIN exported the audit log as jsonl",
            resourceId: "jsonl",
            changes: [
              { field: "format", after: "jsonl" },
              { field: "query", after: "outcome:denied" },
              { field: "from", after: "2026-01-01T00:00:00.000Z" },
            ],
          },
        },
      ],
    },
  });
});

describe("refused, and not on record as an export", () => {
  test.each([
    ["format=xml", 400, "format"],
    ["query=colour:red", 400, "filter"],
    ["from=yesterday", 400, "from"],
    ["query=a&query=b", 400, "query"],
  ])("%s", async (query, status, field) => {
    const before = (await api.db.sql("select from event where action = 'audit.exported'")).length;
    const response = await exported(query);
    const body = (await response.json()) as { code: string; issues: { path: string[] }[] };
    expect([response.status, body.code, body.issues[0]!.path[0]]).toEqual([status, "BAD_USER_INPUT", field]);
    expect((await api.db.sql("select from event where action = 'audit.exported'")).length).toBe(before);
  });

  test.each([
    ["ANONYMOUS", 401, "UNAUTHENTICATED"],
    ["USER", 403, "FORBIDDEN"],
    ["MANAGER", 403, "FORBIDDEN"],
  ] as const)("%s", async (caller, status, code) => {
    const before = (await api.db.sql("select from event where action = 'audit.exported'")).length;
    const response = await exported("format=csv", await api.as(caller));
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([status, code]);
    expect((await api.db.sql("select from event where action = 'audit.exported'")).length).toBe(before);
  });
});

test("a page is read when the one before has been taken, and a thousand rows at a time", async () => {
  const { op } = api.people.ADMIN;
  const asked: string[] = [];
  const counting = new Proxy(op, {
    get: (target, key) =>
      key === "query"
        ? (wanted: Statement<object>, values: unknown[]) => {
            asked.push(wanted.name);
            return target.query(wanted, values);
          }
        : (Reflect.get(target, key, target) as unknown),
  });
  const job = { on: "kind", any: ["JOB"], isNegated: false } as const;
  const search = { conditions: [job], words: [], from: null, to: null };
  const anchors = (async function* () {})();
  const pieces = exportPieces(counting, { format: "jsonl", search, filter: {}, anchors });
  const sizes: number[] = [];
  for await (const piece of pieces) {
    sizes.push(piece.split("\n").length - 1);
    expect(asked.filter((name) => name.startsWith("audit_list"))).toHaveLength(sizes.length);
    if (sizes.length === 2) break;
  }
  expect(sizes).toEqual([1000, 1000]);
  // The rows are of jobs, about things without a name to look up.
  expect(asked.map((name) => name.replace(/_\d+$/, ""))).toEqual([
    "audit_list",
    "audit_beside",
    "audit_list",
    "audit_beside",
  ]);
});
