import { beforeEach, expect, test } from "vitest";
import {
  dryRunCampaign,
  pauseCampaign,
  planForLimits,
  planOverdue,
  previewOverdue,
  resumeCampaign,
  timetableOf,
} from "../../domain/campaigns/index.js";
import { claimMessages } from "../../domain/emails/index.js";
import { newId, type Id } from "../../domain/ids.js";
import { pauseSender, resumeSender, updateSender, updateSendingLimits } from "../../domain/senders/index.js";
import { SenderWorld } from "../support/sender-world.js";

const LEADS = 60;
const world = new SenderWorld(LEADS);
beforeEach(async () => {
  await world.admin.run(updateSendingLimits, {});
  await world.woken();
});

/** Mails of a campaign that wait, by the hours from now on in which they are due; as the database has them. */
const hours = async (...campaignIds: Id[]) => {
  const rows = await world.db.sql<{ n: number }>(
    `select count(*)::int as n from message where campaign_id = any($1::uuid[]) and state in ('PLANNED', 'QUEUED')
     group by date_trunc('hour', due_at, 'UTC') order by date_trunc('hour', due_at, 'UTC')`,
    [campaignIds],
  );
  return rows.map(({ n }) => n);
};
const changes = async () => {
  await world.woken();
  return world.planAnew();
};
const claimAll = async () => (await claimMessages(world.db.database, [newId()], 1000, 60)).length;
const planned = (campaignId: Id) =>
  world.db.sql<{ kind: string; n: number }>(
    "select kind, sum(planned)::int as n from planned_hour where campaign_id = $1 group by 1 order by 1",
    [campaignId],
  );

test("CS-07 a sender's limit that is lowered, raised or set plans the mail that waits anew, of all of its campaigns and of no other", async () => {
  const [sender, beside] = [await world.sender({ perHour: 40 }), await world.sender({ perHour: 40 })];
  const first = await world.launch(await world.draft({ senderIds: [sender] }));
  const second = await world.launch(await world.draft({ senderIds: [sender] }));
  const other = await world.launch(await world.draft({ senderIds: [beside] }));
  expect([await hours(first), await hours(second), await hours(other)]).toEqual([
    [40, 20],
    [20, 40],
    [40, 20],
  ]);
  await world.admin.run(updateSender, { senderId: sender, perHour: 30 });
  await world.woken();
  // Nothing of them is claimed before they are planned; of the other as ever.
  expect(await claimAll()).toBe(40);
  expect(await world.planAnew()).toEqual([LEADS, LEADS]);
  // Neither stands in the other's way: the older one comes first.
  expect([await hours(first), await hours(second)]).toEqual([
    [30, 30],
    [30, 30],
  ]);
  expect(await hours(first, second)).toEqual([30, 30, 30, 30]);
  expect([await planned(first), await planned(second)]).toEqual([
    [
      { kind: "SENDER", n: LEADS },
      { kind: "TENANT", n: LEADS },
    ],
    [
      { kind: "SENDER", n: LEADS },
      { kind: "TENANT", n: LEADS },
    ],
  ]);
  // What has been begun this hour counts, and what is raised comes earlier.
  expect(await claimAll()).toBe(30);
  await world.admin.run(updateSender, { senderId: sender, perHour: 50 });
  expect(await changes()).toEqual([LEADS, LEADS]);
  expect([await hours(first), await hours(second)]).toEqual([
    [20, 10],
    [40, 20],
  ]);
  expect(await claimAll()).toBe(20);
  const { rows } = (await timetableOf(world.admin, world.admin.scope, second, { after: null, first: 100 }))!;
  const told = new Set(rows.map(({ difference }) => difference));
  expect([...told].toSorted()).toEqual(["LIMITS_CHANGED", "NOT_YET"]);
});

test("CS-07 limits of the organisation and of domains plan every campaign under way anew; a launch after that says the same", async () => {
  const campaignId = await world.launch(await world.draft());
  expect(await hours(campaignId)).toEqual([LEADS]);
  await world.admin.run(updateSendingLimits, {
    perHour: 25,
    domains: [{ domain: "big.example", perHour: 4, perDay: null }],
  });
  expect(await changes()).toEqual([LEADS]);
  // 20 leads of big.example go four an hour, the other 40 as the organisation's hour allows.
  expect(await hours(campaignId)).toEqual([25, 23, 4, 4, 4]);
  const page = { startAt: null, after: null, first: 1000 };
  const draftId = await world.draft();
  const run = (await dryRunCampaign(world.admin, world.admin.scope, draftId, page))!;
  expect(run.mails).toBe(LEADS);
  await world.admin.run(updateSendingLimits, {});
  expect(await changes()).toEqual([LEADS]);
  expect(await hours(campaignId)).toEqual([LEADS]);
  expect(await claimAll()).toBe(LEADS);
});

test("CS-07 a sender that is only paused or resumed plans nothing anew; a change while it is paused does", async () => {
  const sender = await world.sender({ perHour: 20 });
  const campaignId = await world.launch(await world.draft({ senderIds: [sender] }));
  await world.admin.run(pauseSender, { senderId: sender });
  await world.admin.run(resumeSender, { senderId: sender });
  expect(await changes()).toEqual([]);
  await world.admin.run(pauseSender, { senderId: sender });
  await world.admin.run(updateSender, { senderId: sender, perHour: 30 });
  expect(await changes()).toEqual([LEADS]);
  expect(await hours(campaignId)).toEqual([30, 30]);
});

test("CS-15 what became due during a pause still asks for a choice, and one that was made is carried out first", async () => {
  const sender = await world.sender({ perHour: 20 });
  const campaignId = await world.launch(await world.draft({ senderIds: [sender] }));
  await world.admin.run(pauseCampaign, { campaignId });
  await world.db.sql(
    "update campaign set paused_at = paused_at - interval '5 hours', planned_from = planned_from - interval '5 hours' where id = $1",
    [campaignId],
  );
  await world.db.sql("update message set due_at = due_at - interval '5 hours' where campaign_id = $1", [
    campaignId,
  ]);
  await world.admin.run(updateSender, { senderId: sender, perHour: 15 });
  expect(await changes()).toEqual([LEADS]);
  expect(await hours(campaignId)).toEqual([15, 15, 15, 15]);
  expect((await previewOverdue(world.admin, world.admin.scope, campaignId, null))!.count).toBe(LEADS);
  await world.admin.run(resumeCampaign, { campaignId, overduePolicy: "SKIP" });
  const change = { campaignId, change: "then" };
  const job = world.org.asJob("campaigns.wakePutOff");
  expect(await job.run(planForLimits, change)).toBe(false);
  const planner = world.org.asJob("campaigns.plan");
  while ((await planner.run(planOverdue, { campaignId })) > 0);
  // Once for each change, whoever asks again.
  expect([await job.run(planForLimits, change), await job.run(planForLimits, change)]).toEqual([true, true]);
  expect(
    await world.db.sql(
      "select count(*)::int as n from job where type = 'campaigns.plan' and idempotency_key like '%:then'",
    ),
  ).toEqual([{ n: 1 }]);
  expect(await world.planAnew()).toEqual([0]);
  expect(
    await world.db.sql("select reason, count(*)::int as n from message where campaign_id = $1 group by 1", [
      campaignId,
    ]),
  ).toEqual([{ reason: "OVERDUE_SKIPPED", n: LEADS }]);
});
