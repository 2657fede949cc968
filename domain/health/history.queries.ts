import { statement, type Reader } from "../operation.js";
import type { HealthStatus } from "./health-status.js";
import type { HealthSeries, ServiceHistory, ServiceTick } from "./history.js";
import { HISTORY_SECONDS, SAMPLE_SECONDS, worstOf } from "./samples.queries.js";

/** What of the history is wanted, in how many steps of equal length. */
export interface HistoryRange {
  readonly host: string;
  readonly from: Date;
  readonly to: Date;
  readonly stepSeconds: number;
  readonly steps: number;
  /** From the rows of five minutes, and from samples only what is not summed up yet. */
  readonly isCoarse: boolean;
}

export const TICKS = 40;

const IN_RANGE = "host = $1 and at >= $2::timestamptz and at < $3::timestamptz";
const NOT_SUMMED_UP = `at >= coalesce(
  (select max(h.at) + interval '${HISTORY_SECONDS} seconds' from health_history h where h.host = $1), '-infinity')`;

/** SQL: rows of both tables in one shape; `samples` is how many samples a row stands for. */
function figures(isCoarse: boolean): string {
  const fine = `select at, 1 as samples, cpu_percent as cpu, cpu_percent as cpu_max, memory_percent as memory,
      memory_percent as memory_max, disk_percent as disk, event_loop_p99_ms as event_loop, event_loop_p99_ms as event_loop_max
    from health_sample where ${IN_RANGE}`;
  if (!isCoarse) return fine;
  return `select at, samples, cpu_percent, cpu_percent_max, memory_percent, memory_percent_max, disk_percent,
      event_loop_p99_ms, event_loop_p99_ms_max from health_history where ${IN_RANGE}
    union all ${fine} and ${NOT_SUMMED_UP}`;
}

type Columns = Omit<HealthSeries, "at">;

const SERIES = [false, true].map((isCoarse) => {
  const mean = (column: string) => `round((sum(${column} * samples) / sum(samples))::numeric, 1)::float8`;
  const most = (column: string) => `round(max(${column})::numeric, 1)::float8`;
  const column = (name: string) => `array_agg(${name} order by step)`;
  return statement<Columns>(
    `health_series_${isCoarse ? "coarse" : "fine"}`,
    `with figure (at, samples, cpu, cpu_max, memory, memory_max, disk, event_loop, event_loop_max) as (${figures(isCoarse)}),
     binned as (
       select floor(extract(epoch from at - $2::timestamptz) / $4::float8)::int as step,
         ${mean("cpu")} as cpu, ${most("cpu_max")} as cpu_max, ${mean("memory")} as memory, ${most("memory_max")} as memory_max,
         ${mean("disk")} as disk, ${mean("event_loop")} as event_loop, ${most("event_loop_max")} as event_loop_max
       from figure group by 1)
     select ${column("cpu")} as "cpuPercent", ${column("cpu_max")} as "cpuPercentMax", ${column("memory")} as "memoryPercent",
       ${column("memory_max")} as "memoryPercentMax", ${column("disk")} as "diskPercent",
       ${column("event_loop")} as "eventLoopP99Ms", ${column("event_loop_max")} as "eventLoopP99MsMax"
     from generate_series(0, $5::int - 1) as step left join binned using (step)`,
  );
});

/** One entry a step; steps without a row are null. */
export async function readSeries(reader: Reader, range: HistoryRange): Promise<HealthSeries> {
  const { host, from, to, stepSeconds, steps, isCoarse } = range;
  const values = [host, from.toISOString(), to.toISOString(), stepSeconds, steps];
  const [columns] = await reader.query(SERIES[Number(isCoarse)]!, values);
  const at = Array.from({ length: steps }, (_, step) =>
    new Date(from.getTime() + step * stepSeconds * 1000).toISOString(),
  );
  return { at, ...columns! };
}

/** SQL: what was seen of each service, from both tables in one shape. */
function sightings(isCoarse: boolean): string {
  const seconds = (condition: string) => `case when ${condition} then ${SAMPLE_SECONDS} else 0 end`;
  const fine = `select at, e.key as name, e.value ->> 0 as status, ${seconds("e.value ->> 0 <> 'HEALTHY'")} as bad,
      ${seconds("e.value ->> 0 = 'UNHEALTHY'")} as down, ${SAMPLE_SECONDS} as seconds, (e.value ->> 1)::float8 as latency
    from health_sample, jsonb_each(services) e where ${IN_RANGE}`;
  if (!isCoarse) return fine;
  return `select at, e.key as name, e.value ->> 'status' as status, (e.value ->> 'badSeconds')::int, (e.value ->> 'downSeconds')::int,
      (e.value ->> 'seconds')::int, (e.value ->> 'latencyMs')::float8
    from health_history, jsonb_each(services) e where ${IN_RANGE}
    union all ${fine} and ${NOT_SUMMED_UP}`;
}

interface ServiceRow extends Omit<ServiceHistory, "ticks"> {
  readonly ticks: readonly [tick: number, HealthStatus, latencyMs: number | null, badSeconds: number][];
}

const SERVICES = [false, true].map((isCoarse) =>
  statement<ServiceRow>(
    `health_services_${isCoarse ? "coarse" : "fine"}`,
    `with sighting (at, name, status, bad, down, seconds, latency) as materialized (${sightings(isCoarse)}),
     ticked as (
       select name, least(${TICKS} - 1, floor(extract(epoch from at - $2::timestamptz) / $4::float8))::int as tick,
         ${worstOf("status")} as status, round(avg(latency)::numeric, 1)::float8 as latency, sum(bad) as bad
       from sighting group by 1, 2)
     select name, round((percentile_cont(0.5) within group (order by latency))::numeric, 1)::float8 as "latencyP50Ms",
       round((percentile_cont(0.95) within group (order by latency))::numeric, 1)::float8 as "latencyP95Ms",
       1 - sum(down)::float8 / sum(seconds) as availability,
       (select jsonb_agg(jsonb_build_array(tick, status, latency, bad) order by tick) from ticked where ticked.name = sighting.name) as ticks
     from sighting group by name`,
  ),
);

const ORDER = ["postgres", "redis", "mail", "workers"];

/** Every service that was recorded, each with forty ticks. */
export async function readServices(reader: Reader, range: HistoryRange): Promise<ServiceHistory[]> {
  const { host, from, to } = range;
  const tickMs = (to.getTime() - from.getTime()) / TICKS;
  // A tick that long is told as well by rows of five minutes, at a tenth of the cost.
  const isCoarse = range.isCoarse || tickMs >= HISTORY_SECONDS * 1000;
  const values = [host, from.toISOString(), to.toISOString(), tickMs / 1000];
  const rows = await reader.query(SERVICES[Number(isCoarse)]!, values);
  const histories = rows.map(({ ticks, ...service }) => {
    const seen = new Map(ticks.map(([tick, ...facts]) => [tick, facts]));
    return {
      ...service,
      ticks: Array.from({ length: TICKS }, (_, tick): ServiceTick => {
        const [status, latencyMs, badSeconds] = seen.get(tick) ?? [null, null, 0];
        return { at: new Date(from.getTime() + tick * tickMs).toISOString(), status, latencyMs, badSeconds };
      }),
    };
  });
  return histories.toSorted((one, other) => ORDER.indexOf(one.name) - ORDER.indexOf(other.name));
}

// A leap from name to name in the keys, not a walk over all samples.
const leaps = (table: string) => `(with recursive leap as (
    (select host from ${table} order by host limit 1)
    union all
    select (select t.host from ${table} t where t.host > leap.host order by t.host limit 1) from leap where leap.host is not null)
  select host from leap where host is not null limit 100)`;
const HOSTS = statement<{ host: string }>(
  "health_hosts",
  `select host from (${leaps("health_sample")} union ${leaps("health_history")}) as known order by host limit 100`,
);

/** The machines that have a history; at most 100. */
export async function readHosts(reader: Reader): Promise<string[]> {
  return (await reader.query(HOSTS)).map(({ host }) => host);
}
