import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import { noticesOf, toldOf } from "./dead-letters.js";
import { withRun } from "./history.js";
import type { QueueName } from "./queue-names.js";

export interface SweptJob {
  readonly id: Id;
  readonly tenantId: Id | null;
  readonly type: string;
  readonly queue: QueueName;
  readonly state: "WAITING" | "FAILED";
  readonly crashes: number;
  /** Who was told that it is dead. */
  readonly told: readonly Id[];
}

/** A job that ends its worker is run this often, from the second time on alone (worker/suspects.ts), and then kept aside. */
export const MOST_CRASHES = 3;

const IS_LAST = `crashes + 1 >= ${MOST_CRASHES}`;
const WHAT_HAPPENED = `case when ${IS_LAST}
  then 'Quarantined: its worker ended or fell silent ${MOST_CRASHES} times while it ran. See the log of the worker, then retry or discard it.'
  else 'Its worker ended or fell silent while it ran; it is tried again.' end`;

/** A statement that takes longer to arrive has met an outage. */
const LATE_SECONDS = 2;

const SWEEP_LEASES = statement<SweptJob>(
  "sweep_job_leases",
  `with expired as (
     select id from job where state = 'ACTIVE' and lease_until < now()
       and ($1::timestamptz is null or now() < $1::timestamptz + make_interval(secs => ${LATE_SECONDS}))
     order by lease_until limit 100 for update skip locked),
   swept as (update job set crashes = crashes + 1, lease_owner = null, lease_until = null, rung_at = null,
     state = case when ${IS_LAST} then 'FAILED' else 'WAITING' end,
     finished_at = case when ${IS_LAST} then now() end,
     error = ${WHAT_HAPPENED}, history = ${withRun("'CRASHED'::text", WHAT_HAPPENED)}
   from expired where job.id = expired.id
   returning job.id, job.tenant_id, job.type, job.queue, job.state, job.crashes, job.error),
   told as (${noticesOf("select id, tenant_id, type, error from swept where state = 'FAILED'")})
   select id, tenant_id as "tenantId", type, queue, state, crashes, ${toldOf("swept.id")} as told from swept`,
);

/**
 * Takes back jobs whose worker has given no sign of life for the whole lease.
 * @param at the database's time; a sweep that reaches it much later, because it was frozen meanwhile, does nothing
 */
export function sweepLeases(reader: Reader, at: Date | null = null): Promise<SweptJob[]> {
  return reader.query(SWEEP_LEASES, [at]);
}

/** What the workers know together. */
export interface Watched {
  /** The database's time. */
  readonly at: Date;
  /** The database was away, and the living have not had time to give a sign of life. */
  readonly isCalm: boolean;
}

const WATCH = statement<{ at: string; isCalm: boolean }>(
  "watch_leases",
  `update lease_watch set seen_at = clock_timestamp(), calm_until = case
     when seen_at + make_interval(secs => $1) < clock_timestamp() then clock_timestamp() + make_interval(secs => $2)
     else calm_until end
   returning seen_at as at, coalesce(calm_until > seen_at, false) as "isCalm"`,
);

/**
 * Notes that the database is there. The first of all workers to note it after a silence of `silenceMs` begins a calm of
 * `calmMs`; it is known to those, too, that start during it.
 */
export async function watchLeases(reader: Reader, silenceMs: number, calmMs: number): Promise<Watched> {
  const [watched] = await reader.query(WATCH, [silenceMs / 1_000, calmMs / 1_000]);
  return { at: new Date(watched!.at), isCalm: watched!.isCalm };
}
