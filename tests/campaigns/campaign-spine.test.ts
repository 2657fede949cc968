import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  accountingOf,
  archiveCampaign,
  CAMPAIGN_ACTIONS,
  CAMPAIGN_MOVES,
  CAMPAIGN_STATUSES,
  isAllowed,
  cancelCampaign,
  completeCampaign,
  createCampaign,
  deleteCampaign,
  FIRST_BATCH,
  launchCampaign,
  pauseCampaign,
  planAudience,
  resumeCampaign,
  scheduleCampaign,
  unscheduleCampaign,
  updateCampaign,
} from "../../domain/campaigns/index.js";
import {
  ConflictError,
  InvalidInputError,
  InvalidTransitionError,
  NotFoundError,
  NotReadyError,
} from "../../domain/errors.js";
import type { Operation } from "../../domain/operation.js";
import { createLead, suppress } from "../../domain/leads/index.js";
import { newId } from "../../domain/ids.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { organisation, type Organisation } from "../support/organisation.js";

let test_db: TestDatabase;
let org: Organisation;
let admin: Operation;

beforeAll(async () => {
  test_db = await freshDatabase();
  org = await organisation(test_db);
  admin = org.as("ADMIN");
});
afterAll(() => test_db.close());

const draft = (leadIds: string[], more: object = {}) => ({
  name: "Spring",
  fromName: "Ada",
  fromEmail: "ada@example.com",
  steps: [{ delayMinutes: 0, subject: "Hello {{ first_name }}", html: "<p>Hi {{ first_name }}</p>" }],
  audience: { leadIds },
  ...more,
});

let serial = 0;
async function leads(count: number): Promise<string[]> {
  const ids = [];
  for (let i = 0; i < count; i += 1) {
    serial += 1;
    const { leadId } = await admin.run(createLead, {
      email: `lead${serial}@example.com`,
      firstName: `Lead ${serial}`,
    });
    ids.push(leadId);
  }
  return ids;
}

async function launched(leadIds: string[], more: object = {}): Promise<string> {
  const { campaignId } = await admin.run(createCampaign, draft(leadIds, more));
  await admin.run(launchCampaign, { campaignId });
  await plan(campaignId);
  return campaignId;
}

async function plan(campaignId: string): Promise<void> {
  const job = org.asJob("campaigns.plan");
  for (let after: string | null = FIRST_BATCH; after !== null;)
    after = (await job.run(planAudience, { campaignId, after })).last;
}

const accounting = async (campaignId: string) => {
  const { audience, buckets, planning } = (await accountingOf(admin, admin.scope, [campaignId])).get(
    campaignId,
  )!;
  return { audience, planning, buckets };
};
const actions = async (campaignId: string) =>
  (
    await test_db.sql<{ action: string }>(
      "select action from event where targets->0->>'id' = $1 and outcome = 'SUCCESS' order by at, id",
      [campaignId],
    )
  ).map((row) => row.action);

test("a draft tells what a launch would do, and a launch does just that", async () => {
  const ids = await leads(3);
  const [lead] = await test_db.sql<{ email: string }>("select email from lead where id = $1", [ids[0]]);
  await admin.run(suppress, { email: lead!.email, reason: "UNSUBSCRIBED" });
  const { campaignId } = await admin.run(createCampaign, draft(ids));
  const expected = [
    { bucket: "PLANNED", reason: null, count: 2 },
    { bucket: "SKIPPED", reason: "SUPPRESSED", count: 1 },
  ];
  expect(await accounting(campaignId)).toEqual({ audience: 3, planning: false, buckets: expected });

  await admin.run(launchCampaign, { campaignId });
  expect(await accounting(campaignId)).toEqual({ audience: 0, planning: true, buckets: [] });
  await plan(campaignId);
  expect(await accounting(campaignId)).toEqual({
    audience: 3,
    planning: false,
    buckets: [{ bucket: "QUEUED", reason: null, count: 2 }, expected[1]],
  });
  await plan(campaignId);
  expect(await test_db.sql("select count(*) from message where campaign_id = $1", [campaignId])).toEqual([
    { count: 2 },
  ]);
  expect(await actions(campaignId)).toEqual(["campaign.created", "campaign.launched"]);
});

test("a launch freezes the content; what has ended is edited no more, and what was launched is not deleted", async () => {
  const campaignId = await launched(await leads(1));
  const [version] = await test_db.sql<{ content: { steps: object[] }; n: number }>(
    "select n, content from campaign_version where campaign_id = $1",
    [campaignId],
  );
  expect(version).toMatchObject({
    n: 1,
    content: { fromEmail: "ada@example.com", steps: [{ position: 1, subject: "Hello {{ first_name }}" }] },
  });
  await expect(admin.run(deleteCampaign, { campaignId })).rejects.toBeInstanceOf(InvalidTransitionError);
  await admin.run(cancelCampaign, { campaignId });
  await expect(admin.run(updateCampaign, { campaignId, name: "Other" })).rejects.toBeInstanceOf(
    InvalidTransitionError,
  );
  expect(await test_db.sql("select name, version from campaign where id = $1", [campaignId])).toEqual([
    { name: "Spring", version: 1 },
  ]);
});

test("a campaign without an audience cannot be launched, says why, and stays a draft", async () => {
  const { campaignId } = await admin.run(createCampaign, draft([]));
  const refusal = await admin.run(launchCampaign, { campaignId }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(NotReadyError);
  expect((refusal as NotReadyError).issues).toEqual([
    {
      path: ["audience"],
      rule: "audience",
      message: "It has no audience: choose a list or leads.",
      value: null,
    },
  ]);
  expect(await test_db.sql("select status, launched_at from campaign where id = $1", [campaignId])).toEqual([
    { status: "DRAFT", launched_at: null },
  ]);
  expect(
    await test_db.sql("select count(*) from job where payload->>'campaignId' = $1", [campaignId]),
  ).toEqual([{ count: 0 }]);
});

test("a template that does not parse is refused with its place, and no campaign is made", async () => {
  const before = await test_db.sql("select count(*) from campaign");
  const steps = [{ delayMinutes: 0, subject: "Hello", html: "<p>{{ first_name | shout }}</p>" }];
  const refusal = (await admin
    .run(createCampaign, draft([], { steps }))
    .catch((error: unknown) => error)) as InvalidInputError;
  expect(refusal).toBeInstanceOf(InvalidInputError);
  expect(refusal.issues).toMatchObject([{ path: ["steps", "0", "html"], rule: "unknown_filter" }]);
  expect(await test_db.sql("select count(*) from campaign")).toEqual(before);
});

test("a campaign without steps is refused by name", async () => {
  const refusal = (await admin
    .run(createCampaign, draft([], { steps: [] }))
    .catch((error: unknown) => error)) as InvalidInputError;
  expect(refusal.issues).toEqual([
    { path: ["steps"], rule: "min_length", message: "A campaign has at least one step.", value: "[]" },
  ]);
});

test("every broken rule of a draft is named at once", async () => {
  const steps = [{ delayMinutes: 5, subject: "a\nb", html: " " }];
  const refusal = (await admin
    .run(createCampaign, { ...draft([], { steps }), fromEmail: "nobody", trackOpens: true })
    .catch((error: unknown) => error)) as InvalidInputError;
  expect(refusal.issues.map((issue) => issue.path.join("."))).toEqual(
    expect.arrayContaining(["fromEmail", "trackOpens", "steps.0.subject", "steps.0.html"]),
  );
});

test("pausing twice is one pause; resuming goes on; both are on record once", async () => {
  const campaignId = await launched(await leads(1));
  await admin.run(pauseCampaign, { campaignId });
  await admin.run(pauseCampaign, { campaignId });
  expect(await test_db.sql("select status from campaign where id = $1", [campaignId])).toEqual([
    { status: "PAUSED" },
  ]);
  await admin.run(resumeCampaign, { campaignId });
  await admin.run(resumeCampaign, { campaignId });
  expect(await test_db.sql("select status, paused_at from campaign where id = $1", [campaignId])).toEqual([
    { status: "RUNNING", paused_at: null },
  ]);
  expect(await actions(campaignId)).toEqual([
    "campaign.created",
    "campaign.launched",
    "campaign.paused",
    "campaign.resumed",
  ]);
});

test("cancelling cancels what has not left, and it cannot be launched again", async () => {
  const campaignId = await launched(await leads(2));
  await admin.run(cancelCampaign, { campaignId });
  expect((await accounting(campaignId)).buckets).toEqual([
    { bucket: "CANCELLED", reason: "CAMPAIGN_CANCELLED", count: 2 },
  ]);
  const refusal = (await admin
    .run(launchCampaign, { campaignId })
    .catch((error: unknown) => error)) as InvalidTransitionError;
  expect(refusal).toMatchObject({
    code: "INVALID_TRANSITION",
    from: "CANCELLED",
    to: "RUNNING",
    allowed: ["ARCHIVED"],
  });
});

test("a campaign completes when nothing is left to send, not before", async () => {
  const campaignId = await launched(await leads(1));
  const job = org.asJob("campaigns.completeFinished");
  expect(await job.run(completeCampaign, { campaignId })).toEqual({ completed: false });
  await test_db.sql("update message set state = 'SENT', sent_at = now() where campaign_id = $1", [
    campaignId,
  ]);
  expect(await job.run(completeCampaign, { campaignId })).toEqual({ completed: true });
  expect(await job.run(completeCampaign, { campaignId })).toEqual({ completed: false });
});

test("CS-03 every action from every state: only those of the lifecycle happen, the rest say from, to and allowed and change nothing", async () => {
  const at = new Date(Date.now() + 86_400_000);
  const commands = {
    scheduled: scheduleCampaign,
    unscheduled: unscheduleCampaign,
    launched: launchCampaign,
    paused: pauseCampaign,
    resumed: resumeCampaign,
    cancelled: cancelCampaign,
    archived: archiveCampaign,
  } as const;
  // Of these the second one asks for what is so already.
  const repeatable = ["paused", "resumed", "cancelled", "archived"];
  const leadIds = await leads(1);
  for (const status of CAMPAIGN_STATUSES)
    for (const [action, command] of Object.entries(commands) as [
      keyof typeof commands,
      typeof launchCampaign,
    ][]) {
      const { campaignId } = await admin.run(createCampaign, draft(leadIds));
      await test_db.sql(
        "update campaign set status = $2, scheduled_at = case when $2 = 'SCHEDULED' then now() + interval '1 hour' end where id = $1",
        [campaignId, status],
      );
      const row = () =>
        test_db.sql("select md5(c::text) as sum, status from campaign c where id = $1", [campaignId]);
      const before = await row();
      const result = await admin.run(command, { campaignId, at }).catch((error: unknown) => error);
      const label = `${action} from ${status}`;
      const { to } = CAMPAIGN_ACTIONS[action];
      if (isAllowed(action, status)) expect(await row(), label).toMatchObject([{ status: to }]);
      else {
        expect(await row(), label).toEqual(before);
        if (to === status && repeatable.includes(action)) expect(result, label).toEqual({ campaignId });
        else {
          expect(result, label).toBeInstanceOf(InvalidTransitionError);
          expect(result, label).toMatchObject({ from: status, to, allowed: CAMPAIGN_MOVES[status] });
        }
        expect(await actions(campaignId), label).toEqual(["campaign.created"]);
      }
    }
});

test("a campaign that is cancelled before its audience was written down still accounts for everybody", async () => {
  const { campaignId } = await admin.run(createCampaign, draft(await leads(3)));
  await admin.run(launchCampaign, { campaignId });
  await admin.run(cancelCampaign, { campaignId });
  await plan(campaignId);
  expect(await accounting(campaignId)).toEqual({
    audience: 3,
    planning: false,
    buckets: [{ bucket: "CANCELLED", reason: "CAMPAIGN_CANCELLED", count: 3 }],
  });
  expect(await test_db.sql("select count(*) from message where campaign_id = $1", [campaignId])).toEqual([
    { count: 0 },
  ]);
});

test("a cancelled draft plans nobody", async () => {
  const { campaignId } = await admin.run(createCampaign, draft(await leads(2)));
  await admin.run(cancelCampaign, { campaignId });
  expect((await accounting(campaignId)).buckets).toEqual([
    { bucket: "CANCELLED", reason: "CAMPAIGN_CANCELLED", count: 2 },
  ]);
});

test("50 launches at once are one launch", async () => {
  const { campaignId } = await admin.run(createCampaign, draft(await leads(1)));
  const results = await Promise.allSettled(
    Array.from({ length: 50 }, () => admin.run(launchCampaign, { campaignId })),
  );
  expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
  expect(await actions(campaignId)).toEqual(["campaign.created", "campaign.launched"]);
  expect(
    await test_db.sql("select count(*) from campaign_version where campaign_id = $1", [campaignId]),
  ).toEqual([{ count: 1 }]);
});

test("an idempotency key answers again what it answered, and refuses another input", async () => {
  const input = draft([], { name: "Once" });
  const calls = Array.from({ length: 20 }, () =>
    admin.run(createCampaign, input, { idempotencyKey: "key-1" }),
  );
  const answers = await Promise.all(calls);
  expect(new Set(answers.map((answer) => answer.campaignId)).size).toBe(1);
  expect(await test_db.sql("select count(*) from campaign where name = 'Once'")).toEqual([{ count: 1 }]);
  const other = admin.run(createCampaign, { ...input, name: "Twice" }, { idempotencyKey: "key-1" });
  await expect(other).rejects.toBeInstanceOf(ConflictError);
  expect(await test_db.sql("select count(*) from campaign where name = 'Twice'")).toEqual([{ count: 0 }]);
});

test("an edit of an older version is refused with both versions and changes nothing", async () => {
  const { campaignId } = await admin.run(createCampaign, draft([]));
  const edit = (name: string, expectedVersion: number) =>
    admin.run(updateCampaign, { campaignId, name, expectedVersion });
  await edit("First", 1);
  const refusal = (await edit("Second", 1).catch((error: unknown) => error)) as ConflictError;
  expect(refusal).toBeInstanceOf(ConflictError);
  expect(refusal.message).toContain("version 2, you edited version 1");
  expect(await test_db.sql("select name, version from campaign where id = $1", [campaignId])).toEqual([
    { name: "First", version: 2 },
  ]);
});

test("an edit of the steps is on record with what they were: a new wording by its digest, the same one not at all", async () => {
  const { campaignId } = await admin.run(createCampaign, draft([]));
  const step = { delayMinutes: 0, subject: "Hello", html: "<p>Hi</p>" };
  const audience = { listIds: [], segmentIds: [], leadIds: [] };
  for (const html of ["<p>Hi</p>", "<p>Ho</p>", "<p>Ho</p>"])
    await admin.run(updateCampaign, { campaignId, steps: [{ ...step, html }], audience });
  const edits = await test_db.sql<{ changes: { field: string; before: object[]; after: object[] }[] }>(
    "select changes from event where action = 'campaign.updated' and targets->0->>'id' = $1 order by at, id",
    [campaignId],
  );
  const stepIs = (html: string) => {
    const contentSha256 = createHash("sha256")
      .update(JSON.stringify([html, null, []]))
      .digest("hex");
    return [{ subject: "Hello", delayMinutes: 0, contentSha256 }];
  };
  expect(edits.slice(1).map(({ changes }) => changes)).toEqual([
    [{ field: "steps", before: stepIs("<p>Hi</p>"), after: stepIs("<p>Ho</p>") }],
    [],
  ]);
});

test("another tenant's campaign is not found, and stays untouched", async () => {
  const { campaignId } = await admin.run(createCampaign, draft(await leads(1)));
  const stranger = (await organisation(test_db)).as("ADMIN");
  for (const command of [launchCampaign, pauseCampaign, cancelCampaign, deleteCampaign])
    await expect(stranger.run(command as typeof launchCampaign, { campaignId })).rejects.toBeInstanceOf(
      NotFoundError,
    );
  await expect(stranger.run(createCampaign, draft(await leads(1)))).rejects.toBeInstanceOf(InvalidInputError);
  expect(await actions(campaignId)).toEqual(["campaign.created"]);
});

test("a list that is not there is named, with its place", async () => {
  const missing = newId();
  const refusal = (await admin
    .run(createCampaign, draft([], { audience: { listIds: [missing] } }))
    .catch((error: unknown) => error)) as InvalidInputError;
  expect(refusal.issues).toEqual([
    {
      path: ["audience", "listIds", "0"],
      rule: "exists",
      message: "There is no such list.",
      value: missing,
    },
  ]);
});

test("a reader may see campaigns and change none", async () => {
  const { campaignId } = await admin.run(createCampaign, draft([]));
  const reader = org.as("USER");
  await expect(reader.run(launchCampaign, { campaignId })).rejects.toMatchObject({
    code: "FORBIDDEN",
    explain: {
      permission: "CAMPAIGN_LAUNCH",
      roles: ["ADMIN", "MANAGER"],
      scope: "ROLE",
      grantedBy: [expect.objectContaining({ name: "Test ADMIN" })],
    },
  });
  expect(await actions(campaignId)).toEqual(["campaign.created"]);
});
