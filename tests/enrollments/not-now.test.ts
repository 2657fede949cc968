import { setTimeout as sleep } from "node:timers/promises";
import { Temporal } from "temporal-polyfill";
import { expect, it } from "vitest";
import { timetableOf } from "../../domain/campaigns/index.js";
import { postponeMessages, releaseDueMessages } from "../../domain/emails/index.js";
import { pauseEnrollment, resumeEnrollment, wakeEnrollments } from "../../domain/enrollments/index.js";
import { InvalidInputError } from "../../domain/errors.js";
import type { Id } from "../../domain/ids.js";
import { eventually } from "../support/eventually.js";
import { checksumBesideRefusals } from "../support/fingerprint.js";
import { LedgerLane } from "../support/ledger-lane.js";
import { Sequences } from "./sequences.js";

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
const time = (text: string) => new Date(text).toISOString();

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
