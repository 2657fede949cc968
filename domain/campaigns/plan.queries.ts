import type { Id } from "../ids.js";
import { statement, type Reader, type UnitOfWork } from "../operation.js";
import {
  AT_ONCE,
  type Place,
  type PlannedHour,
  type SendSchedule,
  type StepDelay,
} from "../planning/index.js";
import type { Audience, Replan } from "./campaign.entity.js";

export interface PlannedStep extends StepDelay {
  readonly id: Id;
  readonly position: number;
}

/** What a launch has frozen, as far as the planner needs it. */
export interface Plan {
  readonly campaignId: Id;
  readonly teamId: Id | null;
  readonly isCancelled: boolean;
  readonly versionId: Id;
  readonly audience: Audience;
  readonly launchedAt: string;
  /** ISO instant: the clock that the planner was given when it began. */
  readonly startAt: string;
  readonly schedule: SendSchedule;
  readonly steps: readonly PlannedStep[];
  /** Among whom its leads are dealt out. */
  readonly senderIds: readonly Id[];
  /** After an edit: what was planned before is still to be planned anew. */
  readonly replan: Replan | null;
  /** The audience is written down. */
  readonly isPlanned: boolean;
  /** By its stop rules a reply ends the sequences of the whole company. */
  readonly stopsCompanies: boolean;
}

type PlanRow = Omit<Plan, "schedule"> & { readonly schedule: SendSchedule | null };

/** SQL: steps of a version, without their texts. */
export const STEPS_OF_VERSION = (version: string): string => `(
  select jsonb_agg(jsonb_build_object('id', s->>'id', 'position', (s->>'position')::int, 'delayMinutes', (s->>'delayMinutes')::int,
    'delayBusinessDays', coalesce((s->>'delayBusinessDays')::int, 0)) order by (s->>'position')::int)
  from jsonb_array_elements(${version}.content->'steps') s)`;

const START_PLAN = statement<object>(
  "start_plan",
  `update campaign set planned_from = now() where id = $1 and tenant_id = $2 and launched_version_id is not null and planned_from is null`,
);
const LOCK_PLAN = statement<PlanRow>(
  "lock_plan",
  `select c.id as "campaignId", c.team_id as "teamId", c.status = 'CANCELLED' as "isCancelled", v.id as "versionId", c.audience,
     c.launched_at as "launchedAt", c.planned_from as "startAt", nullif(v.content->'schedule', 'null') as schedule,
     coalesce((select jsonb_agg(s->'id') from jsonb_array_elements(v.content->'senders') s), '[]') as "senderIds", ${STEPS_OF_VERSION("v")} as steps,
     c.replan, c.planned_at is not null as "isPlanned", coalesce((c.stop_rules->>'onCompanyReply')::boolean, false) as "stopsCompanies"
   from campaign c join campaign_version v on v.id = c.launched_version_id
   where c.id = $1 and c.tenant_id = $2 for no key update of c`,
);

/** Null: it was not launched. Until the commit nobody else plans it, or changes its state. */
export async function lockPlan(op: UnitOfWork, campaignId: Id): Promise<Plan | null> {
  await op.query(START_PLAN, [campaignId, op.tenantId]);
  const [plan] = await op.query(LOCK_PLAN, [campaignId, op.tenantId]);
  return plan ? { ...plan, schedule: plan.schedule ?? AT_ONCE } : null;
}

const hasLimits = ({ perHour, perDay, gapSeconds }: SendSchedule): boolean =>
  perHour !== null || perDay !== null || gapSeconds > 0;

const HOURS = statement<PlannedHour>(
  "planned_hours",
  `select extract(epoch from hour)::float8 * 1000 as hour, planned as count, extract(epoch from first_at)::float8 * 1000 as first,
     extract(epoch from last_at)::float8 * 1000 as last
   from campaign_hour where campaign_id = $1`,
);

/** What is planned of a campaign with limits: at most as many rows as a year has hours. */
export async function plannedHours(
  reader: Reader,
  campaignId: Id,
  schedule: SendSchedule,
): Promise<PlannedHour[]> {
  return hasLimits(schedule) ? reader.query(HOURS, [campaignId]) : [];
}

const ADD_HOURS = statement<object>(
  "add_planned_hours",
  `insert into campaign_hour as h (tenant_id, campaign_id, hour, planned, first_at, last_at)
   select $1, $2, date_trunc('hour', place, 'UTC'), count(*), min(place), max(place) from unnest($3::timestamptz[]) place group by 3
   on conflict (campaign_id, hour) do update set planned = h.planned + excluded.planned,
     first_at = least(h.first_at, excluded.first_at), last_at = greatest(h.last_at, excluded.last_at)`,
);

export async function addPlannedHours(
  op: UnitOfWork,
  plan: Pick<Plan, "campaignId" | "schedule">,
  places: readonly Place[],
): Promise<void> {
  if (!hasLimits(plan.schedule)) return;
  const times = places
    .filter((place) => typeof place === "number")
    .map((place) => new Date(place).toISOString());
  await op.query(ADD_HOURS, [op.tenantId, plan.campaignId, times]);
}

const START_PACE = statement<object>(
  "start_pace",
  `insert into campaign_pace (campaign_id, tenant_id, per_hour, per_day, gap_seconds, timezone) values ($1, $2, $3, $4, $5, $6)
   on conflict (campaign_id) do nothing`,
);

const SET_PACE = statement<object>(
  "set_campaign_pace",
  `insert into campaign_pace (campaign_id, tenant_id, per_hour, per_day, gap_seconds, timezone) values ($1, $2, $3, $4, $5, $6)
   on conflict (campaign_id) do update set per_hour = excluded.per_hour, per_day = excluded.per_day, gap_seconds = excluded.gap_seconds,
     timezone = excluded.timezone, free_at = '-infinity'`,
);
const END_PACE = statement<object>("end_pace", "delete from campaign_pace where campaign_id = $1");

/** The lanes keep other limits from here on, or none; what was used of the hour and the day counts on. */
export async function changePace(op: UnitOfWork, { campaignId, schedule }: Plan): Promise<void> {
  const { perHour, perDay, gapSeconds, timezone } = schedule;
  if (hasLimits(schedule))
    await op.query(SET_PACE, [campaignId, op.tenantId, perHour, perDay, gapSeconds, timezone]);
  else await op.query(END_PACE, [campaignId]);
}

/** The lanes keep the limits from here on. */
export async function startPace(op: UnitOfWork, { campaignId, schedule }: Plan): Promise<void> {
  if (!hasLimits(schedule)) return;
  const { perHour, perDay, gapSeconds, timezone } = schedule;
  await op.query(START_PACE, [campaignId, op.tenantId, perHour, perDay, gapSeconds, timezone]);
}

/** A place as the database has it, also in enrollment.planned_times: what has none is at one of the two infinities. */
export function instantOf(place: Place): string {
  if (typeof place === "number") return new Date(place).toISOString();
  return place === "WINDOW_CLOSED_BEFORE_END" ? "-infinity" : "infinity";
}
