import { afterEach, beforeEach, expect, test } from "vitest";
import { Temporal } from "temporal-polyfill";
import {
  createCampaign,
  dryRunCampaign,
  FIRST_BATCH,
  launchCampaign,
  planAudience,
  timetableOf,
  type DryRunRow,
  type TimetableRow,
} from "../../domain/campaigns/index.js";
import { releaseDueMessages } from "../../domain/emails/index.js";
import { newId, type Id } from "../../domain/ids.js";
import { Database } from "../../platform/database/database.js";
import { openOperation } from "../../platform/database/open-operation.js";
import type { Lanes } from "../../worker/emails/lanes.js";
import { freshDatabase, makeUser, TEST_SECRET, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { lanesFor } from "../support/mail-run.js";
import { startSmtpSink, type SmtpSink } from "../support/smtp-sink.js";

let db: TestDatabase;
let fast: Database;
let sink: SmtpSink;
let lanes: Lanes | undefined;
let user: Awaited<ReturnType<typeof makeUser>>;

/** On these connections now() and clock_timestamp() are what the test says: weeks pass in seconds, for every statement of the product. */
beforeEach(async () => {
  db = await freshDatabase();
  user = await makeUser(db.database);
  await db.sql("create schema clock");
  await db.sql("create table clock.time (at timestamptz not null)");
  await db.sql("insert into clock.time values (now())");
  for (const name of ["now", "clock_timestamp"])
    await db.sql(
      `create function clock.${name}() returns timestamptz language sql stable as 'select at from clock.time'`,
    );
  const [{ name }] = (await db.sql<{ name: string }>("select current_database() as name")) as [
    { name: string },
  ];
  await db.sql(`alter database ${name} set search_path = clock, public, pg_catalog`);
  fast = await Database.open(db.url, {
    poolSize: 12,
    statementTimeoutMs: 10_000,
    applicationName: "postwatch-fast",
    secret: TEST_SECRET,
  });
  sink = await startSmtpSink();
});
afterEach(async () => {
  await lanes?.stop();
  await sink.stop();
  await fast.close();
  await db.close();
});

const setClock = (at: string) => db.sql("update clock.time set at = $1", [at]);
const ZONES = ["America/New_York", "Europe/Zurich", "Asia/Tokyo", null];
/** All thousand in the fault run: `npm run test:faults`. */
const LEADS = process.env.LONG_RUN === "1" ? 1000 : 240;
const MAILS = LEADS * 3;
const SCHEDULE = {
  timezone: "Europe/Zurich",
  inLeadZone: true,
  weekdays: [1, 2, 3, 4, 5, 7],
  from: "09:00",
  until: "11:00",
  perHour: Math.round(LEADS * 0.12),
  perDay: Math.round(LEADS * 0.4),
  jitterMinutes: 2,
};
const STEPS = [
  { delayMinutes: 0, subject: "One", html: "<p>1</p>" },
  { delayMinutes: 0, delayBusinessDays: 2, subject: "Two", html: "<p>2</p>" },
  { delayMinutes: 5 * 24 * 60, subject: "Three", html: "<p>3</p>" },
];

test("CS-13 leads of four zones, three steps, across both changes of clocks, one outage: what happened is the dry run, and each difference has its reason", async () => {
  const op = openOperation(fast, user.op.actor, { requestId: newId() });
  const job = openOperation(
    fast,
    { kind: "JOB", name: "campaigns.plan" },
    { requestId: newId() },
    user.tenantId,
  );
  await setClock("2026-10-23T06:00:00Z");
  const leadIds = (
    await db.sql<{ id: Id }>(
      `insert into lead (id, tenant_id, email, email_canonical, email_hash, source, timezone)
       select ('0199a1b2-c3d4-7e5f-8a9b-' || lpad(to_hex(n * 7919), 12, '0'))::uuid, $1, a, a, sha256(convert_to(a, 'UTF8')), 'test', ($2::text[])[1 + n % 4]
       from generate_series(1, $3::int) n, lateral (select 'lead-' || n || '@example.org' as a) x returning id`,
      [user.tenantId, ZONES, LEADS],
    )
  ).map(({ id }) => id);
  const draft = {
    name: "Autumn",
    fromName: "Ada",
    fromEmail: "ada@example.com",
    schedule: SCHEDULE,
    steps: STEPS,
    audience: { leadIds },
  };
  const { campaignId } = await op.run(createCampaign, draft);
  const planned = await dryRun(op, campaignId, new Date("2026-10-23T06:00:00Z"));
  expect(planned.length).toBe(MAILS);

  await op.run(launchCampaign, { campaignId });
  for (let after: string | null = FIRST_BATCH; after !== null;)
    after = (await job.run(planAudience, { campaignId, after })).last;
  lanes = lanesFor({ ...db, database: fast }, sink.url);
  const OUTAGE = { from: "2026-10-28T08:00:00Z", hours: 9 };
  let isOver = false;
  for (;;) {
    const due = await nextDue(campaignId);
    if (due === null) break;
    if (!isOver && due > OUTAGE.from) {
      isOver = true;
      await lanes.stop();
      await db.sql("update clock.time set at = greatest(at, $1::timestamptz) + make_interval(hours => $2)", [
        OUTAGE.from,
        OUTAGE.hours,
      ]);
      lanes = lanesFor({ ...db, database: fast }, sink.url);
    } else
      await db.sql("update clock.time set at = greatest(at, $1::timestamptz + interval '50 seconds')", [due]);
    await settledByNow(campaignId);
  }

  expect(sink.accepted.length).toBe(MAILS);
  const happened = await timetable(op, campaignId);
  expect(
    happened.map(({ leadId, position, plannedAt }) => ({
      leadId,
      position,
      at: plannedAt && new Date(plannedAt).toISOString(),
    })),
  ).toEqual(planned.map(({ leadId, position, at }) => ({ leadId, position, at })));
  // Inside the window of each lead's own clock, on both sides of both changes; never over a limit, whatever the outage has piled up.
  const perHour = new Map<number, number>();
  const perDay = new Map<string, number>();
  for (const { sentAt, zone } of happened) {
    const sent = Temporal.Instant.from(new Date(sentAt!).toISOString());
    const there = sent.toZonedDateTimeISO(zone);
    expect([9, 10]).toContain(there.hour);
    expect(there.dayOfWeek).not.toBe(6);
    const hour = Math.floor(sent.epochMilliseconds / 3_600_000);
    perHour.set(hour, (perHour.get(hour) ?? 0) + 1);
    const day = sent.toZonedDateTimeISO(SCHEDULE.timezone).toPlainDate().toString();
    perDay.set(day, (perDay.get(day) ?? 0) + 1);
  }
  expect(Math.max(...perHour.values())).toBeLessThanOrEqual(SCHEDULE.perHour);
  expect(Math.max(...perDay.values())).toBeLessThanOrEqual(SCHEDULE.perDay);
  const reasons: Record<string, number> = {};
  for (const { difference } of happened) reasons[difference] = (reasons[difference] ?? 0) + 1;
  expect(reasons.NO_PLAN).toBeUndefined();
  // The outage fell into a day that was full: what it held up waited for its turn on the days after, and its follow-ups with it.
  for (const reason of Object.keys(reasons))
    expect([
      "AS_PLANNED",
      "FOLLOWS_LATE_STEP",
      "WAITED_ITS_TURN",
      "WINDOW_WAS_CLOSED",
      "NOTHING_LEFT",
    ]).toContain(reason);
  // That nothing left is the reason for what was due while nothing did.
  const outage = [Date.parse(OUTAGE.from), Date.parse(OUTAGE.from) + OUTAGE.hours * 3_600_000] as const;
  for (const { difference, plannedAt, lateBySeconds } of happened)
    if (difference === "NOTHING_LEFT") {
      expect(Date.parse(plannedAt!)).toBeLessThan(outage[1]);
      expect(Date.parse(plannedAt!) + lateBySeconds! * 1000).toBeGreaterThan(outage[0]);
    }
  expect(reasons.AS_PLANNED).toBeGreaterThan(LEADS);
}, 180_000);

async function nextDue(campaignId: Id): Promise<string | null> {
  const [row] = await db.sql<{ due: string | null }>(
    `select to_char(greatest(min(due_at), (select free_at from campaign_pace where campaign_id = $1), (select at from clock.time)) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as due
     from message where campaign_id = $1 and state in ('PLANNED', 'QUEUED', 'DEFERRED') having count(*) > 0`,
    [campaignId],
  );
  return row?.due ?? null;
}

/** Until everything that may leave by the clock has left, or was put off. */
async function settledByNow(campaignId: Id): Promise<void> {
  while ((await releaseDueMessages(fast, 1000)).length === 1000);
  lanes!.wake();
  const open = async () =>
    (
      await db.sql<{ open: boolean }>(
        `select exists (select from message m, clock.time t where m.campaign_id = $1 and (m.state = 'SENDING' or (m.state in ('QUEUED', 'DEFERRED') and m.due_at <= t.at
           and (select free_at from campaign_pace where campaign_id = $1) <= t.at))) as open`,
        [campaignId],
      )
    )[0]!.open;
  await eventually(open, (isOpen) => !isOpen, 20_000);
}

async function dryRun(
  op: Parameters<typeof dryRunCampaign>[0] & { scope: Parameters<typeof dryRunCampaign>[1] },
  id: Id,
  startAt: Date,
): Promise<DryRunRow[]> {
  const rows: DryRunRow[] = [];
  for (;;) {
    const run = (await dryRunCampaign(op, op.scope, id, {
      startAt,
      after: rows.at(-1) ?? null,
      first: 1000,
    }))!;
    rows.push(...run.rows);
    if (!run.hasMore) return rows;
  }
}

async function timetable(
  op: Parameters<typeof timetableOf>[0] & { scope: Parameters<typeof timetableOf>[1] },
  id: Id,
): Promise<TimetableRow[]> {
  const rows: TimetableRow[] = [];
  for (;;) {
    const page = (await timetableOf(op, op.scope, id, { after: rows.at(-1) ?? null, first: 1000 }))!;
    rows.push(...page.rows);
    if (!page.hasMore) return rows;
  }
}
