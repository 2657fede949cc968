import { afterAll, beforeAll, expect, test } from "vitest";
import { completeFinished } from "../../domain/campaigns/index.js";
import { newId } from "../../domain/ids.js";
import { createLogger } from "../../platform/logger.js";
import { handlers } from "../../worker/handlers.js";
import { openSlots } from "../../worker/slots.js";
import { startApi, type Api } from "../support/api.js";
import { entriesOf } from "../support/audit-entries.js";
import { makeUser, type TestUser } from "../support/database.js";
import { enqueue } from "../support/jobs.js";

let api: Api;
let ken: TestUser;
beforeAll(async () => {
  api = await startApi();
  ken = await makeUser(api.db.database, { tenantId: api.tenantId, role: "ADMIN" });
});
afterAll(() => api.close());

/** What a worker does with all jobs of the queue campaigns that are due. */
async function work(): Promise<void> {
  const all = handlers({
    wakeLanes: () => {},
    mail: { smtpUrl: api.smtp.url, publicUrl: "https://mail.example.com" },
    anchors: { anchorFile: "/nowhere", anchorUrl: undefined },
  });
  const slots = openSlots("campaigns", 1, {
    database: api.db.database,
    handlers: new Map(all.map((one) => [one.type, one])),
    bus: api.bus,
    log: createLogger("test", "silent"),
    workerId: newId(),
  });
  await slots.work();
  await slots.stop(1_000, 100);
}

interface Started {
  readonly startImport: { readonly import: { readonly id: string; readonly list: { readonly id: string } } };
}
async function startImport(by: TestUser, csv: string, listName: string) {
  const speaker = api.withHeader(`Bearer ${await api.tokenOf(by)}`);
  const answer = await speaker.ask<Started>(
    `mutation ($input: StartImportInput!) { startImport(input: $input) { ... on StartImportSuccess { import { id list { id } } } } }`,
    { input: { csv, listName } },
  );
  expect(answer.errors).toEqual([]);
  const { id, list } = answer.data!.startImport.import;
  const [job] = await api.db.sql<{ id: string }>("select id from job where payload ->> 'importId' = $1", [
    id,
  ]);
  return { importId: id, listId: list.id, jobId: job!.id, requestId: answer.headers.get("x-request-id")! };
}

test("AU-12 an import is begun by a person and done by a job on their behalf, as one request", async () => {
  const { importId, listId, jobId, requestId } = await startImport(
    ken,
    "email\na@example.org\nno address\n",
    "Fair",
  );
  await work();
  const [begun, done, ...others] = await entriesOf(api.db, requestId);
  expect(others).toEqual([]);
  expect(begun).toMatchObject({
    action: "lead.imported",
    reason: "STARTED",
    actor: { kind: "USER", id: ken.userId, label: ken.email },
    onBehalfOf: null,
    context: { ip: "127.0.0.1", sessionId: ken.sessionId },
  });
  expect(done).toEqual({
    tenantId: api.tenantId,
    at: done!.at,
    action: "lead.imported",
    actor: { kind: "JOB", id: null, label: "campaigns.importLeads" },
    onBehalfOf: ken.userId,
    targets: [
      { type: "import", id: importId },
      { type: "list", id: listId, label: "Fair" },
    ],
    outcome: "SUCCESS",
    reason: null,
    changes: [
      { field: "digest", before: null, after: begun!.changes[0]!.after },
      { field: "total", before: null, after: 2 },
      { field: "imported", before: null, after: 1 },
      { field: "updated", before: null, after: 0 },
      { field: "skipped", before: null, after: 0 },
      { field: "rejected", before: null, after: 1 },
      { field: "dryRun", before: null, after: false },
    ],
    context: { requestId, jobId },
  });
});

test("AU-12 an import that is stopped because its starter may not any more was still theirs", async () => {
  const mia = await makeUser(api.db.database, { tenantId: api.tenantId, role: "MANAGER" });
  const { jobId, requestId } = await startImport(mia, "email\nb@example.org\n", "Fair");
  await api.db.sql("update app_user set status = 'SUSPENDED' where id = $1", [mia.userId]);
  await work();
  const [, stopped] = await entriesOf(api.db, requestId);
  expect(stopped).toMatchObject({
    outcome: "FAILED",
    reason: "INITIATOR_GONE",
    actor: { kind: "JOB", label: "campaigns.importLeads" },
    onBehalfOf: mia.userId,
    context: { requestId, jobId },
  });
});

/** A campaign with nothing left to send. */
async function finished(name: string): Promise<string> {
  const id = newId();
  await api.db.sql(
    `insert into campaign (id, tenant_id, name, from_name, from_email, audience, status, launched_at, planned_at)
     values ($1, $2, $3, 'Ada', 'ada@example.com', '{}', 'RUNNING', now(), now())`,
    [id, api.tenantId, name],
  );
  return id;
}

test("AU-12 what the product does by itself says which job, and on nobody's behalf", async () => {
  const id = await finished("Spring");
  const jobId = await enqueue(api.db.database, completeFinished, { fireAt: new Date().toISOString() });
  await work();
  const [made] = await api.db.sql<{ requestId: string }>(
    `select context ->> 'requestId' as "requestId" from event where action = 'campaign.completed'`,
  );
  const { requestId } = made!;
  expect(await entriesOf(api.db, requestId)).toEqual([
    {
      tenantId: api.tenantId,
      at: expect.any(String),
      action: "campaign.completed",
      actor: { kind: "JOB", id: null, label: "campaigns.completeFinished" },
      onBehalfOf: null,
      targets: [{ type: "campaign", id, label: "Spring" }],
      outcome: "SUCCESS",
      reason: null,
      changes: [{ field: "status", before: "RUNNING", after: "COMPLETED" }],
      context: { requestId, jobId },
    },
  ]);
});

test("AU-12 a schedule that a person runs is done by a job on their behalf", async () => {
  const id = await finished("Autumn");
  const admin = api.withHeader(`Bearer ${await api.tokenOf(ken)}`);
  const answer = await admin.ask<{ runScheduleNow: { jobId: string } }>(
    `mutation { runScheduleNow(name: "${completeFinished.type}") { ... on RunScheduleNowSuccess { jobId } } }`,
  );
  await work();
  const [asked, done] = await entriesOf(api.db, answer.headers.get("x-request-id")!);
  expect(asked).toMatchObject({ action: "schedule.run_now", actor: { kind: "USER", id: ken.userId } });
  expect(done).toMatchObject({
    action: "campaign.completed",
    targets: [{ id }],
    actor: { kind: "JOB", id: null, label: "campaigns.completeFinished" },
    onBehalfOf: ken.userId,
    context: { jobId: answer.data!.runScheduleNow.jobId },
  });
});
