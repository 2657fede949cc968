import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import {
  completeCampaign,
  findVersions,
  listVersions,
  pauseCampaign,
  planEdited,
  resumeCampaign,
  timetableOf,
  updateCampaign,
} from "../../domain/campaigns/index.js";
import { claimMessages, findMessage } from "../../domain/emails/index.js";
import { InvalidInputError, InvalidTransitionError, NotReadyError } from "../../domain/errors.js";
import { newId, type Id } from "../../domain/ids.js";
import { pageRequest } from "../../domain/page.js";
import { eventually } from "../support/eventually.js";
import { checksumBesideRefusals } from "../support/fingerprint.js";
import { Sequences, STEPS } from "../enrollments/sequences.js";

const run = new Sequences();
const [FIRST, SECOND] = STEPS as [(typeof STEPS)[0], (typeof STEPS)[1]];
const edit = (campaignId: Id, fields: object) => run.admin.run(updateCampaign, { campaignId, ...fields });
/** What the job does. */
async function replan(campaignId: Id): Promise<void> {
  while ((await run.org.asJob("campaigns.plan").run(planEdited, { campaignId })) > 0);
}
const addresses = (name: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${name}-${n}@live-${name}.com`);
const leadsOf = async (name: string, count: number) => [
  ...(await run.leads(addresses(name, count))).values(),
];
const messages = (campaignId: Id) =>
  run.db.sql<{ id: Id; leadId: Id; position: number; state: string; n: number; dueAt: string; stepId: Id }>(
    `select m.id, m.lead_id as "leadId", m.step_position as position, m.state, v.n, m.due_at as "dueAt", m.step_id as "stepId"
     from message m join campaign_version v on v.id = m.version_id where m.campaign_id = $1 order by m.lead_id, m.step_position`,
    [campaignId],
  );
const versions = async (campaignId: Id) =>
  (await listVersions(run.admin, run.admin.tenantId, campaignId, pageRequest({ first: 20 }))).rows;
const stepIds = async (campaignId: Id) =>
  (
    await run.db.sql<{ id: Id }>("select id from step where campaign_id = $1 order by position", [campaignId])
  ).map(({ id }) => id);
/** Between when the mail of one step was sent and when that of another is due. */
const minutesAfter = async (campaignId: Id, sent: Id, due: Id) =>
  (
    await run.db.sql<{ minutes: number }>(
      `select round(extract(epoch from d.due_at - s.sent_at) / 60)::int as minutes
       from message s join message d on d.enrollment_id = s.enrollment_id and d.step_id = $3 where s.campaign_id = $1 and s.step_id = $2`,
      [campaignId, sent, due],
    )
  )[0]!.minutes;

it("CS-04 an edit of a running campaign makes version n+1; a sent mail keeps the text that it had", async () => {
  const leads = await leadsOf("text", 3);
  const campaignId = await run.launch(leads);
  await run.mail();
  await run.states(campaignId, { SENT: 3, PLANNED: 3 });
  const before = await stepIds(campaignId);
  await edit(campaignId, {
    fromName: "Ada L.",
    steps: [
      { ...FIRST, subject: "First, anew", html: "<p>Anew</p>" },
      { ...SECOND, subject: "Second, anew" },
    ],
  });
  expect(await stepIds(campaignId)).toEqual(before);
  expect(await versions(campaignId)).toMatchObject([
    { n: 2, createdBy: "Test ADMIN", changes: ["Sender's name", "Step 1: subject, HTML", "Step 2: subject"] },
    { n: 1, createdBy: "Test ADMIN", changes: [] },
  ]);
  await replan(campaignId);
  expect((await messages(campaignId)).map(({ position, n }) => [position, n])).toEqual(
    leads.flatMap(() => [
      [1, 1],
      [2, 2],
    ]),
  );
  // A sent one, opened later.
  const [sent] = await messages(campaignId);
  const view = (await findMessage(run.admin, run.admin.scope, sent!.id))!;
  const [pinned] = await findVersions(run.admin, run.admin.tenantId, [view.versionId]);
  expect(pinned).toMatchObject({ n: 1, content: { fromName: "Ada", steps: [FIRST, SECOND] } });
  await run.comesDue(campaignId);
  await run.states(campaignId, { SENT: 6 });
  for (const got of Object.values(run.received())) expect(got).toEqual(["First", "Second, anew"]);
  expect(run.sink.accepted.at(-1)!.raw.toString()).toContain('From: "Ada L." <ada@example.com>');
  // Nothing new is no version.
  await edit(campaignId, { fromName: "Ada L." });
  expect(await versions(campaignId)).toHaveLength(2);
});

it("CS-04 ten edits while real lanes send: nobody is missed, nobody gets a mail twice, each as one version says", async () => {
  const count = 150;
  const leads = await leadsOf("race", count);
  const step = (n: number) => ({ delayMinutes: 0, subject: `v${n}`, html: `<p>Text of v${n}.</p>` });
  const campaignId = await run.launch(leads, { steps: [step(1)] });
  // So many mails may leave before the next edit: each version has its share.
  const server = { isOpenFor: 5 };
  await run.mail(
    {
      onData: async () => {
        while (run.sink.accepted.length >= server.isOpenFor) await sleep(5);
      },
    },
    4,
  );
  await eventually(() => run.sink.accepted.length >= 5);
  for (let n = 2; n <= 11; n += 1) {
    // Every other edit moves times too, for which the lanes wait.
    const schedule =
      n % 2 === 0 ? { gapSeconds: 0, jitterMinutes: 0, holidays: [`2030-01-${10 + n}`] } : undefined;
    await edit(campaignId, { steps: [step(n)], ...(schedule && { schedule }) });
    if (schedule) await replan(campaignId);
    server.isOpenFor += 13;
    await eventually(() => run.sink.accepted.length >= server.isOpenFor);
  }
  server.isOpenFor = Infinity;
  await replan(campaignId);
  await run.states(campaignId, { SENT: count });
  expect(await run.states(campaignId)).toEqual({ SENT: count });
  const received = run.received();
  expect(Object.keys(received)).toHaveLength(count);
  expect(Object.values(received).filter((got) => got.length !== 1)).toEqual([]);
  // What the ledger says of each mail is what left, subject and text of one version.
  const rows = await run.db.sql<{ email: string; n: number }>(
    `select l.email, v.n from message m join lead l on l.id = m.lead_id join campaign_version v on v.id = m.version_id where m.campaign_id = $1`,
    [campaignId],
  );
  const version = new Map(rows.map(({ email, n }) => [email, n]));
  for (const { to, subject, raw } of run.sink.accepted) {
    expect(subject).toBe(`v${version.get(to[0]!)}`);
    expect(raw.toString()).toContain(`Text of ${subject}.`);
  }
  expect(new Set(version.values()).size).toBeGreaterThan(5);
  expect(await run.buckets(campaignId)).toEqual({ SENT: count });
});

describe("what an edit moves", () => {
  it("another delay and another window place what has not begun anew; nothing is claimed before", async () => {
    const leads = await leadsOf("delay", 4);
    const campaignId = await run.launch(leads);
    await run.mail();
    await run.states(campaignId, { SENT: 4, PLANNED: 4 });
    await run.db.sql(
      "update message set due_at = now(), state = 'QUEUED' where campaign_id = $1 and lead_id = $2 and state = 'PLANNED'",
      [campaignId, leads[0]],
    );
    await run.states(campaignId, { SENT: 5, PLANNED: 3 });
    await edit(campaignId, { steps: [FIRST, { ...SECOND, delayMinutes: 2880 }] });
    // As if one had become due at this very moment.
    await run.db.sql(
      "update message set due_at = now(), state = 'QUEUED' where campaign_id = $1 and lead_id = $2 and state = 'PLANNED'",
      [campaignId, leads[1]],
    );
    await sleep(1200);
    expect(await run.states(campaignId)).toEqual({ SENT: 5, PLANNED: 2, QUEUED: 1 });
    await replan(campaignId);
    const sentAt = await run.db.sql<{ leadId: Id; at: string }>(
      `select lead_id as "leadId", sent_at as at from message where campaign_id = $1 and step_position = 1`,
      [campaignId],
    );
    const first = new Map(sentAt.map(({ leadId, at }) => [leadId, Date.parse(at)]));
    const waiting = (await messages(campaignId)).filter(({ state }) => state === "PLANNED");
    expect(waiting).toHaveLength(3);
    for (const { leadId, dueAt } of waiting)
      expect(Math.abs(Date.parse(dueAt) - first.get(leadId)! - 2880 * 60_000)).toBeLessThan(1000);
    // The timetable still tells what the launch had planned, and why it is another time now.
    const { rows } = (await timetableOf(run.admin, run.admin.scope, campaignId, { after: null, first: 20 }))!;
    const second = rows.filter((row) => row.position === 2);
    expect(second.filter(({ difference }) => difference === "CAMPAIGN_EDITED")).toHaveLength(3);
    expect(await run.buckets(campaignId)).toEqual({ PLANNED: 3, SENT: 1 });
  });

  it("steps come at the end and go where no mail was begun; who waits for a step that goes gets what follows it", async () => {
    const leads = await leadsOf("steps", 2);
    const third = { ...SECOND, subject: "Third" };
    const campaignId = await run.launch(leads, { steps: [FIRST, SECOND, third] });
    await run.mail();
    await run.states(campaignId, { SENT: 2, PLANNED: 2 });
    const [one, two, three] = (await stepIds(campaignId)) as [Id, Id, Id];
    const before = await checksumBesideRefusals(run.db);
    const refused = (steps: object[]) => edit(campaignId, { steps }).catch((error: unknown) => error);
    for (const [steps, rule] of [
      [
        [
          { ...SECOND, id: two, delayMinutes: 0 },
          { ...third, id: three },
        ],
        "begun",
      ],
      [
        [
          { ...FIRST, id: one },
          { ...third, id: three },
          { ...SECOND, id: two },
        ],
        "order",
      ],
      [
        [
          { ...FIRST, id: one },
          { ...SECOND, id: newId() },
        ],
        "exists",
      ],
    ] as const) {
      const error = await refused([...steps]);
      expect(error).toBeInstanceOf(InvalidInputError);
      expect((error as InvalidInputError).issues).toMatchObject([{ rule }]);
    }
    expect(await checksumBesideRefusals(run.db)).toBe(before);

    await edit(campaignId, {
      steps: [
        { ...FIRST, id: one },
        { ...third, id: three },
        { ...SECOND, subject: "Last" },
      ],
    });
    expect((await versions(campaignId))[0]).toMatchObject({
      n: 2,
      changes: ["Step 2 dropped", "Step 3 added"],
    });
    await replan(campaignId);
    expect((await messages(campaignId)).filter(({ position }) => position === 2)).toMatchObject([
      { stepId: three, state: "PLANNED", n: 2 },
      { stepId: three, state: "PLANNED", n: 2 },
    ]);
    await run.comesDue(campaignId);
    await run.states(campaignId, { SENT: 4, PLANNED: 2 });
    await run.comesDue(campaignId);
    await run.states(campaignId, { SENT: 6 });
    for (const got of Object.values(run.received())) expect(got).toEqual(["First", "Third", "Last"]);
  });

  it("the last step goes while leads wait for it: they are done, and so is the campaign", async () => {
    const campaignId = await run.launch(await leadsOf("last", 2));
    await run.mail();
    await run.states(campaignId, { SENT: 2, PLANNED: 2 });
    await edit(campaignId, { steps: [FIRST] });
    await replan(campaignId);
    expect(await run.states(campaignId)).toEqual({ "CANCELLED STEP_DROPPED": 2, SENT: 2 });
    expect(
      await run.db.sql("select distinct state from enrollment where campaign_id = $1", [campaignId]),
    ).toEqual([{ state: "FINISHED" }]);
    expect(await run.org.asJob("x").run(completeCampaign, { campaignId })).toEqual({ completed: true });
    const error = await edit(campaignId, { fromName: "Late" }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InvalidTransitionError);
  });

  it("a step that is dropped while its mail comes due: no lane takes it before the commit, nor after", async () => {
    const third = { ...SECOND, subject: "Third", delayMinutes: 2880 };
    const campaignId = await run.launch(await leadsOf("moment", 1), { steps: [FIRST, SECOND, third] });
    await run.mail();
    await run.states(campaignId, { SENT: 1, PLANNED: 1 });
    const [one, two, three] = (await stepIds(campaignId)) as [Id, Id, Id];
    const wanted = {
      steps: [
        { ...FIRST, id: one },
        { ...third, id: three },
      ],
    };
    // The edit has asked what was begun, and waits for the step.
    const other = await run.db.database.pool.connect();
    let edited: Promise<unknown>;
    try {
      await other.query("begin");
      await other.query("select from step where id = $1 for key share", [two]);
      await run.db.sql(
        "update message set state = 'QUEUED', due_at = now() + interval '300 ms' where campaign_id = $1 and state = 'PLANNED'",
        [campaignId],
      );
      edited = edit(campaignId, wanted);
      await eventually(
        () =>
          run.db.sql(
            "select from pg_stat_activity where wait_event_type = 'Lock' and query like 'delete from%' and datname = current_database()",
          ),
        (rows) => rows.length > 0,
      );
      await sleep(800);
      expect(await run.states(campaignId)).toEqual({ SENT: 1, QUEUED: 1 });
      await other.query("commit");
    } finally {
      other.release();
    }
    await edited;
    expect(await run.states(campaignId)).toEqual({ SENT: 1, PLANNED: 1 });
    await replan(campaignId);
    const [, next] = await messages(campaignId);
    expect(next).toMatchObject({ position: 2, n: 2, stepId: three, state: "PLANNED" });
    expect(await minutesAfter(campaignId, one, three)).toBe(2880);
  });

  it("a mail of a dropped step that is on the way all the same is followed by what followed it, once its delay is over", async () => {
    const leads = await leadsOf("way", 1);
    const third = { ...SECOND, subject: "Third" };
    const fourth = { ...SECOND, subject: "Fourth" };
    const campaignId = await run.launch(leads, { steps: [FIRST, SECOND, third, fourth] });
    await run.mail();
    await run.states(campaignId, { SENT: 1, PLANNED: 1 });
    await run.stopLanes();
    const [one, two, three, four] = (await stepIds(campaignId)) as [Id, Id, Id, Id];
    const steps = (delayMinutes: number) => [
      { ...FIRST, id: one },
      { ...third, id: three, delayMinutes },
      { ...fourth, id: four },
    ];
    const server = { isHeld: true };
    await run.sink.stop();
    await run.mail({
      onData: async () => {
        while (server.isHeld) await sleep(10);
      },
    });
    await edit(campaignId, { steps: steps(60) });
    // No lane may take it now. Where one did, the ledger still goes on.
    const [{ kept }] = (await run.db.sql<{ kept: string }>(
      "select replan::text as kept from campaign where id = $1",
      [campaignId],
    )) as [{ kept: string }];
    await run.db.sql(
      `with c as (update campaign set replan = null where id = $1),
         e as (update enrollment set planned_times = (select array_agg(at - interval '61 minutes') from unnest(planned_times) at) where campaign_id = $1)
       update message set state = 'QUEUED', due_at = now() where campaign_id = $1 and step_id = $2`,
      [campaignId, two],
    );
    await eventually(
      () =>
        run.db.sql("select from message where campaign_id = $1 and step_id = $2 and intent_at is not null", [
          campaignId,
          two,
        ]),
      (rows) => rows.length > 0,
    );
    await run.db.sql("update campaign set replan = $2 where id = $1", [campaignId, kept]);
    await replan(campaignId);
    server.isHeld = false;
    await run.states(campaignId, { SENT: 2, PLANNED: 1 });
    expect(
      (await messages(campaignId)).map(({ position, n, stepId }) => [position, n, stepId === three]),
    ).toEqual([
      [1, 1, false],
      [2, 1, false],
      [2, 2, true],
    ]);
    expect(await minutesAfter(campaignId, two, three)).toBe(60);
    // Two mails are at one position now. The planner goes on from the newer one, and places it after the other.
    await edit(campaignId, { steps: steps(90) });
    await replan(campaignId);
    expect(await minutesAfter(campaignId, two, three)).toBe(90);
  });
});

it.each([
  ["what follows it comes", true],
  ["the lead is done", false],
])(
  "the next step is dropped after a lane has asked for it and before it writes SENT: %s",
  async (_, hasThird) => {
    const [leadId] = (await leadsOf(`between-${hasThird}`, 1)) as [Id];
    const third = { ...SECOND, subject: "Third" };
    const campaignId = await run.launch([leadId], { steps: [FIRST, SECOND, ...(hasThird ? [third] : [])] });
    const server = { isHeld: true };
    await run.mail({
      onData: async () => {
        while (server.isHeld) await sleep(10);
      },
    });
    const [message] = await eventually(
      () =>
        run.db.sql<{ id: Id }>("select id from message where campaign_id = $1 and intent_at is not null", [
          campaignId,
        ]),
      (rows) => rows.length > 0,
    );
    const [one, , three] = (await stepIds(campaignId)) as [Id, Id, Id];
    // The lane's question is answered, its SENT waits.
    const other = await run.db.database.pool.connect();
    try {
      await other.query("begin");
      await other.query("select from message where id = $1 for update", [message!.id]);
      server.isHeld = false;
      await eventually(
        () =>
          run.db.sql(
            "select from pg_stat_activity where wait_event_type = 'Lock' and query like '%SENT%' and datname = current_database()",
          ),
        (rows) => rows.length > 0,
      );
      await edit(campaignId, {
        steps: [{ ...FIRST, id: one }, ...(hasThird ? [{ ...third, id: three }] : [])],
      });
      await replan(campaignId);
      await other.query("commit");
    } finally {
      other.release();
    }
    await run.states(campaignId, hasThird ? { SENT: 1, PLANNED: 1 } : { SENT: 1 });
    const place = await run.place(campaignId, leadId);
    expect(place).toMatchObject({ state: hasThird ? "WAITING" : "FINISHED" });
    if (!hasThird) return;
    expect((await messages(campaignId)).at(-1)).toMatchObject({ position: 2, n: 2, stepId: three });
    await run.comesDue(campaignId);
    await run.states(campaignId, { SENT: 2 });
    expect(Object.values(run.received())).toEqual([["First", "Third"]]);
  },
);

it("SENT that waits for the planner plans the next step by what the planner has written", async () => {
  const campaignId = await run.launch(await leadsOf("waits", 1));
  const server = { isHeld: true };
  await run.mail({
    onData: async () => {
      while (server.isHeld) await sleep(10);
    },
  });
  await eventually(
    () => run.db.sql("select from message where campaign_id = $1 and intent_at is not null", [campaignId]),
    (rows) => rows.length > 0,
  );
  const [one, two] = (await stepIds(campaignId)) as [Id, Id];
  // It was shifted by five days after a pause: that is no lateness of what is planned after it now.
  await run.db.sql(
    `with e as (update enrollment set planned_times = (select array_agg(at - interval '5 days') from unnest(planned_times) at) where campaign_id = $1)
     insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
     select tenant_id, campaign_id, id, 'planned', 'planner', 'shifted by the pause' from message where campaign_id = $1`,
    [campaignId],
  );
  await edit(campaignId, { steps: [FIRST, { ...SECOND, delayMinutes: 2880 }] });
  const waiting = (what: string) =>
    eventually(
      () => run.db.sql(`select from pg_stat_activity where ${what} and datname = current_database()`),
      (rows) => rows.length > 0,
    );
  // The planner has the lead, and waits for its turn in the organisation.
  const other = await run.db.database.pool.connect();
  let planned: Promise<void>;
  try {
    await other.query("begin");
    await other.query("select pg_advisory_xact_lock(hashtextextended('plan:' || $1::text, 0))", [
      run.admin.tenantId,
    ]);
    planned = replan(campaignId);
    await waiting("wait_event = 'advisory'");
    server.isHeld = false;
    await waiting("wait_event_type = 'Lock' and query like '%SENT%'");
    await other.query("commit");
  } finally {
    other.release();
  }
  await planned;
  await run.states(campaignId, { SENT: 1, PLANNED: 1 });
  expect(await minutesAfter(campaignId, one, two)).toBe(2880);
  const { rows } = (await timetableOf(run.admin, run.admin.scope, campaignId, { after: null, first: 20 }))!;
  expect(rows.map(({ difference }) => difference)).toEqual(["SHIFTED", "CAMPAIGN_EDITED"]);
});

it("a paused campaign is edited too: what became due meanwhile still asks for a choice", async () => {
  const campaignId = await run.launch(await leadsOf("paused", 3), { steps: [FIRST] });
  await run.admin.run(pauseCampaign, { campaignId });
  await run.db.sql(
    `with c as (update campaign set paused_at = now() - interval '3 hours' where id = $1)
     update message set due_at = now() - interval '2 hours' where campaign_id = $1`,
    [campaignId],
  );
  await edit(campaignId, { schedule: { jitterMinutes: 0, holidays: ["2030-01-01"] } });
  await replan(campaignId);
  await expect(run.admin.run(resumeCampaign, { campaignId })).rejects.toMatchObject({
    code: "OVERDUE_CHOICE",
  });
});

it("what stays as it was launched is refused, and so is what a launch would be; nothing changes", async () => {
  const [one, two] = (await leadsOf("stays", 2)) as [Id, Id];
  const campaignId = await run.launch([one]);
  const before = await checksumBesideRefusals(run.db);
  const audience = await edit(campaignId, { audience: { leadIds: [one, two] } }).catch((e: unknown) => e);
  expect((audience as InvalidInputError).issues).toMatchObject([{ path: ["audience"], rule: "launched" }]);
  const leftover = await edit(campaignId, {
    steps: [{ ...FIRST, html: "<p>Hello [name]</p>" }, SECOND],
  }).catch((e: unknown) => e);
  expect(leftover).toBeInstanceOf(NotReadyError);
  await expect(edit(campaignId, { expectedVersion: 7, fromName: "X" })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  await run.db.sql(`update tenant set settings = settings || '{"fourEyesLaunch": true}' where id = $1`, [
    run.admin.tenantId,
  ]);
  const alone = await edit(campaignId, { fromName: "Eve" }).catch((e: unknown) => e);
  expect((alone as NotReadyError).issues).toMatchObject([{ rule: "four_eyes" }]);
  await run.db.sql(`update tenant set settings = settings - 'fourEyesLaunch' where id = $1`, [
    run.admin.tenantId,
  ]);
  expect(await checksumBesideRefusals(run.db)).toBe(before);
  // The whole form with nothing changed is no edit.
  await edit(campaignId, { audience: { leadIds: [one] } });
  expect(await checksumBesideRefusals(run.db)).toBe(before);
  expect(await claimMessages(run.db.database, [newId()], 5, 30)).toHaveLength(1);
});
