import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checksum, checksumBesideRefusals, startApi, type Api } from "../support/api.js";
import { makeTenant, makeUser } from "../support/database.js";
import { JOB, makeJob, MOVED, mutate } from "./jobs-support.js";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

interface Changed {
  readonly job: Record<string, unknown> & { history: Record<string, unknown>[] };
}
const change = (name: string, id: string, more = "") =>
  mutate<Changed>(
    api.as("ADMIN"),
    `${name}(id: "${id}"${more})`,
    `... on ${name[0]!.toUpperCase()}${name.slice(1)}Success { job { ${JOB} } } ${MOVED}`,
  );
const lastEvent = async () => {
  const [event] = await api.db.sql(
    "select action, actor_id as actor, targets, changes from event order by id desc limit 1",
  );
  return event as { action: string; changes: unknown } | undefined;
};
const RUN = {
  attempt: 3,
  startedAt: "2026-01-01T00:00:00.000Z",
  endedAt: "2026-01-01T00:00:01.000Z",
  outcome: "FAILED",
  error: "It broke.",
  workerId: null,
  by: null,
};
const hand = (outcome: string, error: string | null) => ({
  outcome,
  error,
  by: api.people.ADMIN.email,
  workerId: null,
  startedAt: null,
});

test("JB-06 a failed job is due again, the same one, with all its attempts and what happened before", async () => {
  const id = await makeJob(api, { history: [RUN], crashes: 2 });
  const answer = await change("retryJob", id);
  expect(answer.job).toMatchObject({ id, state: "WAITING", attempts: 0, crashes: 0, error: null });
  expect(answer.job.history).toEqual([
    { ...hand("RETRIED_BY_HAND", "It broke."), attempt: 3, endedAt: expect.any(String) },
    RUN,
  ]);
  const [row] = await api.db.sql(
    `select due_at <= now() as "isDue", finished_at as "finishedAt" from job where id = $1`,
    [id],
  );
  expect(row).toEqual({ isDue: true, finishedAt: null });
  expect(await lastEvent()).toEqual({
    action: "job.retried",
    actor: api.people.ADMIN.userId,
    targets: [{ type: "job", id, label: "campaigns.plan" }],
    changes: [{ field: "state", before: "FAILED", after: "WAITING" }],
  });
});

test("JB-07 a job is discarded, restored and retried, and its history tells it all", async () => {
  const id = await makeJob(api);
  expect((await change("discardJob", id)).job.state).toBe("DISCARDED");
  expect((await lastEvent())!.action).toBe("job.discarded");
  expect((await change("restoreJob", id)).job).toMatchObject({ state: "FAILED", error: "It broke." });
  const { job } = await change("retryJob", id);
  expect(job.history.map(({ outcome }) => outcome)).toEqual([
    "RETRIED_BY_HAND",
    "RESTORED_BY_HAND",
    "DISCARDED_BY_HAND",
  ]);
});

test("a delayed job runs now", async () => {
  const id = await makeJob(api, { state: "WAITING", dueIn: 3600 });
  expect((await change("promoteJob", id)).job).toMatchObject({
    state: "WAITING",
    history: [hand("PROMOTED_BY_HAND", null)],
  });
});

test("an edited payload is checked by the job's type, and what its editor was not shown stays", async () => {
  const [userId, tokenId] = [randomUUID(), randomUUID()];
  const id = await makeJob(api, {
    type: "campaigns.plan",
    payload: { campaignId: "old", password: "kept" },
  });
  const retry = (payload: object) =>
    mutate<Changed & { issues: unknown }>(
      api.as("ADMIN"),
      `retryJob(id: "${id}", payload: $payload)`,
      `... on RetryJobSuccess { job { payload state } }`,
      { payload },
      "($payload: JSONObject)",
    );
  const before = await checksumBesideRefusals(api.db);
  expect(await retry({ campaignId: 7 })).toMatchObject({
    __typename: "InvalidInput",
    issues: [{ path: ["payload", "campaignId"], rule: "string", value: "7" }],
  });
  expect(await checksumBesideRefusals(api.db)).toBe(before);
  expect((await retry({ campaignId: userId + tokenId, password: "••••" })).job).toEqual({
    payload: { campaignId: userId + tokenId },
    state: "WAITING",
  });
  expect((await lastEvent())!.changes).toEqual([
    { field: "state", before: "FAILED", after: "WAITING" },
    { field: "payload", before: "stored", after: "edited" },
  ]);
});

test("J12 the payload of a newer version is not edited by an older one; as it is, it is retried and stays of its version", async () => {
  const payload = { campaignId: randomUUID(), pace: "slow" };
  const id = await makeJob(api, { payload });
  await api.db.sql("update job set payload_version = 7 where id = $1", [id]);
  const retry = (edited: object | null) =>
    mutate(
      api.as("ADMIN"),
      `retryJob(id: "${id}", payload: $payload)`,
      "",
      { payload: edited },
      "($payload: JSONObject)",
    );
  const stored = () =>
    api.db.sql("select state, payload, payload_version as version from job where id = $1", [id]);
  expect(await retry({ campaignId: randomUUID() })).toMatchObject({
    __typename: "InvalidInput",
    issues: [{ path: ["payload"], rule: "version", value: "7" }],
  });
  expect(await stored()).toEqual([{ state: "FAILED", payload, version: 7 }]);
  expect(await retry(null)).toMatchObject({ __typename: "RetryJobSuccess" });
  expect(await stored()).toEqual([{ state: "WAITING", payload, version: 7 }]);
});

test.each([
  ["retryJob", "WAITING", -1, "WAITING", ["DISCARDED"], "WAITING"],
  ["retryJob", "ACTIVE", -1, "ACTIVE", [], "WAITING"],
  ["retryJob", "DISCARDED", -1, "DISCARDED", ["FAILED"], "WAITING"],
  ["discardJob", "ACTIVE", -1, "ACTIVE", [], "DISCARDED"],
  ["discardJob", "SUCCEEDED", -1, "SUCCEEDED", [], "DISCARDED"],
  ["restoreJob", "FAILED", -1, "FAILED", ["WAITING", "DISCARDED"], "FAILED"],
  ["promoteJob", "WAITING", -1, "WAITING", ["DISCARDED"], "WAITING"],
  ["promoteJob", "FAILED", 600, "FAILED", ["WAITING", "DISCARDED"], "WAITING"],
])("JB-07 %s of a job that is %s changes nothing and says what can be done", async (...row) => {
  const [name, state, dueIn, from, allowed, to] = row;
  const id = await makeJob(api, { state, dueIn });
  const before = await checksumBesideRefusals(api.db);
  expect(await change(name, id)).toMatchObject({
    __typename: "InvalidTransition",
    code: "INVALID_TRANSITION",
    from,
    to,
    allowed,
  });
  expect(await checksumBesideRefusals(api.db)).toBe(before);
});

test("a job of another organisation or of another queue is not there, and nothing changes", async () => {
  const elsewhere = await makeTenant(api.db.database);
  const foreign = await makeJob(api, { tenantId: elsewhere });
  const ours = await makeJob(api);
  const before = await checksumBesideRefusals(api.db);
  for (const call of [
    `retryJob(id: "${foreign}")`,
    `discardJob(id: "${foreign}")`,
    `retryJob(id: "${ours}", queue: "emails")`,
    `retryJob(id: "nonsense")`,
  ]) {
    const { errors } = await (await api.as("ADMIN")).ask(`mutation { ${call} { __typename } }`);
    expect(errors[0]!.extensions.code, call).toBe("NOT_FOUND");
  }
  expect(await mutate(api.as("ADMIN"), `retryJob(id: "${ours}", queue: "mail")`, "")).toMatchObject({
    __typename: "InvalidInput",
    message: "queue must be one of emails, campaigns, analytics.",
    issues: [{ path: ["queue"], rule: "picklist", value: "mail" }],
  });
  expect(await checksumBesideRefusals(api.db)).toBe(before);
});

test("whose hand it was is told to their own organisation only", async () => {
  const id = await makeJob(api, { tenantId: null });
  expect((await change("discardJob", id)).job.history[0]!["by"]).toBe(api.people.ADMIN.email);
  const other = await makeUser(api.db.database, { tenantId: await makeTenant(api.db.database) });
  const speaker = api.withHeader(`Bearer ${await api.tokenOf(other)}`);
  const { data } = await speaker.ask(`{ job(id: "${id}") { history { outcome by } } }`);
  expect(data!["job"]).toEqual({ history: [{ outcome: "DISCARDED_BY_HAND", by: null }] });
});

test("JB-06 500 dead jobs are retried at once, keep their history, and are one entry of the audit log", async () => {
  const type = `emails.${randomUUID()}`;
  await api.db.sql(
    `insert into job (id, tenant_id, type, queue, payload, state, attempts, max_attempts, error, history, finished_at)
     select gen_random_uuid(), $1, $2, 'emails', '{}', 'FAILED', 3, 3, 'Broke ' || n, jsonb_build_array($3::jsonb), now()
     from generate_series(1, 500) n`,
    [api.tenantId, type, JSON.stringify(RUN)],
  );
  const other = await makeJob(api, { queue: "emails" });
  const elsewhere = await makeTenant(api.db.database);
  const foreign = await makeJob(api, { queue: "emails", type, tenantId: elsewhere });
  const events = async () => (await api.db.sql<{ n: number }>("select count(*)::int as n from event"))[0]!.n;
  const before = await events();
  const retry = () =>
    mutate(
      api.as("ADMIN"),
      `retryDeadJobs(queue: "emails", filter: { type: "${type}" })`,
      "... on RetryDeadJobsSuccess { retried left }",
    );
  expect(await retry()).toEqual({ __typename: "RetryDeadJobsSuccess", retried: 500, left: 0 });
  const rows = await api.db.sql(
    `select state, attempts, jsonb_array_length(history) as entries, history -> 0 ->> 'outcome' as first,
       history -> 1 ->> 'outcome' as second, history -> 1 ->> 'by' as by, (history -> 1 ->> 'error') like 'Broke %' as "keepsError", count(*)::int as n
     from job where type = $1 and tenant_id = $2 group by 1, 2, 3, 4, 5, 6, 7`,
    [type, api.tenantId],
  );
  expect(rows).toEqual([
    {
      state: "WAITING",
      attempts: 0,
      entries: 2,
      first: "FAILED",
      second: "RETRIED_BY_HAND",
      by: api.people.ADMIN.email,
      keepsError: true,
      n: 500,
    },
  ]);
  expect(await lastEvent()).toMatchObject({
    action: "job.retried",
    targets: [{ type: "queue", id: "emails" }],
    changes: [
      { field: "jobs", before: null, after: 500 },
      { field: "filter.type", before: null, after: type },
    ],
  });
  expect(await events()).toBe(before + 1);
  const untouched = await api.db.sql("select state from job where id = any($1)", [[other, foreign]]);
  expect(untouched).toEqual([{ state: "FAILED" }, { state: "FAILED" }]);
  expect(await retry()).toMatchObject({ retried: 0, left: 0 });
  expect(await events()).toBe(before + 1);
});

test("of more than 1,000 the oldest are discarded, and the rest is counted", async () => {
  const type = `analytics.${randomUUID()}`;
  await api.db.sql(
    `insert into job (id, tenant_id, type, queue, payload, state, max_attempts, error, finished_at)
     select gen_random_uuid(), $1, $2, 'analytics', '{}', 'FAILED', 3, 'Broke', now() - make_interval(secs => n)
     from generate_series(1, 1003) n`,
    [api.tenantId, type],
  );
  const discard = () =>
    mutate(
      api.as("ADMIN"),
      `discardDeadJobs(queue: "analytics", filter: { type: "${type}" })`,
      "... on DiscardDeadJobsSuccess { discarded left }",
    );
  expect(await discard()).toMatchObject({ discarded: 1000, left: 3 });
  expect(await discard()).toMatchObject({ discarded: 3, left: 0 });
});

test("only who manages jobs may change them", async () => {
  const id = await makeJob(api);
  const before = await checksum(api.db, ["event", "pending_event"]);
  for (const call of [
    `retryJob(id: "${id}")`,
    'retryDeadJobs(queue: "emails")',
    'pauseQueue(name: "emails")',
  ]) {
    const { errors } = await (await api.as("MANAGER")).ask(`mutation { ${call} { __typename } }`);
    expect(errors[0]!.extensions.code, call).toBe("FORBIDDEN");
  }
  expect(await checksum(api.db, ["event", "pending_event"])).toBe(before);
});
