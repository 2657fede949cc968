import { setTimeout as sleep } from "node:timers/promises";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { pauseCampaign, planOverdue, resumeCampaign, timetableOf } from "../../domain/campaigns/index.js";
import { postponeMessages, releaseDueMessages } from "../../domain/emails/index.js";
import { pauseEnrollment, resumeEnrollment, wakeEnrollments } from "../../domain/enrollments/index.js";
import { InvalidInputError } from "../../domain/errors.js";
import type { Id } from "../../domain/ids.js";
import { createSender } from "../../domain/senders/index.js";
import { eventually } from "../support/eventually.js";
import { checksumBesideRefusals } from "../support/fingerprint.js";
import { LedgerLane } from "../support/ledger-lane.js";
import { Sequences, STEPS } from "./sequences.js";

const run = new Sequences();
const ZONE = "America/New_York";
const instant = (at: Temporal.ZonedDateTime) => at.toInstant().toString();
const message = async (campaignId: Id, leadId: Id) =>
  (
    await run.db.sql<{ id: Id; state: string; due_at: string; step_position: number }>(
      "select id, state, due_at, step_position from message where campaign_id = $1 and lead_id = $2 order by step_position desc limit 1",
      [campaignId, leadId],
    )
  )[0]!;
/** A zone in which it is about noon: no day ends while a test runs. */
const NOON = ((hour) => (hour === 12 ? "UTC" : `Etc/GMT${hour < 12 ? "-" : "+"}${Math.abs(12 - hour)}`))(
  new Date().getUTCHours(),
);
/** When the days after this one begin there. */
const daysFrom = (count: number) =>
  Array.from({ length: count }, (_, n) => {
    const day = Temporal.Now.zonedDateTimeISO(NOON)
      .startOfDay()
      .add({ days: n + 1 });
    return new Date(day.epochMilliseconds);
  });
const time = (text: string) => new Date(text).toISOString();
const sender = async (limits: object) =>
  (
    await run.admin.run(createSender, {
      address: "ada@example.com",
      name: "Ada",
      ...limits,
    })
  ).senderId;
/** What the record says of the newest rest of the campaign that was ended. */
const lastResumed = async (campaignId: Id) =>
  (
    await run.db.sql<{ changes: object[] }>(
      "select changes from event where action = 'enrollment.resumed' and targets @> $1 order by at desc limit 1",
      [JSON.stringify([{ type: "campaign", id: campaignId }])],
    )
  )[0]?.changes ?? [];

it("CS-20 “not now until” plans the rest for that day in the lead's window; nothing leaves before, all once after", async () => {
  const [leadId] = [...(await run.leads(["rest@r.com"], ZONE)).values()] as [Id];
  const [other] = [...(await run.leads(["goes@r.com"], ZONE)).values()] as [Id];
  const campaignId = await run.launch([leadId, other], {
    schedule: { timezone: ZONE, inLeadZone: true },
  });
  await run.mail();
  await run.states(campaignId, { SENT: 2, PLANNED: 2 });
  // The second step may leave in the morning only: from here on as if it had been so from the beginning.
  await run.db.sql(
    `update campaign_version set content = jsonb_set(jsonb_set(content, '{schedule,from}', '"09:00"'), '{schedule,until}', '"11:00"') where campaign_id = $1`,
    [campaignId],
  );
  const day = Temporal.Now.zonedDateTimeISO(ZONE).add({ days: 40 }).toPlainDate();
  const until = new Date(day.toZonedDateTime({ timeZone: ZONE }).epochMilliseconds);
  await run.admin.run(pauseEnrollment, { campaignId, leadId, until, note: "Back in March" });
  const opens = day.toZonedDateTime({ timeZone: ZONE, plainTime: "09:00" });
  const planned = await message(campaignId, leadId);
  expect({ ...planned, due_at: time(planned.due_at) }).toMatchObject({
    state: "PLANNED",
    due_at: time(instant(opens)),
    step_position: 2,
  });
  expect(await run.place(campaignId, leadId)).toMatchObject({ state: "PAUSED" });
  expect(await run.buckets(campaignId)).toEqual({ PLANNED: 2 });
  // The timetable tells the plan of the launch, and why it is another now.
  const { rows } = (await timetableOf(run.admin, run.admin.scope, campaignId, { after: null, first: 10 }))!;
  expect(rows.find((row) => row.leadId === leadId && row.position === 2)).toMatchObject({
    difference: "LEAD_PAUSED",
    dueAt: planned.due_at,
  });
  expect(rows.find((row) => row.leadId === other && row.position === 2)).toMatchObject({
    difference: "NOT_YET",
  });

  // Even where a mail of a resting lead stands in the queue, no lane sends it.
  await run.db.sql("update message set due_at = now(), state = 'QUEUED' where id = $1", [planned.id]);
  await eventually(async () => (await message(campaignId, leadId)).state === "DEFERRED");
  expect(time((await message(campaignId, leadId)).due_at)).toBe(until.toISOString());
  expect(run.received()["rest@r.com"]).toEqual(["First"]);

  // The day comes.
  expect(await wakeEnrollments(run.db.database, 10)).toBe(0);
  await run.db.sql("update enrollment set paused_until = now() where campaign_id = $1 and lead_id = $2", [
    campaignId,
    leadId,
  ]);
  expect(await wakeEnrollments(run.db.database, 10)).toBe(1);
  expect(await run.place(campaignId, leadId)).toMatchObject({ state: "ACTIVE", paused_until: null });
  await run.db.sql("update campaign_version set content = content - 'schedule' where campaign_id = $1", [
    campaignId,
  ]);
  await run.stopLanes();
  await run.db.sql("update message set due_at = now() where id = $1", [planned.id]);
  await run.mail();
  await eventually(async () => (await message(campaignId, leadId)).state === "SENT");
  expect(run.received()).toEqual({ "rest@r.com": ["Second"] });
  expect(await run.place(campaignId, leadId)).toMatchObject({ state: "FINISHED" });
  expect(
    await run.db.sql(
      "select type, note, until is not null as until, recorded_by is not null as person from enrollment_event where campaign_id = $1 order by id",
      [campaignId],
    ),
  ).toEqual([
    { type: "PAUSED", note: "Back in March", until: true, person: true },
    { type: "RESUMED", note: null, until: false, person: false },
  ]);
});

it("what is on its way when the rest begins may arrive; what follows it waits for the end of the rest", async () => {
  const both = [...(await run.leads(["way-1@w.com", "way-2@w.com"])).values()];
  const server = { isHeld: true };
  const campaignId = await run.launch(both);
  await run.mail({
    onData: async () => {
      while (server.isHeld) await sleep(20);
    },
  });
  // One of them is with the mail server.
  const [begun] = await eventually(
    () =>
      run.db.sql<{ leadId: Id }>(
        `select lead_id as "leadId" from message where campaign_id = $1 and intent_at is not null`,
        [campaignId],
      ),
    (rows) => rows.length > 0,
  );
  const leads = both.toSorted((a) => (a === begun!.leadId ? -1 : 1)) as [Id, Id];
  const until = new Date(Date.now() + 86_400_000 * 3);
  await run.admin.run(pauseEnrollment, { campaignId, leadId: leads[0], until });
  server.isHeld = false;
  await run.states(campaignId, { SENT: 2, PLANNED: 2 });
  const [resting, going] = [await message(campaignId, leads[0]), await message(campaignId, leads[1])];
  expect(await run.place(campaignId, leads[0])).toMatchObject({ state: "PAUSED" });
  expect(Date.parse(resting.due_at)).toBeGreaterThanOrEqual(until.getTime());
  expect(Date.parse(going.due_at)).toBeLessThan(Date.now() + 3_700_000);

  // Let go early, it comes at the time that it would have had.
  await run.admin.run(resumeEnrollment, { campaignId, leadId: leads[0] });
  expect(await run.place(campaignId, leads[0])).toMatchObject({ state: "WAITING", paused_until: null });
  expect(await lastResumed(campaignId)).toContainEqual({
    field: "state",
    before: "PAUSED",
    after: "WAITING",
  });
  const again = await message(campaignId, leads[0]);
  const [{ sentAt }] = (await run.db.sql<{ sentAt: string }>(
    `select sent_at as "sentAt" from message where campaign_id = $1 and lead_id = $2 and step_position = 1`,
    [campaignId, leads[0]],
  )) as [{ sentAt: string }];
  expect(Math.abs(Date.parse(again.due_at) - Date.parse(sentAt) - 3_600_000)).toBeLessThan(5_000);
  await run.comesDue(campaignId);
  expect(await run.states(campaignId, { SENT: 4 })).toEqual({ SENT: 4 });
  expect(run.received()).toEqual({ "way-1@w.com": ["First", "Second"], "way-2@w.com": ["First", "Second"] });
});

it("a rest that cannot be is refused, and changes nothing", async () => {
  const [leadId] = [...(await run.leads(["no@n.com"])).values()] as [Id];
  const ends = new Date(Date.now() + 86_400_000 * 2);
  const campaignId = await run.launch([leadId], { schedule: { endsAt: ends.toISOString() } });
  // A follow-up of it has its day, and would lose it.
  const [both] = [...(await run.leads(["both@n.com"])).values()] as [Id];
  const twoDays = { perDay: 1, timezone: NOON, jitterMinutes: 0, endsAt: daysFrom(4)[3]!.toISOString() };
  const daily = await run.launch([both], { schedule: twoDays });
  const before = await checksumBesideRefusals(run.db);
  for (const [until, rule] of [
    [new Date(Date.now() - 1000), "future"],
    [new Date(Date.now() + 86_400_000 * 400), "within_a_year"],
    [new Date(ends.getTime() + 1000), "place"],
  ] as const) {
    const error = await run.admin
      .run(pauseEnrollment, { campaignId, leadId, until })
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as InvalidInputError).issues).toMatchObject([{ path: ["until"], rule }]);
  }
  const late = { campaignId: daily, leadId: both, until: daysFrom(3)[2]! };
  await expect(run.admin.run(pauseEnrollment, late)).rejects.toMatchObject({
    issues: [
      { path: ["until"], rule: "place", message: expect.stringContaining("of step 2: NO_SENDER_CAP") },
    ],
  });
  // Not resting: there is nothing to end.
  await run.admin.run(resumeEnrollment, { campaignId, leadId });
  expect(await checksumBesideRefusals(run.db)).toBe(before);
});

it("P1: 48 hours count from the first deferral since nobody had set the lead to rest; a closed window ends no count", async () => {
  const names = ["grey-1@g.com", "grey-2@g.com"];
  const both = [...(await run.leads(names)).values()] as [Id, Id];
  const campaignId = await run.launch(both);
  const lane = new LedgerLane(run.db);
  const later = { state: "DEFERRED", reply: "451 later" } as const;
  const due = () => run.db.sql("update message set due_at = now() where campaign_id = $1", [campaignId]);
  const pass = (hours: number) =>
    run.db.sql(
      `with e as (update enrollment_event set at = at - make_interval(hours => $2) where campaign_id = $1)
       update message_event set at = at - make_interval(hours => $2) where campaign_id = $1`,
      [campaignId, hours],
    );
  const begin = async () => {
    const claimed = await lane.claim();
    expect(claimed).toHaveLength(2);
    for (const each of claimed) expect(await lane.intend(each)).toBe(true);
    return claimed.toSorted((a, b) => names.indexOf(a.email) - names.indexOf(b.email));
  };
  // One is deferred before its rest, the other while it rests already: the planner has nothing to place anew for it.
  const until = new Date(Date.now() + 10 * 86_400_000);
  const rest = (leadId: Id) => run.admin.run(pauseEnrollment, { campaignId, leadId, until });
  const [first, second] = await begin();
  await lane.record(first!, later);
  for (const leadId of both) await rest(leadId);
  await lane.record(second!, later);
  await pass(240);
  await run.db.sql("update enrollment set paused_until = now() where campaign_id = $1", [campaignId]);
  expect(await wakeEnrollments(run.db.database, 10)).toBe(2);
  await due();
  await releaseDueMessages(run.db.database, 10);
  for (const each of await begin()) expect(await lane.record(each, later)).toBe("DEFERRED");

  await pass(49);
  await due();
  // Put off for its window, and queued by the minute's tick when that opens.
  const claimed = await lane.claim();
  const putOff = claimed.map(({ id, attempt }) => ({ id, attempt, dueAt: new Date() }));
  expect(await postponeMessages(run.db.database, lane.owner, putOff, null)).toHaveLength(2);
  await releaseDueMessages(run.db.database, 10);
  for (const each of await begin()) expect(await lane.record(each, later)).toBe("FAILED");
  expect(await run.states(campaignId)).toEqual({ "FAILED GAVE_UP": 2 });
});

describe("places in a campaign with limits", () => {
  const hours = async (campaignId: Id) =>
    run.db.sql(
      `select 'CAMPAIGN' as kind, hour, planned, first_at, last_at from campaign_hour where campaign_id = $1
       union all select kind, hour, planned, first_at, last_at from planned_hour where campaign_id = $1 order by 1, 2`,
      [campaignId],
    );
  const counted = (rows: object[]) =>
    (rows as { kind: string; planned: number }[]).reduce<Record<string, number>>(
      (sums, { kind, planned }) => ({ ...sums, [kind]: (sums[kind] ?? 0) + planned }),
      {},
    );

  it("a rest gives its place back, and ended early with no earlier place it keeps the later one: nothing is lost", async () => {
    const leads = [...(await run.leads(["d-0@d.com", "d-1@d.com", "d-2@d.com"])).values()] as [Id, Id, Id];
    const [tomorrow, third, fourth, end] = daysFrom(4) as [Date, Date, Date, Date];
    const campaignId = await run.launch(leads, {
      steps: [STEPS[0]],
      schedule: { perDay: 1, timezone: NOON, jitterMinutes: 0, endsAt: end.toISOString() },
    });
    const due = () => Promise.all(leads.map(async (id) => new Date((await message(campaignId, id)).due_at)));
    const [today] = await due();
    expect(await due()).toEqual([today, tomorrow, third]);
    const which = { campaignId, leadId: leads[0] };
    // Only the fourth day is free; said again, it still is.
    for (let n = 0; n < 3; n += 1) {
      await run.admin.run(pauseEnrollment, { ...which, until: tomorrow });
      expect(await due()).toEqual([fourth, tomorrow, third]);
      expect(counted(await hours(campaignId))).toEqual({ CAMPAIGN: 3, TENANT: 3 });
    }
    // Its first day was given back.
    await run.admin.run(resumeEnrollment, which);
    const [resumed] = await due();
    expect(resumed!.getTime()).toBeLessThan(tomorrow.getTime());
    expect(await run.place(campaignId, leads[0])).toMatchObject({ state: "ACTIVE" });

    // Others are planned there meanwhile.
    await run.admin.run(pauseEnrollment, { ...which, until: tomorrow });
    await run.db.sql(
      `insert into campaign_hour (tenant_id, campaign_id, hour, planned, first_at, last_at)
       select tenant_id, campaign_id, date_trunc('hour', t, 'UTC'), 1, t, t from (values ($2::timestamptz), ($3)) others (t), campaign_hour
       where campaign_id = $1 and hour = (select max(hour) from campaign_hour where campaign_id = $1)
       on conflict (campaign_id, hour) do update set planned = campaign_hour.planned + 1`,
      [campaignId, today, fourth],
    );
    const before = await hours(campaignId);
    await run.admin.run(resumeEnrollment, which);
    expect(await due()).toEqual([fourth, tomorrow, third]);
    expect(await hours(campaignId)).toEqual(before);
    expect(await run.states(campaignId)).toEqual({ PLANNED: 3 });
    expect(await run.place(campaignId, leads[0])).toMatchObject({ state: "ACTIVE", paused_until: null });
    expect(await lastResumed(campaignId)).toContainEqual({
      field: "state",
      before: "PAUSED",
      after: "ACTIVE",
    });
    expect(
      await run.db.sql("select type from enrollment_event where campaign_id = $1 order by id desc limit 2", [
        campaignId,
      ]),
    ).toEqual([{ type: "RESUMED" }, { type: "PAUSED" }]);
  });

  it("of a campaign that was shifted by its pause, what it has counted since is given back", async () => {
    const leads = [...(await run.leads(["s-0@s.com", "s-1@s.com"])).values()] as [Id, Id];
    const campaignId = await run.launch(leads, { schedule: { perHour: 100, timezone: NOON } });
    expect(counted(await hours(campaignId))).toEqual({ CAMPAIGN: 4, TENANT: 4 });
    await run.admin.run(pauseCampaign, { campaignId });
    await run.db.sql(
      `with c as (update campaign set paused_at = now() - interval '3 hours' where id = $1)
       update message set due_at = now() - interval '2 hours' where campaign_id = $1`,
      [campaignId],
    );
    await run.admin.run(resumeCampaign, { campaignId, overduePolicy: "SHIFT" });
    while ((await run.org.asJob("campaigns.plan").run(planOverdue, { campaignId })) > 0);
    expect(counted(await hours(campaignId))).toEqual({ CAMPAIGN: 2, TENANT: 2 });
    for (const days of [5, 9]) {
      const until = new Date(Date.now() + days * 86_400_000);
      await run.admin.run(pauseEnrollment, { campaignId, leadId: leads[0], until });
      expect(counted(await hours(campaignId))).toEqual({ CAMPAIGN: 3, TENANT: 3 });
    }
  });

  it.each(["campaign", "sender"])("the gap of a %s beside it is free again with the place", async (of) => {
    const names = ["p-0", "p-1", "p-2"].map((name) => `${name}@${of}.com`);
    const leads = [...(await run.leads(names)).values()] as [Id, Id, Id];
    const gap = { gapSeconds: 600 };
    const fields =
      of === "campaign"
        ? { schedule: { ...gap, timezone: NOON, jitterMinutes: 0 } }
        : { senderIds: [await sender(gap)] };
    const campaignId = await run.launch(leads, { steps: [STEPS[0]], ...fields });
    const place = async () => time((await message(campaignId, leads[2])).due_at);
    const [before, own] = [await hours(campaignId), await place()];
    for (let n = 0; n < 3; n += 1) {
      await run.admin.run(pauseEnrollment, { campaignId, leadId: leads[2], until: new Date(own) });
      expect(await place()).toBe(own);
      expect(await hours(campaignId)).toEqual(before);
    }
  });
});
