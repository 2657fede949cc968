import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  accountingOf,
  createCampaign,
  dryRunCampaign,
  FIRST_BATCH,
  launchCampaign,
  pauseCampaign,
  planAgain,
  planAudience,
  planOverdue,
  previewOverdue,
  resumeCampaign,
  timetableOf,
  unplannedCampaigns,
} from "../../domain/campaigns/index.js";
import { claimMessages, recordOutcome } from "../../domain/emails/index.js";
import { InvalidInputError, NotReadyError, OverdueChoiceError } from "../../domain/errors.js";
import { newId, type Id } from "../../domain/ids.js";
import type { Operation } from "../../domain/operation.js";
import { AT_ONCE } from "../../domain/planning/index.js";
import { admit } from "../../worker/emails/admit.js";
import { FrozenVersions } from "../../worker/emails/frozen-versions.js";
import { checksum, checksumBesideRefusals } from "../support/fingerprint.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { endAllCampaigns } from "../support/ledger-lane.js";
import { messageStates } from "../support/ledger-seed.js";
import { organisation, type Organisation } from "../support/organisation.js";

let db: TestDatabase;
let org: Organisation;
let admin: Operation;
let list: Id;
beforeAll(async () => {
  db = await freshDatabase({ poolSize: 12 });
  org = await organisation(db);
  admin = org.as("ADMIN");
  list = newId();
  await db.sql("insert into lead_list (id, tenant_id, name) values ($1, $2, 'All')", [list, admin.tenantId]);
  await db.sql(
    `with people as (
       insert into lead (id, tenant_id, email, email_canonical, email_hash, source, timezone, mailability)
       select uuid_v7(), $1, a, a, sha256(convert_to(a, 'UTF8')), 'test', (array['America/New_York', 'Europe/Zurich', 'Asia/Tokyo', null])[1 + n % 4],
         case when n % 40 = 0 then 'UNSUBSCRIBED' else 'MAILABLE' end
       from generate_series(1, 200) n, lateral (select 'lead-' || n || '@example.org' as a) x returning id)
     insert into lead_list_member (tenant_id, list_id, lead_id) select $1, $2, id from people`,
    [admin.tenantId, list],
  );
});
afterAll(() => db.close());
beforeEach(() => endAllCampaigns(db));

const step = { delayMinutes: 0, subject: "Hello", html: "<p>Hello</p>" };
async function draft(more: object = {}): Promise<Id> {
  const fields = {
    name: "Spring",
    fromName: "Ada",
    fromEmail: "ada@example.com",
    steps: [step],
    audience: { listIds: [list] },
  };
  return (await admin.run(createCampaign, { ...fields, ...more })).campaignId;
}
async function launch(campaignId: Id): Promise<Id> {
  await admin.run(launchCampaign, { campaignId });
  const job = org.asJob("campaigns.plan");
  for (let after: string | null = FIRST_BATCH; after !== null;)
    after = (await job.run(planAudience, { campaignId, after })).last;
  return campaignId;
}
const campaignRow = async <T extends object>(campaignId: Id, columns: string) =>
  (await db.sql<T>(`select ${columns} from campaign where id = $1`, [campaignId]))[0]!;
const whole = async (campaignId: Id, startAt: Date) => {
  const rows = [];
  for (let after = null as { leadId: Id; position: number } | null; ;) {
    const run = (await dryRunCampaign(admin, admin.scope, campaignId, { startAt, after, first: 100 }))!;
    rows.push(...run.rows);
    if (!run.hasMore) return { ...run, rows };
    after = run.rows.at(-1)!;
  }
};

describe("CS-13 dry run", () => {
  const schedule = {
    timezone: "Europe/Zurich",
    weekdays: [1, 2, 3, 4, 5],
    from: "08:30",
    until: "17:00",
    perHour: 9,
    perDay: 60,
    gapSeconds: 30,
    jitterMinutes: 20,
  };
  const steps = [step, { ...step, delayMinutes: 0, delayBusinessDays: 2 }, { ...step, delayMinutes: 10_000 }];

  test("is what a launch at that moment writes down, mail by mail", async () => {
    const [tried, launched] = [await draft({ schedule, steps }), await draft({ schedule, steps })];
    await launch(launched);
    const { at } = await campaignRow<{ at: string }>(launched, "planned_from as at");
    const { rows, audience, mails, skipped, rowCount, isPartial } = await whole(tried, new Date(at));
    expect({ audience, mails, skipped, rowCount, isPartial }).toEqual({
      audience: 200,
      mails: 195 * 3,
      skipped: [{ reason: "SUPPRESSED", count: 5 }],
      rowCount: 195 * 3 + 5,
      isPartial: false,
    });
    const written = await db.sql<{ leadId: Id; position: number; at: number | null }>(
      `select lead_id as "leadId", coalesce(position, 1)::int as position, floor(extract(epoch from p.at) * 1000)::float8 as at from enrollment e
       left join lateral unnest(planned_times) with ordinality p(at, position) on true where campaign_id = $1 order by lead_id, position`,
      [launched],
    );
    expect(
      rows.map(({ leadId, position, at: time }) => ({ leadId, position, at: time && Date.parse(time) })),
    ).toEqual(written);
    // The first mail of each lead is a row of the ledger with that time, planned; its hours are counted.
    expect(
      await db.sql(
        `select count(*) from message m join enrollment e on e.id = m.enrollment_id where m.campaign_id = $1 and m.due_at = e.planned_times[1]`,
        [launched],
      ),
    ).toEqual([{ count: 195 }]);
    expect(
      await db.sql(
        "select sum(planned)::int as planned, max(planned) as most from campaign_hour where campaign_id = $1",
        [launched],
      ),
    ).toEqual([{ planned: 195 * 3, most: 9 }]);
    // A batch that runs again adds nothing to either.
    await org.asJob("campaigns.plan").run(planAudience, { campaignId: launched, after: FIRST_BATCH });
    expect(
      await db.sql("select sum(planned)::int as planned from campaign_hour where campaign_id = $1", [
        launched,
      ]),
    ).toEqual([{ planned: 195 * 3 }]);
  });

  test("what finds no place before the end is listed with its reason, before and after the launch", async () => {
    const short = { schedule: { perDay: 50, endsAt: new Date(Date.now() + 36 * 3_600_000).toISOString() } };
    const tried = await draft(short);
    const run = await whole(tried, new Date());
    const reasons = Object.fromEntries(run.skipped.map(({ reason, count }) => [reason, count]));
    expect(reasons.SUPPRESSED).toBe(5);
    expect(run.mails).toBe(195 - reasons.NO_SENDER_CAPACITY_BEFORE_END!);
    expect([100, 150]).toContain(run.mails);
    await launch(tried);
    const accounting = (await accountingOf(admin, admin.scope, [tried])).get(tried)!;
    const skipped = accounting.buckets.filter(({ bucket }) => bucket === "SKIPPED");
    expect(Object.fromEntries(skipped.map(({ reason, count }) => [reason, count]))).toEqual(reasons);
  });

  test("writes nothing, and of a launched campaign it is refused", async () => {
    const tried = await draft({ schedule });
    const before = await checksum(db);
    await whole(tried, new Date());
    expect(await checksum(db)).toEqual(before);
    await launch(tried);
    await expect(whole(tried, new Date())).rejects.toBeInstanceOf(InvalidInputError);
  });
});

describe("what a schedule must be", () => {
  test.each([
    [{ timezone: "Mars/Olympus" }, "schedule.timezone", "IANA"],
    [{ timezone: "+02:00" }, "schedule.timezone", "IANA"],
    [{ timezone: "2020-01-01T00:00Z[Europe/Zurich]" }, "schedule.timezone", "IANA"],
    [{ endsAt: "2027-02-30T00:00:00Z" }, "schedule.endsAt", "instant"],
    [{ from: "17:00", until: "09:00" }, "schedule.until", "5 minutes"],
    [{ from: "9:00" }, "schedule.from", "09:00"],
    [{ weekdays: [] }, "schedule.weekdays", "weekday"],
    [{ weekdays: [8] }, "schedule.weekdays.0", "at most 7"],
    [{ holidays: ["2027-02-30"] }, "schedule.holidays.0", "date"],
    [{ perHour: 0 }, "schedule.perHour", "at least 1"],
    [{ gapSeconds: 3601 }, "schedule.gapSeconds", "3,600"],
    [{ endsAt: "tomorrow" }, "schedule.endsAt", "instant"],
  ])("%j is refused, naming the field and the rule", async (schedule, path, rule) => {
    const before = await checksumBesideRefusals(db);
    const refusal = await draft({ schedule }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(InvalidInputError);
    const [issue] = (refusal as InvalidInputError).issues;
    expect(issue!.path.join(".")).toBe(path);
    expect(issue!.message).toContain(rule);
    expect(await checksumBesideRefusals(db)).toEqual(before);
  });
});

describe("CS-07 limits at the claim", () => {
  const claimAll = async () => {
    const rounds = await Promise.all(
      Array.from({ length: 8 }, () => claimMessages(db.database, [newId()], 5, 60)),
    );
    return rounds.flat().length;
  };
  const due = (campaignId: Id) =>
    db.sql(
      "update message set state = 'QUEUED', due_at = now() - interval '1 minute' where campaign_id = $1 and state <> 'SENDING'",
      [campaignId],
    );

  test("eight lanes at once take no more of an hour than its limit; the next hour goes on", async () => {
    const campaignId = await launch(await draft({ schedule: { perHour: 7, perDay: 10 } }));
    await due(campaignId);
    let claimed = 0;
    for (let n = 0; n < 6; n += 1) claimed += await claimAll();
    expect(claimed).toBe(7);
    await db.sql(
      "update campaign_pace set hour = hour - interval '1 hour', free_at = now() where campaign_id = $1",
      [campaignId],
    );
    for (let n = 0; n < 6; n += 1) claimed += await claimAll();
    // The day's limit.
    expect(claimed).toBe(10);
    expect(
      await db.sql(
        `select used_in_day, free_at = (date_trunc('day', now() at time zone 'UTC') + interval '1 day') at time zone 'UTC' as "untilTomorrow"
         from campaign_pace where campaign_id = $1`,
        [campaignId],
      ),
    ).toEqual([{ used_in_day: 10, untilTomorrow: true }]);
  });

  test("with a gap one is taken at a time", async () => {
    const campaignId = await launch(await draft({ schedule: { gapSeconds: 600 } }));
    await due(campaignId);
    expect((await claimAll()) + (await claimAll())).toBe(1);
    await db.sql("update campaign_pace set free_at = now() where campaign_id = $1", [campaignId]);
    expect((await claimAll()) + (await claimAll())).toBe(1);
  });

  test("whose window has closed before a worker came is put off to the next one, and counts against no limit", async () => {
    const tomorrow = new Date(Date.now() + 24 * 3_600_000);
    const weekday = ((tomorrow.getUTCDay() + 6) % 7) + 1;
    const window = {
      timezone: "UTC",
      inLeadZone: false,
      weekdays: [weekday],
      from: "10:00",
      until: "12:00",
      perHour: 100,
    };
    const campaignId = await launch(await draft({ schedule: window }));
    await due(campaignId);
    const owner = newId();
    const claimed = await claimMessages(db.database, [owner], 5, 60);
    expect(claimed.map(({ state }) => state)).toEqual(Array(5).fill("SENDING"));
    expect(await admit(db.database, new FrozenVersions(db.database), owner, claimed)).toEqual({
      open: [],
      over: [],
      isTimed: true,
    });
    const opens = `${tomorrow.toISOString().slice(0, 10)}T10:00:00`;
    const ids = claimed.map(({ id }) => id);
    expect(
      await db.sql(
        "select distinct state, attempt, lease_owner, to_char(due_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS') as due from message where id = any($1)",
        [ids],
      ),
    ).toEqual([{ state: "PLANNED", attempt: 0, lease_owner: null, due: opens }]);
    expect(
      await db.sql("select used_in_hour, used_in_day from campaign_pace where campaign_id = $1", [
        campaignId,
      ]),
    ).toEqual([{ used_in_hour: 0, used_in_day: 0 }]);
  });
});

test("nothing is sent after the campaign's end, and a launch that could mail nobody is refused", async () => {
  const over = await draft({ schedule: { endsAt: "2020-01-01T00:00:00Z" } });
  const refusal = await admin.run(launchCampaign, { campaignId: over }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(NotReadyError);
  expect((refusal as NotReadyError).issues.map(({ rule }) => rule)).toEqual(["schedule_over"]);
  const steps = [step, { ...step, delayMinutes: 60 }];
  const campaignId = await launch(
    await draft({ steps, schedule: { endsAt: new Date(Date.now() + 61 * 60_000).toISOString() } }),
  );
  const owner = newId();
  const [message, late] = await claimMessages(db.database, [owner], 2, 60);
  // It leaves two minutes late, so that the next step would come after the end.
  await db.sql(
    "update enrollment set planned_times = array[now() - interval '2 minutes', now() + interval '60 minutes'] where campaign_id = $1",
    [campaignId],
  );
  const versions = new FrozenVersions(db.database);
  const next = await versions.nextStep(message!);
  await recordOutcome(
    db.database,
    { messageId: message!.id, owner, attempt: 1 },
    { state: "SENT", reply: "250 ok" } as never,
    { next, retryDelaySeconds: 0 },
  );
  expect(
    await db.sql(
      "select state, reason from message where lead_id = $1 and campaign_id = $2 and step_position = 2",
      [message!.lead_id, campaignId],
    ),
  ).toEqual([{ state: "SKIPPED", reason: "WINDOW_CLOSED_BEFORE_END" }]);
  const tomorrow = new Date(Date.now() + 24 * 3_600_000).toISOString();
  expect(
    (await admit(db.database, versions, owner, [{ ...late!, claimed_at: tomorrow }])).over.map(
      ({ id }) => id,
    ),
  ).toEqual([late!.id]);
});

describe("CS-15 overdue", () => {
  const PAUSE_HOURS = 240;
  /** 195 mails, of which the first 100 were due before the pause ended, ten days ago; the rest in the days to come. */
  async function pausedLong(more: object = {}): Promise<Id> {
    const campaignId = await launch(await draft({ schedule: AT_ONCE, ...more }));
    await admin.run(pauseCampaign, { campaignId });
    await db.sql("update campaign set paused_at = now() - make_interval(hours => $2) where id = $1", [
      campaignId,
      PAUSE_HOURS,
    ]);
    await db.sql(
      `update message m set state = 'PLANNED', updated_at = now() - interval '11 days', due_at = now() + case when n <= 100 then - interval '9 days' else interval '2 days' end
       from (select id, row_number() over (order by id) as n from message where campaign_id = $1) o where o.id = m.id`,
      [campaignId],
    );
    await db.sql(
      "update enrollment e set planned_times[1] = m.due_at from message m where m.enrollment_id = e.id and m.step_position = 1 and e.campaign_id = $1",
      [campaignId],
    );
    return campaignId;
  }
  const resume = async (campaignId: Id, choice: object) => {
    await admin.run(resumeCampaign, { campaignId, ...choice });
    expect(await claimMessages(db.database, [newId()], 5, 60)).toEqual([]);
    for (const job = org.asJob("campaigns.plan"); (await job.run(planOverdue, { campaignId })) > 0;);
    return (await campaignRow<{ overdue: unknown }>(campaignId, "overdue")).overdue;
  };
  const dues = (campaignId: Id) =>
    db.sql<{ state: string; days: number; count: number }>(
      `select state, round(extract(epoch from due_at - now()) / 86400)::int as days, count(*) from message where campaign_id = $1 group by 1, 2 order by 1, 2`,
      [campaignId],
    );

  test("a resumption after ten days without a choice is refused with the three previews, and changes nothing", async () => {
    const campaignId = await pausedLong();
    const before = await checksumBesideRefusals(db);
    const refusal = (await admin
      .run(resumeCampaign, { campaignId })
      .catch((error: unknown) => error)) as OverdueChoiceError;
    expect(refusal).toBeInstanceOf(OverdueChoiceError);
    expect(refusal.overdue).toBe(100);
    expect(refusal.previews).toMatchObject([
      { policy: "SKIP", sent: 0, skipped: 100, firstAt: null, days: [] },
      { policy: "SHIFT", sent: 100, skipped: 0, days: [{ count: 100 }] },
      { policy: "CATCH_UP", sent: 100, skipped: 0, days: [{ count: 100 }] },
    ]);
    expect(await checksumBesideRefusals(db)).toEqual(before);
    const slow = (await previewOverdue(admin, admin.scope, campaignId, 2))!.previews[2]!;
    expect(slow).toMatchObject({ policy: "CATCH_UP", perHour: 2, sent: 100 });
    expect(
      Math.round((Date.parse(slow.lastAt!) - Date.parse(slow.firstAt!)) / 3_600_000),
    ).toBeGreaterThanOrEqual(48);
  });

  test("SKIP leaves the overdue out with their reason and keeps the rest as planned", async () => {
    const campaignId = await pausedLong();
    expect(await resume(campaignId, { overduePolicy: "SKIP" })).toBeNull();
    expect(await messageStates(db.database, campaignId)).toEqual({
      PLANNED: 95,
      "SKIPPED OVERDUE_SKIPPED": 100,
    });
    const accounting = (await accountingOf(admin, admin.scope, [campaignId])).get(campaignId)!;
    expect(accounting.buckets).toEqual([
      { bucket: "PLANNED", reason: null, count: 95 },
      { bucket: "SKIPPED", reason: "OVERDUE_SKIPPED", count: 100 },
      { bucket: "SKIPPED", reason: "SUPPRESSED", count: 5 },
    ]);
  });

  test("SHIFT moves everything that has not left by the length of the pause", async () => {
    const campaignId = await pausedLong();
    expect(await resume(campaignId, { overduePolicy: "SHIFT" })).toBeNull();
    expect(await dues(campaignId)).toEqual([
      { state: "PLANNED", days: 1, count: 100 },
      { state: "PLANNED", days: 12, count: 95 },
    ]);
    const { rows } = (await timetableOf(admin, admin.scope, campaignId, { after: null, first: 100 }))!;
    expect(
      new Set(
        rows
          .filter(({ reason, plannedAt }) => !reason && plannedAt && Date.parse(plannedAt) < Date.now())
          .map(({ difference }) => difference),
      ),
    ).toEqual(new Set(["SHIFTED"]));
  });

  test("CATCH_UP sends the overdue at so many an hour from now on, and leaves the rest where it is", async () => {
    const campaignId = await pausedLong();
    expect(await resume(campaignId, { overduePolicy: "CATCH_UP", catchUpPerHour: 10 })).toBeNull();
    const hours = await db.sql<{ count: number }>(
      `select count(*) from message where campaign_id = $1 and due_at < now() + interval '1 day' group by date_trunc('hour', due_at, 'UTC') order by date_trunc('hour', due_at, 'UTC')`,
      [campaignId],
    );
    expect(hours.map(({ count }) => count)).toEqual(Array(10).fill(10));
    expect(await dues(campaignId)).toContainEqual({ state: "PLANNED", days: 2, count: 95 });
  });

  test.each(["CATCH_UP", "SHIFT"])(
    "%s ends also where what is overdue was due before the pause, and can leave at once",
    async (overduePolicy) => {
      const campaignId = await pausedLong();
      await db.sql(
        "update message set due_at = due_at - interval '20 days' where campaign_id = $1 and due_at < now()",
        [campaignId],
      );
      expect(await resume(campaignId, { overduePolicy })).toBeNull();
      expect(
        await db.sql(
          "select count(*) from message_event where campaign_id = $1 and evidence is not null and type = 'planned'",
          [campaignId],
        ),
      ).toEqual([{ count: overduePolicy === "SHIFT" ? 195 : 100 }]);
      expect((await claimMessages(db.database, [newId()], 5, 60)).length).toBe(0);
      expect(
        (
          await db.sql<{ n: number }>(
            "select count(*) as n from message where campaign_id = $1 and due_at <= now()",
            [campaignId],
          )
        )[0]!.n,
      ).toBe(100);
    },
  );

  test("a planner that has failed for good is sent again; whoever resumes meanwhile drops no choice", async () => {
    const campaignId = await pausedLong();
    await admin.run(resumeCampaign, { campaignId, overduePolicy: "SKIP" });
    expect(await unplannedCampaigns(admin)).not.toContainEqual(expect.objectContaining({ id: campaignId }));
    await db.sql(
      "update job set state = 'FAILED' where type = 'campaigns.plan' and payload->>'campaignId' = $1",
      [campaignId],
    );
    expect(await unplannedCampaigns(admin)).toContainEqual({ id: campaignId, tenantId: admin.tenantId });
    expect(await org.asJob("campaigns.completeFinished").run(planAgain, { campaignId })).toBe(true);
    expect(await unplannedCampaigns(admin)).not.toContainEqual(expect.objectContaining({ id: campaignId }));
    await admin.run(pauseCampaign, { campaignId });
    await db.sql("update campaign set paused_at = now() - interval '5 hours' where id = $1", [campaignId]);
    await admin.run(resumeCampaign, { campaignId, overduePolicy: "SHIFT" });
    expect((await campaignRow<{ policy: string }>(campaignId, "overdue->>'policy' as policy")).policy).toBe(
      "SKIP",
    );
  });

  test("a short pause needs no choice, and a number an hour goes with CATCH_UP only", async () => {
    const campaignId = await launch(await draft());
    await admin.run(pauseCampaign, { campaignId });
    const wrong = { campaignId, overduePolicy: "SHIFT", catchUpPerHour: 5 };
    await expect(admin.run(resumeCampaign, wrong)).rejects.toBeInstanceOf(InvalidInputError);
    await admin.run(resumeCampaign, { campaignId });
    expect(await campaignRow(campaignId, "status, overdue")).toEqual({ status: "RUNNING", overdue: null });
  });
});

test("a follow-up keeps its planned time, later by as much as the step before it was late; the difference is explained", async () => {
  const steps = [step, { ...step, delayMinutes: 60 }];
  const campaignId = await launch(await draft({ steps }));
  const owner = newId();
  const [message] = await claimMessages(db.database, [owner], 1, 60);
  // Planned half an hour ago: a worker was missing.
  await db.sql(
    "update enrollment set planned_times = array[now() - interval '30 minutes', now() + interval '90 minutes'] where id = (select enrollment_id from message where id = $1)",
    [message!.id],
  );
  const next = (await new FrozenVersions(db.database).nextStep(message!))!;
  const fence = { messageId: message!.id, owner, attempt: 1 };
  await recordOutcome(db.database, fence, { state: "SENT", reply: "250 ok" } as never, {
    next,
    retryDelaySeconds: 0,
  });
  expect(
    await db.sql(
      "select state, round(extract(epoch from due_at - now()) / 60)::int as minutes from message where lead_id = $1 and campaign_id = $2 and step_position = 2",
      [message!.lead_id, campaignId],
    ),
  ).toEqual([{ state: "PLANNED", minutes: 120 }]);
  const place = { leadId: message!.lead_id, position: 0 };
  const { rows: own } = (await timetableOf(admin, admin.scope, campaignId, { after: place, first: 2 }))!;
  expect(own.map(({ difference, lateBySeconds }) => [difference, lateBySeconds])).toEqual([
    ["NOTHING_LEFT", 1800],
    ["NOT_YET", null],
  ]);
});
