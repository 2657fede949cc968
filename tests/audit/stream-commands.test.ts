import { afterAll, beforeAll, expect, test } from "vitest";
import { streamSecret } from "../../domain/audit/streams/stream-secret.js";
import { streamUrlFault } from "../../domain/audit/streams/stream-url.js";
import { startApi, type Api, type Speaker } from "../support/api.js";
import { KNOWN_SECRET } from "../support/forge.js";

let api: Api;
let admin: Speaker;
beforeAll(async () => {
  api = await startApi({ environment: { JWT_SECRET: KNOWN_SECRET } });
  admin = await api.as("ADMIN");
});
afterAll(() => api.close());

const FIELDS = "id kind url state cursorSeq waiting lastError version";
interface Stream {
  readonly id: string;
  readonly version: number;
}
interface Outcome {
  readonly __typename: string;
  readonly secret?: string | null;
  readonly auditStream: Stream;
  readonly issues?: readonly { path: string[]; message: string; value: string | null }[];
}
async function change(name: string, args: string): Promise<Outcome> {
  const upper = `${name[0]!.toUpperCase()}${name.slice(1)}Success`;
  const { data } = await admin.ask<Record<string, Outcome>>(
    `mutation { ${name}(${args}) { __typename ... on ${upper} { auditStream { ${FIELDS} } ${name.startsWith("create") || name.startsWith("update") ? "secret" : ""} }
       ... on InvalidInput { issues { path message value } } } }`,
  );
  return data![name]!;
}
const URL_WITH_TOKEN = "https://logs.example.com/hook?token=canary";
const SHOWN = "https://logs.example.com/hook?…";

test("the secret is told once, another one when it is asked for; it and the address's token stand nowhere", async () => {
  const made = await change("createAuditStream", `input: { kind: WEBHOOK, url: "${URL_WITH_TOKEN}" }`);
  const { id } = made.auditStream;
  expect(made.auditStream).toEqual({
    id,
    kind: "WEBHOOK",
    url: SHOWN,
    state: "ACTIVE",
    cursorSeq: 0,
    waiting: 0,
    lastError: null,
    version: 1,
  });
  expect(made.secret).toBe(streamSecret(api.db.database, id, 1));
  expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const listed = await admin.ask<{ auditStreams: Stream[] }>(`{ auditStreams { ${FIELDS} } }`);
  expect(listed.data!.auditStreams).toEqual([made.auditStream]);

  const same = await change("updateAuditStream", `input: { id: "${id}", url: "${URL_WITH_TOKEN}" }`);
  expect(same).toMatchObject({ secret: null, auditStream: { version: 1 } });
  const anew = await change(
    "updateAuditStream",
    `input: { id: "${id}", newSecret: true, expectedVersion: 1 }`,
  );
  expect(anew.secret).toBe(streamSecret(api.db.database, id, 2));
  expect(anew.secret).not.toBe(made.secret);
  const late = await change(
    "updateAuditStream",
    `input: { id: "${id}", url: "https://a.example", expectedVersion: 1 }`,
  );
  expect(late.__typename).toBe("Conflict");

  const events = await api.db.sql<{ targets: object; changes: object }>(
    "select targets, changes from event where action = 'webhook.changed' and outcome = 'SUCCESS' order by at",
  );
  const targets = [{ type: "audit_stream", id, label: "logs.example.com" }];
  expect(events).toEqual([
    {
      targets,
      changes: [
        { field: "kind", before: null, after: "WEBHOOK" },
        { field: "url", before: null, after: SHOWN },
        { field: "cursorSeq", before: null, after: 0 },
      ],
    },
    { targets, changes: [{ field: "secret", before: null, after: "changed" }] },
  ]);
  expect(JSON.stringify(events)).not.toMatch(/canary|whsec_/);
  const stored = JSON.stringify(await api.db.sql("select * from audit_stream"));
  expect(stored).not.toContain(made.secret!.slice("whsec_".length));
});

test("paused twice is paused once; resumed and deleted it leaves its entries", async () => {
  const { auditStream } = await change(
    "createAuditStream",
    'input: { kind: SYSLOG, url: "syslog+tls://logs.example.com" }',
  );
  const args = `id: "${auditStream.id}"`;
  for (const [name, state, version] of [
    ["pauseAuditStream", "PAUSED", 2],
    ["pauseAuditStream", "PAUSED", 2],
    ["resumeAuditStream", "ACTIVE", 3],
  ] as const)
    expect((await change(name, args)).auditStream).toMatchObject({ state, version });
  await admin.ask(`mutation { deleteAuditStream(${args}) { __typename } }`);
  expect(await api.db.sql("select from audit_stream where id = $1", [auditStream.id])).toEqual([]);
  const events = await api.db.sql<{ changes: { field: string; after: unknown }[] }>(
    "select changes from event where action = 'webhook.changed' and targets -> 0 ->> 'id' = $1 order by at",
    [auditStream.id],
  );
  expect(events.slice(1).map(({ changes }) => changes.map(({ field, after }) => [field, after]))).toEqual([
    [["paused", true]],
    [["paused", false]],
    [
      ["kind", null],
      ["url", null],
    ],
  ]);
});

test("an address that cannot be sent to is refused, and nothing is made", async () => {
  const before = await api.db.sql("select count(*) from audit_stream");
  const { __typename, issues } = await change(
    "createAuditStream",
    'input: { kind: WEBHOOK, url: "ftp://logs.example.com/canary" }',
  );
  expect(__typename).toBe("InvalidInput");
  expect(issues).toEqual([
    { path: ["url"], message: "url must be an address starting with https:// or http://.", value: null },
  ]);
  expect(await api.db.sql("select count(*) from audit_stream")).toEqual(before);
});

test.each([
  ["WEBHOOK", "https://a.example/hook?x=1", null],
  ["WEBHOOK", "nonsense", "url must be an address starting with https:// or http://."],
  ["WEBHOOK", "file:///etc/passwd", "url must be an address starting with https:// or http://."],
  ["WEBHOOK", "https://ana:secret@a.example/", "url must not contain a user or a password."],
  ["WEBHOOK", "https://a.example/#part", "url must not have a part after #."],
  ["SYSLOG", "syslog://10.0.0.3:601", null],
  ["SYSLOG", "https://a.example", "url must be an address starting with syslog+tls:// or syslog://."],
  [
    "SYSLOG",
    "syslog://a.example/path",
    "url of a syslog is a host and a port, such as syslog+tls://logs.example.com:6514.",
  ],
] as const)("%s %s: %s", (kind, url, fault) => {
  expect(streamUrlFault(kind, url)).toBe(fault);
});
