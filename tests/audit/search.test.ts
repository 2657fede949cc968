import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EventAction, EventFacts } from "../../domain/events.js";
import { newId } from "../../domain/ids.js";
import { openOperation } from "../../platform/database/open-operation.js";
import { startApi, type Api, type Speaker } from "../support/api.js";
import { makeUser, type TestUser } from "../support/database.js";
import { seal } from "./proof-support.js";

const CAMPAIGN = newId();
const FIELDS = `id seq at action sentence actor { kind id email label } onBehalfOf { id label } outcome reasonCode resourceType resourceId
  targets { type id label } changes { field before after } ip userAgent requestId sessionId jobId isErased`;
const LIST = `query ($filter: AuditLogFilter, $first: Int, $after: String, $last: Int, $before: String) {
  auditLogs(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id action at } } } }`;
const READ = `query ($filter: AuditLogFilter) { auditLogs(first: 1, filter: $filter) { edges { node { ${FIELDS} } } } }`;

interface Entry {
  readonly id: string;
  readonly action: string;
  readonly [field: string]: unknown;
}
interface Listed {
  readonly auditLogs: {
    readonly totalCount: number;
    readonly pageInfo: Readonly<Record<string, unknown>>;
    readonly edges: readonly { readonly cursor: string; readonly node: Entry }[];
  };
}

let api: Api;
let admin: Speaker;
let ada: TestUser;
let ken: TestUser;
let foreign: TestUser;
/** The entries by a name of their own; what is looked for is told by it. */
const ids = new Map<string, string>();
const requests = new Map<string, string>();
/** By the number of their seal. */
const numbers = new Map<string, number>();

/** Does something as somebody, from somewhere. */
async function happened(
  name: string,
  who: TestUser,
  from: { ip?: string; userAgent?: string },
  action: EventAction,
  facts: EventFacts,
): Promise<void> {
  const requestId = randomUUID();
  const op = openOperation(api.db.database, who.op.actor, { requestId, ...from });
  await op.record(action, facts);
  const [row] = await api.db.sql<{ id: string }>("select id from event where context ->> 'requestId' = $1", [
    requestId,
  ]);
  ids.set(name, row!.id);
  requests.set(name, requestId);
}

const person = (id: string) => ({ type: "user", id });
const spring = { type: "campaign", id: CAMPAIGN, label: "Spring sale" };

beforeAll(async () => {
  api = await startApi();
  admin = await api.as("ADMIN");
  const { database } = api.db;
  ada = await makeUser(database, { tenantId: api.tenantId, email: "ada@example.org" });
  ken = await makeUser(database, { tenantId: api.tenantId, role: "USER", email: "ken@example.net" });
  foreign = await makeUser(database, { email: "ada@elsewhere.example" });
  await api.db.sql(
    "update app_user set name = case when id = $1 then 'Ada Lovelace' else 'Ken Thompson' end where id = any($2)",
    [ada.userId, [ada.userId, ken.userId]],
  );
  const status = (before: string, after: string) => ({ changes: [{ field: "status", before, after }] });
  await happened("launch", ada, { ip: "10.0.0.1", userAgent: "Firefox" }, "campaign.launched", {
    targets: [spring],
    ...status("DRAFT", "RUNNING"),
  });
  await happened("refusal", ken, { ip: "10.0.0.12" }, "campaign.launched", {
    targets: [spring],
    outcome: "DENIED",
    reasonCode: "CAMPAIGN_LAUNCH",
  });
  await happened("failure", ada, { ip: "10.1.0.1" }, "campaign.paused", {
    targets: [spring],
    outcome: "FAILED",
    reasonCode: "INVALID_TRANSITION",
  });
  await happened("role", ada, { ip: "2001:db8::7" }, "user.role.changed", {
    targets: [person(ken.userId)],
    changes: [{ field: "role", before: "USER", after: "MANAGER" }],
  });
  await happened("member", ken, {}, "team.member.added", {
    targets: [{ type: "team", id: newId(), label: "Blue" }, person(ken.userId)],
  });
  const job = openOperation(
    database,
    { kind: "JOB", name: "campaigns.completeFinished" },
    { requestId: randomUUID(), jobId: newId(), onBehalfOf: ada.userId },
    api.tenantId,
  );
  await job.record("campaign.completed", { targets: [spring] });
  const [done] = await api.db.sql<{ id: string }>("select id from event where actor_kind = 'JOB'");
  ids.set("job", done!.id);
  // Another organisation's, as like ours as can be.
  await happened("foreign", foreign, { ip: "10.0.0.1" }, "campaign.launched", {
    targets: [spring],
    ...status("DRAFT", "RUNNING"),
  });
  await seal(api.db);
  const leaves = await api.db.sql<{ id: string; seq: number }>(
    "select event_id as id, seq::int as seq from event_leaf",
  );
  for (const { id, seq } of leaves) numbers.set(nameOf(id), seq);
});
afterAll(() => api.close());

const nameOf = (id: string) => [...ids].find(([, known]) => known === id)?.[0] ?? id;

async function list(variables: object, speaker = admin): Promise<Listed["auditLogs"]> {
  const { data, errors } = await speaker.ask<Listed>(LIST, variables);
  expect(errors).toEqual([]);
  return data!.auditLogs;
}

/** The names of what is found, newest first; that we look is on record and not meant. */
async function found(filter: object): Promise<string[]> {
  const { edges, totalCount } = await list({ filter, first: 50 });
  expect(totalCount).toBe(edges.length);
  return edges.filter(({ node }) => node.action !== "audit.read").map(({ node }) => nameOf(node.id));
}

/** The newest that is found, whole. */
async function read(filter: object): Promise<Entry> {
  const { data, errors } = await admin.ask<Listed>(READ, { filter });
  expect(errors).toEqual([]);
  return data!.auditLogs.edges[0]!.node;
}

const ALL = ["job", "member", "role", "failure", "refusal", "launch"];

describe("each field and each qualifier finds exactly what it says", () => {
  test.each<[string, () => object, string[]]>([
    ["nothing", () => ({}), ALL],
    ["actorId", () => ({ actorId: ken.userId }), ["member", "refusal"]],
    ["actorKind", () => ({ actorKind: "JOB" }), ["job"]],
    ["action", () => ({ action: "campaign.launched" }), ["refusal", "launch"]],
    ["a group as action", () => ({ action: "team" }), ["member"]],
    ["actionPrefix", () => ({ actionPrefix: "campaign." }), ["job", "failure", "refusal", "launch"]],
    ["resourceType", () => ({ resourceType: "user" }), ["role"]],
    ["resourceId", () => ({ resourceId: CAMPAIGN }), ["job", "failure", "refusal", "launch"]],
    ["both", () => ({ resourceType: "team", resourceId: CAMPAIGN }), []],
    ["outcome", () => ({ outcome: "DENIED" }), ["refusal"]],
    ["ip", () => ({ ip: "10.0.0.1" }), ["launch"]],
    ["the beginning of an ip", () => ({ ip: "10.0." }), ["refusal", "launch"]],
    ["requestId", () => ({ requestId: requests.get("role") }), ["role"]],
    ["sessionId", () => ({ sessionId: ken.sessionId }), ["member", "refusal"]],
    ["text", () => ({ text: "spring sale" }), ["job", "failure", "refusal", "launch"]],
    ["text, the last word being typed", () => ({ text: "spring invalid_tr" }), ["failure"]],
    ["text, but not the first", () => ({ text: "spri sale" }), []],
    ["text and ip", () => ({ text: "sale", ip: "10." }), ["failure", "refusal", "launch"]],
    [
      "fields and box together",
      () => ({ outcome: "SUCCESS", query: "action:campaign.*" }),
      ["job", "launch"],
    ],
    ["actor: by address", () => ({ query: "actor:ada@example.org" }), ["role", "failure", "launch"]],
    ["actor: by a part of the name", () => ({ query: "actor:thomp" }), ["member", "refusal"]],
    [
      "actor: by words in any order",
      () => ({ query: 'actor:"lovelace ada"' }),
      ["role", "failure", "launch"],
    ],
    ["actor: by id", () => ({ query: `actor:${ken.userId}` }), ["member", "refusal"]],
    ["actor: nobody", () => ({ query: "actor:grace" }), []],
    ["actor: what is a pattern elsewhere", () => ({ query: "actor:%" }), []],
    ["-actor:", () => ({ query: "-actor:ken" }), ["job", "role", "failure", "launch"]],
    ["action:", () => ({ query: "action:user.*" }), ["role"]],
    ["action: twice", () => ({ query: "action:user.* action:team" }), ["member", "role"]],
    ["-action:", () => ({ query: "-action:campaign.*" }), ["member", "role"]],
    ["outcome:", () => ({ query: "outcome:denied outcome:failed" }), ["failure", "refusal"]],
    ["-outcome:", () => ({ query: "-outcome:success" }), ["failure", "refusal"]],
    ["kind:", () => ({ query: "kind:job" }), ["job"]],
    ["-kind:", () => ({ query: "-kind:user" }), ["job"]],
    ["target: a type", () => ({ query: "target:user" }), ["member", "role"]],
    ["target: any of them", () => ({ query: `target:user:${ken.userId}` }), ["member", "role"]],
    ["target: type and id of the same", () => ({ query: `target:team:${ken.userId}` }), []],
    ["-target:", () => ({ query: `-target:campaign:${CAMPAIGN}` }), ["member", "role"]],
    ["-target: any of them", () => ({ query: "-target:user" }), ["job", "failure", "refusal", "launch"]],
    ["ip:", () => ({ query: "ip:10.0.0.1" }), ["launch"]],
    ["ip: twice", () => ({ query: "ip:10.1. ip:2001:db8:" }), ["role", "failure"]],
    ["-ip:", () => ({ query: "-ip:10." }), ["job", "member", "role"]],
    ["request:", () => ({ query: `request:${requests.get("launch")}` }), ["launch"]],
    ["session:", () => ({ query: `session:${ada.sessionId}` }), ["role", "failure", "launch"]],
    ["-session:", () => ({ query: `-session:${ada.sessionId}` }), ["job", "member", "refusal"]],
    [
      "seq: twice",
      () => ({ query: `seq:${numbers.get("role")} seq:${numbers.get("launch")}` }),
      ["role", "launch"],
    ],
    [
      "-seq:",
      () => ({ query: `kind:user action:campaign.* -seq:${numbers.get("launch")}` }),
      ["failure", "refusal"],
    ],
    ["seq: that nobody has", () => ({ query: "seq:999999999999999" }), []],
    ["words in a row", () => ({ query: '"sale spring"' }), []],
    ["-word", () => ({ query: "spring -invalid_transition" }), ["job", "refusal", "launch"]],
    ["an address as a word", () => ({ query: "ken@example.net" }), ["member", "refusal"]],
    ["signs of a tsquery are text", () => ({ query: "spring's | ! & <-> sale*" }), []],
    ["after:", () => ({ query: "after:2020-01-01 -kind:user" }), ["job"]],
    ["before:", () => ({ query: "before:2020-01-01" }), []],
  ])("%s", async (_, filter, names) => {
    expect(await found(filter())).toEqual(names);
  });

  test("from is inclusive, to is not", async () => {
    const { edges } = await list({ first: 1, filter: { requestId: requests.get("refusal") } });
    // A DateTime of the filter has milliseconds.
    const at = String(edges[0]!.node.at).slice(0, 23);
    const [from, to] = [`${at}Z`, new Date(Date.parse(`${at}Z`) + 1).toISOString()];
    expect(await found({ from, to })).toContain("refusal");
    expect(await found({ from, to: from })).toEqual([]);
    expect(await found({ from: to, outcome: "DENIED" })).toEqual([]);
  });
});

test.each([
  [{ query: "colour:red" }, "filter.query", "qualifier"],
  [{ action: "user.flown" }, "filter.action", "action"],
  [{ actionPrefix: "x." }, "filter.actionPrefix", "action"],
  [{ ip: "localhost" }, "filter.ip", "ip"],
  [{ actorId: "ada" }, "filter.actorId", "id"],
  [{ text: "a\0b" }, "filter.text", "check"],
])("%j is refused, by field and rule", async (filter, path, rule) => {
  const { errors } = await admin.ask(LIST, { filter, first: 5 });
  expect(errors[0]!.extensions).toMatchObject({ code: "BAD_USER_INPUT" });
  const { issues } = errors[0]!.extensions as unknown as { issues: { path: string[]; rule: string }[] };
  expect([issues[0]!.path.join("."), issues[0]!.rule]).toEqual([path, rule]);
});

test("an entry tells who, what, from where, and its number once it is sealed", async () => {
  expect(await read({ requestId: requests.get("role") })).toEqual({
    id: ids.get("role"),
    seq: 4,
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as string,
    action: "user.role.changed",
    sentence: "Ada Lovelace changed the role of Ken Thompson from User to Manager",
    actor: { kind: "USER", id: ada.userId, email: "ada@example.org", label: "ada@example.org" },
    onBehalfOf: null,
    outcome: "SUCCESS",
    reasonCode: null,
    resourceType: "user",
    resourceId: ken.userId,
    targets: [{ type: "user", id: ken.userId, label: "ken@example.net" }],
    changes: [{ field: "role", before: "USER", after: "MANAGER" }],
    ip: "2001:db8::7",
    userAgent: null,
    requestId: requests.get("role"),
    sessionId: ada.sessionId,
    jobId: null,
    isErased: false,
  });
  expect(await read({ actorKind: "JOB" })).toMatchObject({
    sentence: "The job campaigns.completeFinished completed the campaign “Spring sale”",
    actor: { kind: "JOB", id: null, email: null, label: "campaigns.completeFinished" },
    onBehalfOf: { id: ada.userId, label: "ada@example.org" },
    jobId: expect.any(String) as string,
  });
});

test("pages join without a gap, forwards and back, and node finds each", async () => {
  const filter = { query: "-action:audit.*" };
  const all = (await list({ filter, first: 50 })).edges.map(({ node }) => node.id);
  expect(all.map(nameOf)).toEqual(ALL);
  const [forwards, backwards]: string[][] = [[], []];
  let page = await list({ filter, first: 4 });
  expect(page.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  for (;;) {
    forwards!.push(...page.edges.map(({ node }) => node.id));
    if (!page.pageInfo.hasNextPage) break;
    page = await list({ filter, first: 4, after: page.pageInfo.endCursor });
  }
  expect(forwards).toEqual(all);
  page = await list({ filter, last: 4 });
  for (;;) {
    backwards!.unshift(...page.edges.map(({ node }) => node.id));
    if (!page.pageInfo.hasPreviousPage) break;
    page = await list({ filter, last: 4, before: page.pageInfo.startCursor });
  }
  expect(backwards).toEqual(all);
  const { data } = await admin.ask<{ node: Entry }>(
    `query ($id: ID!) { node(id: $id) { __typename ... on AuditLog { ${FIELDS} } } }`,
    { id: all[0] },
  );
  expect(data!.node).toEqual({ __typename: "AuditLog", ...(await read(filter)) });
});

test("another organisation's entries are not there, whoever asks for them", async () => {
  expect(await found({ actorId: foreign.userId })).toEqual([]);
  expect(await found({ requestId: requests.get("foreign") })).toEqual([]);
  const stranger = api.withHeader(`Bearer ${await api.tokenOf(foreign)}`);
  const theirs = (await list({ first: 50, filter: { query: "-action:audit.*" } }, stranger)).edges;
  expect(theirs.map(({ node }) => nameOf(node.id))).toEqual(["foreign"]);
  expect((await list({ first: 50, filter: { query: "actor:ken" } }, stranger)).edges).toEqual([]);
  const { data } = await stranger.ask<{ node: null }>(`query ($id: ID!) { node(id: $id) { id } }`, {
    id: ids.get("role"),
  });
  expect(data!.node).toBeNull();
});

test.each(["MANAGER", "USER", "ANONYMOUS"] as const)("%s is refused", async (caller) => {
  const { data, errors } = await (await api.as(caller)).ask(LIST, { first: 5 });
  expect(data).toBeNull();
  expect(errors.map(({ extensions }) => extensions.code)).toEqual([
    caller === "ANONYMOUS" ? "UNAUTHENTICATED" : "FORBIDDEN",
  ]);
});

test("facets count what is found, most frequent first", async () => {
  const { data } = await admin.ask(
    `query ($filter: AuditLogFilter) { auditFacets(filter: $filter) { counted isCapped actions { value count } outcomes { value count }
      actorKinds { value count } resourceTypes { value count } } }`,
    { filter: { query: "-action:audit.* -action:auth.*" } },
  );
  const of = (...pairs: [string, number][]) => pairs.map(([value, count]) => ({ value, count }));
  expect(data).toEqual({
    auditFacets: {
      counted: 6,
      isCapped: false,
      actions: of(
        ["campaign.launched", 2],
        ["campaign.completed", 1],
        ["campaign.paused", 1],
        ["team.member.added", 1],
        ["user.role.changed", 1],
      ),
      outcomes: of(["SUCCESS", 4], ["DENIED", 1], ["FAILED", 1]),
      actorKinds: of(["USER", 5], ["JOB", 1]),
      resourceTypes: of(["campaign", 4], ["team", 1], ["user", 1]),
    },
  });
});

const VOLUME = `query ($from: DateTime!, $to: DateTime!, $buckets: Int, $filter: AuditLogFilter) {
  auditVolume(from: $from, to: $to, buckets: $buckets, filter: $filter) { from to count denied failed } }`;

test("volume covers the whole range, empty parts too", async () => {
  const hour = 3_600_000;
  const from = new Date(Math.floor(Date.now() / hour) * hour - 3 * hour);
  const to = new Date(from.getTime() + 5 * hour);
  const { data } = await admin.ask<{ auditVolume: { from: string; count: number }[] }>(VOLUME, {
    from,
    to,
    buckets: 1,
    filter: { query: "-action:audit.* -action:auth.*" },
  });
  expect(data!.auditVolume).toEqual([
    { from: from.toISOString(), to: to.toISOString(), count: 6, denied: 1, failed: 1 },
  ]);
  const parts = (
    await admin.ask<{ auditVolume: { from: string; to: string; count: number }[] }>(VOLUME, {
      from,
      to,
      buckets: 500,
      filter: { query: "-action:audit.* -action:auth.*" },
    })
  ).data!.auditVolume;
  expect(parts).toHaveLength(500);
  expect(parts.reduce((sum, { count }) => sum + count, 0)).toBe(6);
  expect(parts[0]!.from).toBe(from.toISOString());
  expect(parts.at(-1)!.to).toBe(to.toISOString());
  for (const [at, part] of parts.slice(1).entries()) expect(part.from).toBe(parts[at]!.to);
});

test.each([
  [{ buckets: 0 }, "buckets"],
  [{ buckets: 501 }, "buckets"],
  [{ to: "2020-01-01T00:00:00Z" }, "to"],
])("a volume of %j is refused", async (given, field) => {
  const { errors } = await admin.ask(VOLUME, {
    from: "2026-01-01T00:00:00Z",
    to: "2026-02-01T00:00:00Z",
    ...given,
  });
  expect(errors[0]!.extensions).toMatchObject({ code: "BAD_USER_INPUT", issues: [{ path: [field] }] });
});
