import { FIRST_BATCH, planAudience } from "#domain/campaigns/index.js";
import { newId, type Id } from "#domain/ids.js";
import { AT_ONCE, Planner, type SendSchedule, type StepDelay } from "#domain/planning/index.js";
import { Database } from "#platform/database/database.js";
import { openOperation } from "#platform/database/open-operation.js";
import { atLeast, atMost, median, publish, roundedRow, type Row } from "../harness/report.js";
import { startBenchServices } from "../harness/services.js";

/**
 * What planning costs: the planner alone, over a million leads; and a launch as the worker does it, which writes each
 * lead down, beside the one statement that could write the same rows without asking the planner.
 */
const ALONE = Number(process.argv[2] ?? 1_000_000);
const WRITTEN = Number(process.argv[3] ?? 100_000);
const ROUNDS = 3;
const GOAL_PER_SECOND = 50_000;

const steps: StepDelay[] = [
  { delayMinutes: 0, delayBusinessDays: 0 },
  { delayMinutes: 0, delayBusinessDays: 2 },
  { delayMinutes: 4 * 24 * 60, delayBusinessDays: 0 },
];
const zones = ["America/New_York", "Europe/Zurich", "Asia/Tokyo", "Australia/Sydney", null];
const window: SendSchedule = {
  ...AT_ONCE,
  timezone: "Europe/Zurich",
  inLeadZone: true,
  weekdays: [1, 2, 3, 4, 5],
  from: "09:00",
  until: "17:00",
  holidays: ["2026-12-25", "2027-01-01"],
};
const SCHEDULES: Readonly<Record<string, SendSchedule>> = {
  "at once": AT_ONCE,
  "window, jitter": { ...window, jitterMinutes: 30 },
  "window, limits": { ...window, perHour: 2_000, perDay: 15_000 },
  "window, gap": { ...window, gapSeconds: 1 },
};
const START = Date.parse("2026-11-30T08:00:00Z");

const rows: Row[] = [];
const alone: number[] = [];
let mostHeap = 0;
for (const [name, schedule] of Object.entries(SCHEDULES)) {
  const { perSecond, heapMiB, placed } = planAlone(schedule);
  alone.push(perSecond);
  mostHeap = Math.max(mostHeap, heapMiB);
  rows.push(
    roundedRow(`planner alone: ${name}`, {
      leadsPerCpuSecond: perSecond,
      heapGrowthMiB: heapMiB,
      mailsPlaced: placed,
    }),
  );
}

const services = await startBenchServices();
const database = await Database.open(services.databaseUrl, {
  poolSize: 4,
  statementTimeoutMs: 300_000,
  applicationName: "bench",
});
const tenantId = newId();
await run("insert into tenant (id, name, slug) values ($1, 'Bench', 'bench')", [tenantId]);
const listId = newId();
await run("insert into lead_list (id, tenant_id, name) values ($1, $2, 'All')", [listId, tenantId]);
await run(
  `with people as (
     insert into lead (id, tenant_id, email, email_canonical, email_hash, source, timezone)
     select uuid_v7(), $1, a, a, sha256(convert_to(a, 'UTF8')), 'bench', ($3::text[])[1 + n % 5]
     from generate_series(1, $4::int) n, lateral (select 'lead-' || n || '@example.org' as a) x returning id)
   insert into lead_list_member (tenant_id, list_id, lead_id, added_at) select $1, $2, id, now() - interval '1 day' from people`,
  [tenantId, listId, zones, WRITTEN],
);
await run("analyze lead, lead_list_member", []);
const ways = {
  "one statement, no planner": writeAtOnce,
  "launch: at once": planned(),
  "launch: window, limits": planned(),
};
const seconds = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1)
  for (const [name, write] of Object.entries(ways)) {
    const campaignId = await launched(name.includes("limits") ? SCHEDULES["window, limits"]! : AT_ONCE);
    const since = performance.now();
    await write(campaignId);
    seconds.get(name)!.push((performance.now() - since) / 1000);
  }
const speed = (name: keyof typeof ways) => WRITTEN / median(seconds.get(name)!);
const limit = speed("one statement, no planner");
for (const name of Object.keys(ways) as (keyof typeof ways)[])
  rows.push(roundedRow(name, { leadsPerSecond: speed(name), toLimit: speed(name) / limit }));

publish({
  name: "planning",
  setting:
    `Planner alone: ${ALONE.toLocaleString("en")} leads in five zones over three steps (at once, two business days, four days), by CPU time of the process; ` +
    `growth of the heap after a collection where there is one. Launch: ${WRITTEN.toLocaleString("en")} leads enrolled with their first mail and its event, ` +
    `by the worker's command in batches of 2,000, median of ${ROUNDS} interleaved rounds; the limit is one statement that writes the same rows. PostgreSQL syncs to disk.`,
  rows,
  goals: [
    atLeast("leads a second of the planner alone, the slowest schedule", Math.min(...alone), GOAL_PER_SECOND),
    atMost("MiB by which the heap grew over all leads", mostHeap, 64),
    atLeast("a launch at once, of the limit", speed("launch: at once") / limit, 0.5),
    atLeast("a launch in a window with limits, of the limit", speed("launch: window, limits") / limit, 0.5),
  ],
});
await database.close();
await services.stop();

function planAlone(schedule: SendSchedule) {
  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed;
  const planner = new Planner(schedule, steps, START);
  const cpu = process.cpuUsage();
  let placed = 0;
  for (let n = 0; n < ALONE; n += 1) {
    const leadId = `0199a1b2-c3d4-7e5f-8a9b-${n.toString(16).padStart(12, "0")}`;
    for (const place of planner.planLead({ leadId, timezone: zones[n % zones.length]! }))
      if (typeof place === "number") placed += 1;
  }
  const { user, system } = process.cpuUsage(cpu);
  globalThis.gc?.();
  const heapMiB = Math.max(0, process.memoryUsage().heapUsed - heap) / 2 ** 20;
  return { perSecond: ALONE / ((user + system) / 1e6), heapMiB, placed };
}

async function run(text: string, values: unknown[]): Promise<void> {
  await database.pool.query(text, values);
}

/** As a launch leaves it, before the planner comes. */
async function launched(schedule: SendSchedule): Promise<Id> {
  const [campaignId, versionId] = [newId(), newId()];
  const stored = steps.map((step, at) => ({
    ...step,
    id: newId(),
    position: at + 1,
    subject: "s",
    html: "<p>h</p>",
    text: null,
    variants: [],
  }));
  const content = {
    fromName: "Ada",
    fromEmail: "ada@example.com",
    replyTo: null,
    postalAddress: null,
    schedule,
    steps: stored,
  };
  await run(
    `insert into campaign (id, tenant_id, name, from_name, from_email, audience, status, launched_at)
     values ($1, $2, 'Bench', 'Ada', 'ada@example.com', $3, 'PAUSED', now())`,
    [campaignId, tenantId, JSON.stringify({ listIds: [listId], segmentIds: [], leadIds: [] })],
  );
  await run(
    `insert into step (id, tenant_id, campaign_id, position, delay_minutes, subject, html)
     select id, $1, $2, position, 0, 's', '<p>h</p>' from jsonb_to_recordset($3::jsonb) s(id uuid, position int)`,
    [tenantId, campaignId, JSON.stringify(stored)],
  );
  await run(
    "insert into campaign_version (id, tenant_id, campaign_id, n, content) values ($1, $2, $3, 1, $4)",
    [versionId, tenantId, campaignId, JSON.stringify(content)],
  );
  await run("update campaign set launched_version_id = $2 where id = $1", [campaignId, versionId]);
  return campaignId;
}

function planned() {
  return async (campaignId: Id): Promise<void> => {
    const op = openOperation(
      database,
      { kind: "JOB", name: "campaigns.plan" },
      { requestId: newId() },
      tenantId,
    );
    for (let after: string | null = FIRST_BATCH; after !== null;)
      after = (await op.run(planAudience, { campaignId, after })).last;
  };
}

async function writeAtOnce(campaignId: Id): Promise<void> {
  await run(
    `with enrolled as (
       insert into enrollment (id, tenant_id, campaign_id, lead_id, state, planned_times)
       select uuid_v7(), $1, $2, lead_id, 'ACTIVE', array[now(), now() + interval '2 days', now() + interval '6 days']
       from lead_list_member where list_id = $3 returning id, lead_id),
     written as (
       insert into message (id, tenant_id, campaign_id, version_id, enrollment_id, step_id, step_position, lead_id, state, planned_at, due_at)
       select uuid_v7(), $1, $2, c.launched_version_id, e.id, s.id, 1, e.lead_id, 'QUEUED', now(), now()
       from enrolled e, campaign c join step s on s.campaign_id = c.id and s.position = 1 where c.id = $2 returning id)
     insert into message_event (tenant_id, campaign_id, message_id, type, source) select $1, $2, id, 'queued', 'planner' from written`,
    [tenantId, campaignId, listId],
  );
}
