import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  archiveCampaign,
  cancelCampaign,
  cloneCampaign,
  createCampaign,
  findCampaign,
  launchCampaign,
  resumeCampaign,
  scheduleCampaign,
  unscheduleCampaign,
  updateCampaign,
} from "../../domain/campaigns/index.js";
import type { Id } from "../../domain/ids.js";
import { newId } from "../../domain/ids.js";
import { createLead } from "../../domain/leads/index.js";
import type { Operation } from "../../domain/operation.js";
import { updateSettings } from "../../domain/teams/index.js";
import { openOperation } from "../../platform/database/open-operation.js";
import { createLogger } from "../../platform/logger.js";
import { releaseDueHandler } from "../../worker/campaigns/release-due.js";
import type { JobRun } from "../../worker/job-handler.js";
import { checksumBesideRefusals } from "../support/fingerprint.js";
import {
  freshDatabase,
  makeTeam,
  makeTenant,
  makeUser,
  type TestDatabase,
  type TestUser,
} from "../support/database.js";

const HOUR = 3_600_000;
let db: TestDatabase;
let tenantId: Id;
let ada: TestUser;
let ben: TestUser;
let leadId: Id;
/** Whose notifications were announced. */
let hinted: string[];

beforeAll(async () => {
  db = await freshDatabase();
  tenantId = await makeTenant(db.database);
  ada = await makeUser(db.database, { tenantId, role: "ADMIN" });
  ben = await makeUser(db.database, { tenantId, role: "MANAGER" });
  await db.sql("update app_user set name = case id when $1 then 'Ada' else 'Ben' end where id in ($1, $2)", [
    ada.userId,
    ben.userId,
  ]);
  ({ leadId } = await ada.op.run(createLead, { email: "lea@example.com" }));
});
afterAll(() => db.close());
beforeEach(() => {
  hinted = [];
});

const STEPS = [
  {
    delayMinutes: 0,
    subject: "Hello",
    html: "<p>Hi</p>",
    variants: [{ subject: "Hey", html: "<p>Hey</p>", weight: 2 }],
  },
  { delayMinutes: 1440, subject: "Again", html: "<p>Again</p>", text: "Again" },
];
const sender = {
  fromName: "Ada",
  fromEmail: "ada@example.com",
  replyTo: "re@example.com",
  postalAddress: "1 Lane",
};

async function drafted(by: Operation, more: object = {}): Promise<Id> {
  const input = { name: "Spring", ...sender, steps: STEPS, audience: { leadIds: [leadId] }, ...more };
  return (await by.run(createCampaign, input)).campaignId;
}
const inAnHour = () => new Date(Date.now() + HOUR);
async function scheduled(by = ada.op, more: object = {}): Promise<Id> {
  const campaignId = await drafted(by, more);
  await by.run(scheduleCampaign, { campaignId, at: inAnHour() });
  return campaignId;
}
/** As if it had been scheduled for so long ago. */
const makeDue = (campaignId: Id, minutesAgo: number) =>
  db.sql("update campaign set scheduled_at = now() - make_interval(mins => $2) where id = $1", [
    campaignId,
    minutesAgo,
  ]);

/** What one worker does with the tick of a minute. */
function tick() {
  const run = {
    op: openOperation(db.database, { kind: "JOB", name: "campaigns.releaseDue" }, { requestId: newId() }),
    payload: { fireAt: new Date().toISOString() },
    signal: new AbortController().signal,
    progress: async () => {},
    bus: { publish: (channel: string) => hinted.push(channel) },
    log: createLogger("test", "silent"),
  };
  return releaseDueHandler(run as unknown as JobRun<{ fireAt: string }>);
}

const standing = async (campaignId: Id) =>
  (
    await db.sql(
      "select status, scheduled_at is not null as at, scheduled_by as by from campaign where id = $1",
      [campaignId],
    )
  )[0];
const entries = (campaignId: Id) =>
  db.sql<{
    action: string;
    outcome: string;
    reason: string | null;
    changes: { field: string }[];
    kind: string;
    behalf: string | null;
  }>(
    `select action, outcome, reason_code as reason, changes, actor_kind as kind, on_behalf_of as behalf from event
     where targets->0->>'id' = $1 order by at, id`,
    [campaignId],
  );
const notifications = (campaignId: Id) =>
  db.sql("select user_id as who, kind, title, detail from notification where href = $1 order by created_at", [
    `/campaigns/${campaignId}`,
  ]);
const sums = () => checksumBesideRefusals(db);
async function refused(work: Promise<unknown>, what: object): Promise<void> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject(what);
}
const frozen = (isFrozen: boolean) =>
  db.sql(
    `update tenant set frozen_at = ${isFrozen ? "now(), freeze_reason = 'a test'" : "null, freeze_reason = null"} where id = $1`,
    [tenantId],
  );
const fourEyes = (fourEyesLaunch: boolean) => ada.op.run(updateSettings, { fourEyesLaunch });

test("CS-01 a clone of a campaign that has ended is a draft with the same steps, sender and audience, and nobody in it", async () => {
  const source = await drafted(ada.op);
  await ada.op.run(launchCampaign, { campaignId: source });
  await ada.op.run(cancelCampaign, { campaignId: source });
  await ada.op.run(archiveCampaign, { campaignId: source });
  const { campaignId, leftOut } = await ben.op.run(cloneCampaign, { campaignId: source });
  expect(leftOut).toBe(0);
  // Whatever else a campaign has, its copy has too.
  const facts = `to_jsonb(c) - array['id', 'created_at', 'updated_at', 'launched_version_id', 'planned_at'] as facts from campaign c where id = $1`;
  const [before] = await db.sql<{ facts: object }>(`select ${facts}`, [source]);
  const [after] = await db.sql<{ facts: object }>(`select ${facts}`, [campaignId]);
  const own = { name: "Copy of Spring", status: "DRAFT", launched_at: null, created_by: ben.userId };
  expect(after!.facts).toEqual({ ...before!.facts, ...own });
  const content =
    "select to_jsonb(s) - array['id', 'campaign_id'] as step from step s where campaign_id = $1 order by position";
  expect(await db.sql(content, [campaignId])).toEqual(await db.sql(content, [source]));
  expect(await db.sql("select count(*) from enrollment where campaign_id = $1", [campaignId])).toEqual([
    { count: 0 },
  ]);
  const [entry] = await entries(campaignId);
  expect(entry).toMatchObject({ action: "campaign.created", reason: "COPIED" });
  expect(entry!.changes[0]).toEqual({ field: "copyOf", before: null, after: "Spring" });
});

test("a clone leaves out the lists and leads that are gone or another team's, and says how many", async () => {
  const [own, other] = [
    await makeTeam(db.database, tenantId, "Own"),
    await makeTeam(db.database, tenantId, "Other"),
  ];
  const source = await drafted(ada.op, { teamId: own });
  const { leadId: gone } = await ada.op.run(createLead, { email: "gone@example.com", teamId: other });
  await db.sql("update campaign set audience = jsonb_set(audience, '{leadIds}', $2) where id = $1", [
    source,
    JSON.stringify([leadId, gone, newId()]),
  ]);
  const { campaignId, leftOut } = await ada.op.run(cloneCampaign, { campaignId: source });
  expect(leftOut).toBe(2);
  expect(await findCampaign(ada.op, ada.op.scope, campaignId)).toMatchObject({
    teamId: own,
    audience: { listIds: [], segmentIds: [], leadIds: [leadId] },
  });
  // Ben is of neither team: for him there is no such campaign.
  await refused(ben.op.run(cloneCampaign, { campaignId: source }), { code: "NOT_FOUND" });
  await db.sql("update team set archived_at = now() where id = $1", [own]);
  await refused(ada.op.run(cloneCampaign, { campaignId: source }), {
    code: "BAD_USER_INPUT",
    issues: [{ path: ["id"], rule: "team", value: source }],
  });
});

test("a time that has passed or is too far away, and a draft that is not ready, are refused by rule; nothing changes", async () => {
  const [campaignId, empty] = [await drafted(ada.op), await drafted(ada.op, { audience: {} })];
  const before = await sums();
  const passed = new Date(Date.now() - 1000);
  await refused(ada.op.run(scheduleCampaign, { campaignId, at: passed }), {
    code: "BAD_USER_INPUT",
    issues: [{ path: ["at"], rule: "future", value: passed.toISOString() }],
  });
  const far = new Date(Date.now() + 366 * 24 * HOUR);
  await refused(ada.op.run(scheduleCampaign, { campaignId, at: far }), {
    code: "BAD_USER_INPUT",
    issues: [{ path: ["at"], rule: "within_a_year", value: far.toISOString() }],
  });
  await refused(ada.op.run(scheduleCampaign, { campaignId: empty, at: inAnHour() }), {
    code: "CAMPAIGN_NOT_READY",
    issues: [{ rule: "audience" }],
  });
  expect(await sums()).toEqual(before);
  expect((await entries(empty)).at(-1)).toMatchObject({
    action: "campaign.scheduled",
    outcome: "FAILED",
    reason: "CAMPAIGN_NOT_READY",
  });
});

test("a scheduled campaign gets another time, is not edited, and becomes a draft again; each is on record once", async () => {
  const campaignId = await drafted(ada.op);
  const [first, second] = [inAnHour(), new Date(Date.now() + 2 * HOUR)];
  for (const at of [first, first, second]) await ada.op.run(scheduleCampaign, { campaignId, at });
  expect(await findCampaign(ada.op, ada.op.scope, campaignId)).toMatchObject({ status: "SCHEDULED" });
  await refused(ada.op.run(updateCampaign, { campaignId, name: "Other" }), {
    code: "INVALID_TRANSITION",
    from: "SCHEDULED",
  });
  await tick();
  expect(await standing(campaignId)).toEqual({ status: "SCHEDULED", at: true, by: ada.userId });
  await ben.op.run(unscheduleCampaign, { campaignId });
  expect(await standing(campaignId)).toEqual({ status: "DRAFT", at: false, by: null });
  const [to, back] = [first, second].map((at) => at.toISOString());
  expect(
    (await entries(campaignId))
      .filter(({ outcome }) => outcome === "SUCCESS")
      .slice(1)
      .map(({ action, changes }) => [action, changes]),
  ).toEqual([
    [
      "campaign.scheduled",
      [
        { field: "status", before: "DRAFT", after: "SCHEDULED" },
        { field: "scheduledAt", before: null, after: to },
      ],
    ],
    ["campaign.scheduled", [{ field: "scheduledAt", before: to, after: back }]],
    [
      "campaign.updated",
      [
        { field: "status", before: "SCHEDULED", after: "DRAFT" },
        { field: "scheduledAt", before: back, after: null },
      ],
    ],
  ]);
});

test("two ticks at once launch what is due once, on behalf of whoever scheduled it, with its content frozen", async () => {
  const ids = [await scheduled(), await scheduled(ben.op)];
  for (const id of ids) await makeDue(id, 1);
  await Promise.all([tick(), tick()]);
  for (const [at, campaignId] of ids.entries()) {
    expect(await standing(campaignId)).toEqual({ status: "RUNNING", at: false, by: null });
    const launches = (await entries(campaignId)).filter(({ action }) => action === "campaign.launched");
    expect(launches).toMatchObject([{ outcome: "SUCCESS", kind: "JOB", behalf: [ada, ben][at]!.userId }]);
    expect(
      await db.sql(
        "select n, content->'steps'->0->>'subject' as subject from campaign_version where campaign_id = $1",
        [campaignId],
      ),
    ).toEqual([{ n: 1, subject: "Hello" }]);
    expect(await db.sql("select type from job where payload->>'campaignId' = $1", [campaignId])).toEqual([
      { type: "campaigns.plan" },
    ]);
    expect(await notifications(campaignId)).toEqual([]);
  }
});

test("a campaign on which a launch breaks stops no other: the tick fails afterwards, and it stays scheduled", async () => {
  const [broken, whole] = [await scheduled(), await scheduled()];
  await makeDue(broken, 2);
  await makeDue(whole, 1);
  await db.sql(
    `create function break_launch() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$`,
  );
  await db.sql(`create trigger break_launch before insert on campaign_version for each row
    when (new.campaign_id = '${broken}') execute function break_launch()`);
  await expect(tick()).rejects.toThrow("broken");
  expect([await standing(broken), await standing(whole)]).toMatchObject([
    { status: "SCHEDULED", at: true },
    { status: "RUNNING" },
  ]);
  await db.sql("drop trigger break_launch on campaign_version");
  await tick();
  expect(await standing(broken)).toMatchObject({ status: "RUNNING" });
});

test.each([
  [
    "it is not ready at its time",
    "CAMPAIGN_NOT_READY",
    "Its audience is empty",
    async (id: Id) => {
      await db.sql("update campaign set audience = jsonb_set(audience, '{leadIds}', $2) where id = $1", [
        id,
        JSON.stringify([newId()]),
      ]);
      await makeDue(id, 1);
    },
  ],
  [
    "its time was missed by more than an hour",
    "SCHEDULE_MISSED",
    "missed by 2 hours 5 minutes",
    (id: Id) => makeDue(id, 125),
  ],
  [
    "its author may not launch it alone any more",
    "CAMPAIGN_NOT_READY",
    "Ask Ben.",
    async (id: Id) => {
      await fourEyes(true);
      await makeDue(id, 1);
    },
  ],
])(
  "a scheduled campaign is a draft again when %s, and whoever scheduled it is told",
  async (_when, reason, why, prepare) => {
    const campaignId = await scheduled();
    await prepare(campaignId);
    await tick();
    await tick();
    await fourEyes(false);
    expect(await standing(campaignId)).toEqual({ status: "DRAFT", at: false, by: null });
    expect((await entries(campaignId)).slice(2)).toMatchObject([
      { action: "campaign.launched", outcome: "FAILED", reason, kind: "JOB", behalf: ada.userId },
      { action: "campaign.updated", outcome: "SUCCESS", reason, behalf: ada.userId },
    ]);
    const [told, ...others] = await notifications(campaignId);
    expect(others).toEqual([]);
    expect(told).toMatchObject({
      who: ada.userId,
      kind: "CAMPAIGN",
      title: "“Spring” was not launched",
      detail: expect.stringContaining(why),
    });
    expect(hinted).toEqual([expect.stringContaining(ada.userId)]);
  },
);

test("nobody's schedule outlives their right: the administrators are told", async () => {
  const cleo = await makeUser(db.database, { tenantId, role: "MANAGER" });
  const campaignId = await scheduled(cleo.op);
  await makeDue(campaignId, 1);
  await db.sql("update app_user set status = 'SUSPENDED' where id = $1", [cleo.userId]);
  await tick();
  expect(await standing(campaignId)).toEqual({ status: "DRAFT", at: false, by: null });
  expect(await notifications(campaignId)).toMatchObject([
    { who: ada.userId, detail: expect.stringContaining("Whoever scheduled it is suspended now.") },
  ]);
});

test("while sending is frozen it waits; released within the hour it is launched, and late is said", async () => {
  const campaignId = await scheduled();
  await makeDue(campaignId, 25);
  await frozen(true);
  await tick();
  expect(await standing(campaignId)).toMatchObject({ status: "SCHEDULED" });
  await frozen(false);
  await tick();
  expect(await standing(campaignId)).toMatchObject({ status: "RUNNING" });
  expect((await entries(campaignId)).at(-1)!.changes).toContainEqual({
    field: "lateMinutes",
    before: null,
    after: 25,
  });
  expect(await notifications(campaignId)).toMatchObject([
    { who: ada.userId, title: "“Spring” was launched 25 minutes late" },
  ]);
});

test("CS-17 with four eyes an author neither launches, schedules nor clears a halt; a second person does; both are on record", async () => {
  await fourEyes(true);
  const obstacle = {
    code: "CAMPAIGN_NOT_READY",
    issues: [{ path: ["id"], rule: "four_eyes", message: expect.stringContaining("Ask Ben.") }],
  };
  const [now, later, halted] = [await drafted(ada.op), await drafted(ada.op), await drafted(ada.op)];
  await db.sql("update campaign set status = 'HALTED', planned_at = now() where id = $1", [halted]);
  const before = await sums();
  await refused(ada.op.run(launchCampaign, { campaignId: now }), obstacle);
  await refused(ada.op.run(scheduleCampaign, { campaignId: later, at: inAnHour() }), obstacle);
  await refused(ada.op.run(resumeCampaign, { campaignId: halted }), obstacle);
  expect(await sums()).toEqual(before);
  await ben.op.run(launchCampaign, { campaignId: now });
  await ben.op.run(scheduleCampaign, { campaignId: later, at: inAnHour() });
  await ben.op.run(resumeCampaign, { campaignId: halted });
  for (const [id, action] of [
    [now, "campaign.launched"],
    [later, "campaign.scheduled"],
    [halted, "campaign.resumed"],
  ] as const)
    expect((await entries(id)).slice(1)).toMatchObject([
      { action, outcome: "FAILED", reason: "CAMPAIGN_NOT_READY" },
      { action, outcome: "SUCCESS" },
    ]);
  // Whoever edits it last has written it too.
  const edited = await drafted(ada.op);
  await ben.op.run(updateCampaign, { campaignId: edited, name: "Summer" });
  const nobody = {
    issues: [{ rule: "four_eyes", message: expect.stringContaining("Nobody else may at present") }],
  };
  for (const person of [ada, ben])
    await refused(person.op.run(launchCampaign, { campaignId: edited }), nobody);
  await fourEyes(false);
  await ada.op.run(launchCampaign, { campaignId: edited });
});
