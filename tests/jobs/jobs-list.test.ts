import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type Api } from "../support/api.js";
import { makeTenant } from "../support/database.js";
import { JOB, makeJob } from "./jobs-support.js";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

interface Listed {
  readonly jobs: {
    readonly totalCount?: number;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    readonly edges: readonly { readonly node: { readonly id: string } & Record<string, unknown> }[];
  };
}
const LIST = `query ($queue: String, $state: JobState, $filter: JobFilter, $orderBy: JobOrder, $first: Int, $after: String, $last: Int, $before: String) {
  jobs(queue: $queue, state: $state, filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage endCursor } edges { node { id state availableActions } } } }`;
const list = async (variables: object) => (await api.as("ADMIN")).ask<Listed>(LIST, variables);
const idsOf = async (variables: object) => {
  const { data, text } = await list(variables);
  if (!data) throw new Error(text);
  return data.jobs.edges.map(({ node }) => node.id);
};

test("JB-06 a job tells all that is known of it, and its state what can be done", async () => {
  const [campaignId, workerId] = [randomUUID(), randomUUID()];
  await api.db.sql(
    "insert into campaign (id, tenant_id, name, from_name, from_email, audience) values ($1, $2, 'Spring sale', 'Ada', 'ada@example.com', '{}')",
    [campaignId, api.tenantId],
  );
  await api.db.sql(
    "insert into worker_heartbeat (id, host, pid, version, queues, lanes) values ($1, 'box-1', 4711, '1', '{campaigns}', 4)",
    [workerId],
  );
  const run = (attempt: number, outcome: string) => ({
    attempt,
    startedAt: "2026-01-01T00:00:00.123456+00:00",
    endedAt: "2026-01-01T00:00:01+00:00",
    outcome,
    error: "It broke.",
    workerId,
    by: null,
  });
  const id = await makeJob(api, {
    payload: { campaignId, email: "lead@example.com", tokenId: "t", nested: { apiSecret: "s", n: 1 } },
    crashes: 3,
    workerId,
    history: [run(1, "RETRIED"), run(2, "CRASHED")],
  });
  const { data } = await (await api.as("ADMIN")).ask(`{ job(id: "${id}", queue: "campaigns") { ${JOB} } }`);
  const shown = { startedAt: "2026-01-01T00:00:00.123Z", endedAt: "2026-01-01T00:00:01.000Z" };
  expect(data!["job"]).toEqual({
    id,
    type: "campaigns.plan",
    queue: "campaigns",
    state: "FAILED",
    attempts: 3,
    maxAttempts: 3,
    crashes: 3,
    isUrgent: false,
    isQuarantined: true,
    error: "It broke.",
    payload: { campaignId, email: "••••", tokenId: "t", nested: { apiSecret: "••••", n: 1 } },
    progress: null,
    availableActions: ["RETRY", "DISCARD"],
    history: [
      { ...run(2, "CRASHED"), ...shown },
      { ...run(1, "RETRIED"), ...shown },
    ],
    initiatedBy: null,
    subject: { type: "campaign", id: campaignId, label: "Spring sale", href: `/campaigns/${campaignId}` },
    worker: { id: workerId, host: "box-1", pid: 4711 },
  });
  const nodes = await (await api.as("ADMIN")).ask(`{ node(id: "${id}") { __typename id } }`);
  expect(nodes.data!["node"]).toEqual({ __typename: "Job", id });
});

test.each([
  ["WAITING", "WAITING", -1, ["DISCARD"]],
  ["WAITING", "DELAYED", 600, ["DISCARD", "PROMOTE"]],
  ["ACTIVE", "ACTIVE", -1, []],
  ["SUCCEEDED", "SUCCEEDED", -1, []],
  ["FAILED", "FAILED", -1, ["RETRY", "DISCARD"]],
  ["CANCELLED", "CANCELLED", -1, ["RETRY"]],
  ["DISCARDED", "DISCARDED", -1, ["RESTORE"]],
])("a job stored as %s is %s when due in %i s, and can be %j", async (stored, shown, dueIn, actions) => {
  const type = `campaigns.${randomUUID()}`;
  const id = await makeJob(api, { type, state: stored, dueIn });
  const { data } = await list({ state: shown, filter: { type } });
  expect(data!.jobs.edges.map(({ node }) => [node.id, node["state"], node["availableActions"]])).toEqual([
    [id, shown, actions],
  ]);
  expect(data!.jobs.totalCount).toBe(1);
});

test("pages follow each other over queues and states in any order, forwards and back, without gap or double", async () => {
  const text = `mark-${randomUUID()}`;
  const made: string[] = [];
  for (let index = 0; index < 9; index += 1)
    made.push(
      await makeJob(api, {
        queue: ["emails", "campaigns", "analytics"][index % 3]!,
        state: ["FAILED", "WAITING", "SUCCEEDED", "CANCELLED"][index % 4]!,
        error: text,
        createdIn: -1000 + index,
        finishedIn: index % 4 === 1 ? null : -100 + index,
      }),
    );
  const filter = { text };
  for (const direction of ["ASC", "DESC"]) {
    const orderBy = { field: "CREATED_AT", direction };
    const walked: string[] = [];
    let after: string | null = null;
    do {
      const page: Listed["jobs"] = (await list({ filter, orderBy, first: 4, after })).data!.jobs;
      walked.push(...page.edges.map(({ node }) => node.id));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(walked).toEqual(direction === "ASC" ? made : made.toReversed());
  }
  expect(await idsOf({ filter, last: 2 })).toEqual([made[1], made[0]]);
  const ended = made.filter((_, index) => index % 4 !== 1);
  expect(await idsOf({ filter, orderBy: { field: "FINISHED_AT", direction: "ASC" } })).toEqual(ended);
  const { data } = await list({ filter, orderBy: { field: "FINISHED_AT", direction: "ASC" }, first: 1 });
  expect(data!.jobs.totalCount).toBe(ended.length);
});

test("a search finds id, error and payload, takes signs literally, and does not see what is hidden", async () => {
  const secret = randomUUID();
  const id = await makeJob(api, {
    error: "100% of_it broke",
    payload: { campaignId: "cafe-0815", unsubscribeToken: secret, address: secret },
  });
  for (const text of [id.slice(4, 20), "100% OF_IT", "cafe-0815"])
    expect(await idsOf({ filter: { text } }), text).toEqual([id]);
  expect(await idsOf({ filter: { text: "100_ of%" } })).toEqual([]);
  expect(await idsOf({ filter: { text: secret } })).toEqual([]);
});

test("errors that differ in numbers and ids are one group, largest first", async () => {
  const at = (n: number) => `Mailbox ${n} of ${randomUUID()} is full`;
  for (const n of [1, 22, 333]) await makeJob(api, { queue: "emails", type: "emails.a", error: at(n) });
  const rare = await makeJob(api, { queue: "emails", type: "emails.b", error: "Rare" });
  const { data } = await (
    await api.as("ADMIN")
  ).ask<{ failedJobGroups: Record<string, unknown>[] }>(
    `{ failedJobGroups(queue: "emails") { errorGroup types count example } }`,
  );
  const groups = data!.failedJobGroups.filter(({ errorGroup }) => /Mailbox|Rare/.test(String(errorGroup)));
  expect(groups).toEqual([
    {
      errorGroup: "Mailbox # of # is full",
      types: ["emails.a"],
      count: 3,
      example: expect.stringMatching(/^Mailbox \d+ of .+ is full$/),
    },
    { errorGroup: "Rare", types: ["emails.b"], count: 1, example: "Rare" },
  ]);
  expect(await idsOf({ queue: "emails", state: "FAILED", filter: { errorGroup: "Rare" } })).toEqual([rare]);
});

test("metrics are of what ended in the hours that were asked for", async () => {
  const type = `analytics.${randomUUID()}`;
  const make = (runs: number, finishedIn: number, state = "SUCCEEDED") =>
    makeJob(api, {
      queue: "analytics",
      type,
      state,
      dueIn: finishedIn - runs - 2,
      startedIn: finishedIn - runs,
      finishedIn,
    });
  await make(1, -60);
  await make(3, -60, "FAILED");
  await make(9, -2 * 3600 - 60);
  const ask = async (hours: number) => {
    const { data } = await (
      await api.as("ADMIN")
    ).ask<{ jobMetrics: Record<string, unknown>[] }>(
      `{ jobMetrics(queue: "analytics", hours: ${hours}) { type queue runs failed waitP50Ms waitP95Ms runP50Ms runP95Ms } }`,
    );
    return data!.jobMetrics.filter((metrics) => metrics["type"] === type);
  };
  expect(await ask(1)).toEqual([
    {
      type,
      queue: "analytics",
      runs: 2,
      failed: 1,
      waitP50Ms: 2000,
      waitP95Ms: 2000,
      runP50Ms: 2000,
      runP95Ms: 2900,
    },
  ]);
  expect(await ask(3)).toMatchObject([{ runs: 3, failed: 1, runP50Ms: 3000 }]);
});

test("jobs of another organisation are not there; the product's own are", async () => {
  const text = randomUUID();
  const elsewhere = await makeTenant(api.db.database);
  const theirs = await makeJob(api, { tenantId: elsewhere, error: text });
  const own = await makeJob(api, { tenantId: null, error: text });
  expect(await idsOf({ filter: { text } })).toEqual([own]);
  const answer = await (await api.as("ADMIN")).ask(`{ job(id: "${theirs}") { id } }`);
  expect(answer.errors[0]!.extensions.code).toBe("NOT_FOUND");
});

test.each([
  ['jobs(queue: "mails") { totalCount }', ["queue"], "picklist", "mails"],
  ['failedJobGroups(queue: "") { count }', ["queue"], "picklist", ""],
  ["jobMetrics(hours: 0) { runs }", ["hours"], "range", "0"],
  ["jobMetrics(hours: 169) { runs }", ["hours"], "range", "169"],
  ['jobs(filter: { text: "a\\u0000b" }) { totalCount }', ["filter", "text"], "check", "a\u0000b"],
  [
    `jobs(filter: { type: "${"x".repeat(101)}" }) { totalCount }`,
    ["filter", "type"],
    "max_length",
    "x".repeat(101),
  ],
  ["jobs(first: 101) { totalCount }", ["first"], "range", "101"],
])("%s is refused, naming field, rule and value", async (field, path, rule, value) => {
  const { errors } = await (await api.as("ADMIN")).ask(`{ ${field} }`);
  expect(errors[0]!.extensions).toMatchObject({ code: "BAD_USER_INPUT", issues: [{ path, rule, value }] });
});
