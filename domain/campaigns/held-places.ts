import { statement, type Reader, type UnitOfWork } from "../operation.js";
import type { SharedCapacities } from "../planning/index.js";
import { MOVED_FOR } from "./overdue.queries.js";
import { addPlannedHours, type Plan } from "./plan.queries.js";
import type { Sequence } from "./sequences.queries.js";
import { addSharedHours } from "./shared-plan.queries.js";

/** What of a sequence is not begun, as it was planned last. Times are ms of the epoch. */
export interface HeldPlaces {
  /** By step, from the first that is not begun on; null: it has none. Empty where no times are on record. */
  readonly times: readonly (number | null)[];
  /** Those that count against limits. */
  readonly counted: readonly number[];
}

interface Row {
  readonly times: readonly (number | null)[];
  readonly movedFor: string | null;
  readonly movedAt: number | null;
}
// Its newest placing: by an edit or a rest all of its times, after a pause of the campaign the mail of that moment alone.
const HELD = statement<Row>(
  "held_places",
  `select coalesce((select jsonb_agg(case when isfinite(p.at) then extract(epoch from p.at)::float8 * 1000 end order by p.n)
     from unnest(e.planned_times) with ordinality p(at, n)), '[]') as times, x.evidence as "movedFor", x.step_position as "movedAt"
   from enrollment e left join lateral (
     select v.evidence, m.step_position from message m join message_event v on v.message_id = m.id
     where m.enrollment_id = e.id and v.source = 'planner' and v.type in ('planned', 'queued') and v.evidence is not null
     order by v.seq desc limit 1) x on true
   where e.id = $1`,
);

/** The places that a sequence keeps free for itself. */
export async function heldPlaces(reader: Reader, sequence: Sequence): Promise<HeldPlaces> {
  const { enrollmentId, position, isBegun, dueAt } = sequence;
  const [row] = await reader.query(HELD, [enrollmentId]);
  const planned = row!.times.slice(isBegun ? position : position - 1);
  const held = isBegun ? planned : [dueAt, ...planned.slice(1)];
  return { times: held, counted: countedOf(sequence, planned, row!).filter((time) => time !== null) };
}

/** What was chosen after a pause of the campaign has moved one mail, and for SHIFT made the campaign forget all that it had planned. */
function countedOf(
  { position, isBegun, dueAt }: Sequence,
  planned: readonly (number | null)[],
  { movedFor, movedAt }: Row,
): readonly (number | null)[] {
  const isItself = !isBegun && movedAt === position;
  if (movedFor === MOVED_FOR.SHIFT) return isItself ? [dueAt] : [];
  if (movedFor === MOVED_FOR.CATCH_UP && isItself) return [dueAt, ...planned.slice(1)];
  return planned;
}

// Places of one limit keep the gap from each other, so that next to an outermost one that goes there is none for so long.
const LESS = (gap: string): string => `planned = h.planned - g.count,
  first_at = case when h.first_at = g.first then h.first_at + ${gap} else h.first_at end,
  last_at = case when h.last_at = g.last then h.last_at - ${gap} else h.last_at end`;
const GONE = `gone as materialized (
    select date_trunc('hour', place, 'UTC') as hour, count(*)::int as count, min(place) as first, max(place) as last
    from unnest($2::timestamptz[]) place group by 1)`;
const FREE_HOURS = statement<object>(
  "free_planned_hours",
  `with ${GONE}, emptied as (
     delete from campaign_hour h using gone g where h.campaign_id = $1 and h.hour = g.hour and h.planned <= g.count)
   update campaign_hour h set ${LESS("make_interval(secs => $3)")} from gone g
   where h.campaign_id = $1 and h.hour = g.hour and h.planned > g.count`,
);
const FREE_SHARED = statement<object>(
  "free_shared_hours",
  `with ${GONE}, keys (kind, key, gap) as materialized (
     select k.kind, k.key, make_interval(secs => coalesce(s.gap_seconds, 0))
     from (values ('TENANT', ''), ('SENDER', $3::text), ('DOMAIN', $4::text)) k(kind, key)
       left join sender s on k.kind = 'SENDER' and s.id = $3::uuid
   ), emptied as (
     delete from planned_hour h using gone g, keys k
     where h.campaign_id = $1 and h.kind = k.kind and h.key = k.key and h.hour = g.hour and h.planned <= g.count)
   update planned_hour h set ${LESS("k.gap")} from gone g, keys k
   where h.campaign_id = $1 and h.kind = k.kind and h.key = k.key and h.hour = g.hour and h.planned > g.count`,
);

const instants = (times: readonly number[]) => times.map((time) => new Date(time).toISOString());

/** Gives them back: they count no more, so that the sequence, or another, can be placed there. */
export async function freePlaces(
  op: UnitOfWork,
  { campaignId, schedule }: Plan,
  { senderId, domain }: Sequence,
  { counted }: HeldPlaces,
): Promise<void> {
  if (counted.length === 0) return;
  const times = instants(counted);
  await op.query(FREE_HOURS, [campaignId, times, schedule.gapSeconds]);
  await op.query(FREE_SHARED, [campaignId, times, senderId, domain ?? null]);
}

/** Takes back what was given back, in the same transaction. */
export async function keepPlaces(
  op: UnitOfWork,
  plan: Plan,
  sequence: Sequence,
  shared: SharedCapacities,
  { counted }: HeldPlaces,
): Promise<void> {
  await addPlannedHours(op, plan, counted);
  await addSharedHours(op, plan.campaignId, shared, [{ ...sequence, places: counted }]);
}
