import { statement, type Reader } from "../operation.js";
import type { HealthSample } from "./health-sample.js";

/** A sample every so often is kept for a day, and for a month the sum of those of five minutes. */
export const SAMPLE_SECONDS = 5;
export const HISTORY_SECONDS = 300;
/** An hour longer than they are shown, so that a chart of a whole day begins with a sample. */
const SAMPLES_KEPT = "25 hours";
const HISTORY_KEPT = "31 days";
const ALERTS_KEPT = "1 year";

const RECORD = statement<object>(
  "health_record_sample",
  `insert into health_sample
     (host, at, status, cpu_percent, memory_percent, disk_percent, event_loop_p99_ms, services, signals)
   values ($1, date_bin('${SAMPLE_SECONDS} seconds', clock_timestamp() - make_interval(secs => $9), 'epoch'), $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb)
   on conflict (host, at) do nothing`,
);

/**
 * One row a machine and five seconds of the database's clock: whoever comes second adds nothing.
 * @param ageSeconds how long ago it was taken
 */
export async function recordSample(reader: Reader, sample: HealthSample, ageSeconds = 0): Promise<void> {
  const { host, status, cpu, memory, disk, eventLoop, services, signals } = sample;
  await reader.query(RECORD, [
    host,
    status,
    cpu.percent,
    memory.percent,
    disk.percent,
    eventLoop.p99Ms,
    JSON.stringify(Object.fromEntries(services.map((each) => [each.name, [each.status, each.latencyMs]]))),
    JSON.stringify(Object.fromEntries(signals.map(({ name, value }) => [name, value]))),
    ageSeconds,
  ]);
}

/** SQL: the worst of the statuses of a group. */
export const worstOf = (status: string): string =>
  `case max(case ${status} when 'UNHEALTHY' then 2 when 'DEGRADED' then 1 else 0 end) when 2 then 'UNHEALTHY' when 1 then 'DEGRADED' else 'HEALTHY' end`;

const ROLL_UP = statement<{ rows: number }>(
  "health_roll_up",
  `with closed as materialized (
     select s.*, date_bin('${HISTORY_SECONDS} seconds', at, 'epoch') as period from health_sample s
     where at >= date_bin('${HISTORY_SECONDS} seconds', now() - interval '24 hours', 'epoch')
       and at < date_bin('${HISTORY_SECONDS} seconds', now(), 'epoch')),
   service as (
     select c.host, c.period, e.key as name, ${worstOf("e.value ->> 0")} as status,
       ${SAMPLE_SECONDS} * count(*) filter (where e.value ->> 0 <> 'HEALTHY') as bad,
       ${SAMPLE_SECONDS} * count(*) filter (where e.value ->> 0 = 'UNHEALTHY') as down,
       ${SAMPLE_SECONDS} * count(*) as seen,
       avg((e.value ->> 1)::float8) as latency, max((e.value ->> 1)::float8) as latency_max
     from closed c, jsonb_each(c.services) e group by c.host, c.period, e.key),
   services as (
     select host, period, jsonb_object_agg(name, jsonb_build_object('status', status, 'badSeconds', bad,
       'downSeconds', down, 'seconds', seen, 'latencyMs', latency, 'latencyMsMax', latency_max)) as services
     from service group by host, period),
   figures as (
     select host, period, count(*) as samples, ${worstOf("status")} as status,
       avg(cpu_percent) as cpu, max(cpu_percent) as cpu_max, avg(memory_percent) as memory, max(memory_percent) as memory_max,
       avg(disk_percent) as disk, max(disk_percent) as disk_max,
       avg(event_loop_p99_ms) as event_loop, max(event_loop_p99_ms) as event_loop_max
     from closed group by host, period),
   written as (
     insert into health_history (host, at, samples, status, cpu_percent, cpu_percent_max, memory_percent, memory_percent_max,
       disk_percent, disk_percent_max, event_loop_p99_ms, event_loop_p99_ms_max, services)
     select host, period, samples, status, cpu, cpu_max, memory, memory_max, disk, disk_max, event_loop, event_loop_max,
       coalesce(services, '{}') from figures left join services using (host, period)
     on conflict (host, at) do update set samples = excluded.samples, status = excluded.status,
       cpu_percent = excluded.cpu_percent, cpu_percent_max = excluded.cpu_percent_max,
       memory_percent = excluded.memory_percent, memory_percent_max = excluded.memory_percent_max,
       disk_percent = excluded.disk_percent, disk_percent_max = excluded.disk_percent_max,
       event_loop_p99_ms = excluded.event_loop_p99_ms, event_loop_p99_ms_max = excluded.event_loop_p99_ms_max,
       services = excluded.services
     where health_history.samples <> excluded.samples
     returning 1)
   select count(*) as rows from written`,
);

/**
 * Sums up every five minutes of the last day that are over. Running it again changes nothing but periods that have got
 * samples since.
 * @returns how many periods were written
 */
export async function rollUpHealth(reader: Reader): Promise<number> {
  return (await reader.query(ROLL_UP))[0]!.rows;
}

/** What is kept for a time only: the table, its time, how long. */
const FORGOTTEN = [
  ["health_sample", "at", SAMPLES_KEPT],
  ["health_history", "at", HISTORY_KEPT],
  ["alert_event", "recovered_at", ALERTS_KEPT],
] as const;
const FORGET = FORGOTTEN.map(([table, time, kept]) =>
  statement<{ rows: number }>(
    `health_forget_${table}`,
    `with old as (
       delete from ${table} where ctid = any(array(
         select ctid from ${table} where ${time} < now() - interval '${kept}' limit $1)) returning 1)
     select count(*) as rows from old`,
  ),
);

/**
 * Deletes what is older than it is kept: samples a day, five-minute rows a month, alerts that are over a year. At most
 * `most` rows of each.
 * @returns how many were deleted; fewer than `most` means that nothing is left
 */
export async function forgetHealth(reader: Reader, most: number): Promise<number> {
  let deleted = 0;
  for (const wanted of FORGET) deleted += (await reader.query(wanted, [most]))[0]!.rows;
  return deleted;
}
