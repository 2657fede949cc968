import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import { DEFAULT_CONCURRENCY } from "./queue-settings.queries.js";
import { QUEUE_NAMES, type QueueName } from "./queue-names.js";
import { LATE_SECONDS } from "./fleet.queries.js";

export interface QueueTick {
  readonly at: string;
  readonly succeeded: number;
  readonly failed: number;
}

/** A queue of this installation, with the jobs of all organisations. */
export interface QueueView {
  readonly name: QueueName;
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly discarded: number;
  /** In the last 24 hours. */
  readonly succeeded: number;
  readonly paused: boolean;
  readonly pausedAt: string | null;
  readonly pausedById: Id | null;
  readonly oldestWaitingSeconds: number | null;
  readonly concurrency: number;
  readonly lanes: number | null;
  readonly capacity: number;
  readonly busy: number;
  readonly throughput: readonly QueueTick[];
  readonly failureRate: number;
  readonly p95RunMs: number | null;
  readonly version: number;
}

interface Row extends Omit<QueueView, "throughput"> {
  /** Number of the ten seconds since 1970 → [succeeded, failed]. */
  readonly ticks: Readonly<Record<string, readonly [number, number]>> | null;
  readonly nowTick: number;
}

const TICK_SECONDS = 10;
const TICKS = 30;
const DEFAULTS = QUEUE_NAMES.map((name) => `when '${name}' then ${DEFAULT_CONCURRENCY[name]}`).join(" ");
const concurrencyOf = (setting: string): string =>
  `coalesce(${setting}.concurrency, case ${setting}.queue ${DEFAULTS} end)`;

/** Live workers, what each does in jobs, and how many of its places are mail lanes: those that are no job's. */
const FLEET = `live as (
    select w.id, w.queues, w.busy_lanes, w.lanes - (select coalesce(sum(${concurrencyOf("s")}), 0) from queue_setting s where s.queue = any(w.queues)) as mail_lanes,
      (select count(*) from job where worker_id = w.id and state = 'ACTIVE') as jobs
    from worker_heartbeat w where w.stopped_at is null and w.at > now() - interval '${LATE_SECONDS} seconds'
  )`;
const mails = (queue: string, places: string): string =>
  `case when ${queue} = 'emails' then ${places} else 0 end`;

const QUEUES = statement<Row>(
  "queue_views",
  `with ${FLEET}
   select q.queue as name, waits.waiting, waits.delayed, waits.oldest as "oldestWaitingSeconds", active.active,
     (select count(*) from job where queue = q.queue and state = 'FAILED') as failed,
     (select count(*) from job where queue = q.queue and state = 'CANCELLED') as cancelled,
     (select count(*) from job where queue = q.queue and state = 'DISCARDED') as discarded,
     (select count(*) from job where queue = q.queue and finished_at > now() - interval '24 hours' and state = 'SUCCEEDED') as succeeded,
     coalesce(ended.failed_hour::float8 / nullif(ended.runs_hour, 0), 0) as "failureRate", ended.p95 as "p95RunMs",
     q.paused_at is not null as paused, q.paused_at as "pausedAt", q.paused_by as "pausedById", q.version,
     ${concurrencyOf("q")} as concurrency, case when q.queue = 'emails' then coalesce(q.lanes, fleet.lanes_each) end as lanes,
     coalesce(fleet.workers, 0) * ${concurrencyOf("q")} + ${mails("q.queue", "coalesce(fleet.mail_lanes, 0)")} as capacity,
     active.held + ${mails("q.queue", "coalesce(fleet.mails, 0)")} as busy,
     (select jsonb_object_agg(tick, counts) from (
       select floor(extract(epoch from finished_at) / ${TICK_SECONDS})::bigint as tick,
         array[count(*) filter (where state = 'SUCCEEDED'), count(*) filter (where state = 'FAILED')] as counts
       from job where queue = q.queue and finished_at > now() - interval '${TICK_SECONDS * TICKS} seconds' group by 1) t) as ticks,
     floor(extract(epoch from now()) / ${TICK_SECONDS})::bigint as "nowTick"
   from queue_setting q
   cross join lateral (
     select count(*) filter (where due_at <= now()) as waiting, count(*) filter (where due_at > now()) as delayed,
       (extract(epoch from now() - min(due_at) filter (where due_at <= now())))::float8 as oldest
     from job where queue = q.queue and state = 'WAITING') waits
   cross join lateral (
     select count(*) as active, count(*) filter (where worker_id in (select id from live)) as held
     from job where queue = q.queue and state = 'ACTIVE') active
   cross join lateral (
     select count(*) filter (where state in ('SUCCEEDED', 'FAILED')) as runs_hour, count(*) filter (where state = 'FAILED') as failed_hour,
       (percentile_cont(0.95) within group (order by extract(epoch from finished_at - started_at) * 1000)
         filter (where state in ('SUCCEEDED', 'FAILED') and finished_at > now() - interval '5 minutes'))::float8 as p95
     from job where queue = q.queue and finished_at > now() - interval '1 hour') ended
   cross join lateral (
     select count(*) as workers, sum(greatest(mail_lanes, 0)) as mail_lanes, max(greatest(mail_lanes, 0)) as lanes_each,
       sum(greatest(least(busy_lanes - jobs, mail_lanes), 0)) as mails
     from live where q.queue = any(live.queues)) fleet
   where $1::text is null or q.queue = $1
   order by array_position(array['${QUEUE_NAMES.join("', '")}'], q.queue)`,
);

/** All three, or one, in one statement. */
export async function readQueues(reader: Reader, name: QueueName | null = null): Promise<QueueView[]> {
  const rows = await reader.query(QUEUES, [name]);
  return rows.map(({ ticks, nowTick, ...row }) => ({
    ...row,
    // Sums of the database come as text.
    capacity: Number(row.capacity),
    busy: Number(row.busy),
    lanes: row.lanes === null ? null : Number(row.lanes),
    throughput: Array.from({ length: TICKS }, (_, index) => {
      const tick = nowTick - TICKS + 1 + index;
      const [succeeded, failed] = ticks?.[tick] ?? [0, 0];
      return { at: new Date(tick * TICK_SECONDS * 1000).toISOString(), succeeded, failed };
    }),
  }));
}
