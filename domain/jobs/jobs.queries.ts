import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import { QUEUE_NAMES, type QueueName } from "./queue-names.js";

/**
 * A job's way through the database. All times are the database's: a worker whose clock is an hour ahead starts nothing
 * early. Whatever a worker writes about a job it runs is fenced by the owner of its lease: one that was frozen past
 * its lease, and whose job somebody else has by now, matches no row.
 */

/** A job to be announced. */
export interface DueJob {
  readonly id: Id;
  readonly queue: QueueName;
}

/** A job that is ours until the lease ends. */
export interface ClaimedJob {
  readonly id: Id;
  readonly tenantId: Id | null;
  readonly type: string;
  readonly queue: QueueName;
  readonly payload: unknown;
  /** Runs begun, this one included. */
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly requestId: string | null;
  /** The person who started it; null for the product's own work. */
  readonly initiatedBy: Id | null;
  /** Of this run alone: a later run of the same job in the same process has another. */
  readonly leaseOwner: Id;
  readonly leaseSeconds: number;
}

const RING_AGAIN_SECONDS = 5;

// Only the oldest few of a queue are announced: more rings than idle slots help nobody, and a backlog of a million
// must not become a million rings every five seconds.
const TAKE_JOBS_TO_RING = statement<DueJob>(
  "take_jobs_to_ring",
  `with due as (
     select job.id
     from unnest($1::text[]) as wanted (queue)
     cross join lateral (
       select id from job where job.queue = wanted.queue and state = 'WAITING' and due_at <= now()
       order by due_at, id limit $2) as oldest
     join job on job.id = oldest.id
     where job.state = 'WAITING' and (job.rung_at is null or job.rung_at < now() - make_interval(secs => ${RING_AGAIN_SECONDS}))
     for update of job skip locked)
   update job set rung_at = now() from due where job.id = due.id
   returning job.id, job.queue`,
);

/** Takes down that the jobs are being announced: each at most every five seconds, at most `limit` a queue. */
export function takeJobsToRing(
  reader: Reader,
  queues: readonly QueueName[],
  limit: number,
): Promise<DueJob[]> {
  return reader.query(TAKE_JOBS_TO_RING, [queues, limit]);
}

const CLAIM_JOB = statement<ClaimedJob>(
  "claim_job",
  `with oldest as (
     select id from job where queue = $1 and state = 'WAITING' and due_at <= now()
     order by due_at, id limit 1 for update skip locked)
   update job set state = 'ACTIVE', attempts = attempts + 1, lease_owner = $2, started_at = now(),
     lease_until = now() + make_interval(secs => coalesce(($3::jsonb ->> job.type)::float8, $4))
   from oldest where job.id = oldest.id
   returning job.id, tenant_id as "tenantId", type, queue, payload, attempts, max_attempts as "maxAttempts",
     request_id as "requestId", initiated_by as "initiatedBy", lease_owner as "leaseOwner",
     coalesce(($3::jsonb ->> job.type)::float8, $4) as "leaseSeconds"`,
);
/** For a type that this version of the worker does not know. */
const UNKNOWN_TYPE_LEASE_SECONDS = 30;

/** Takes the oldest due job of the queue; null when there is none. The attempt is counted before the work. */
export async function claimJob(
  reader: Reader,
  queue: QueueName,
  leaseOwner: Id,
  leaseSecondsByType: Readonly<Record<string, number>>,
): Promise<ClaimedJob | null> {
  const values = [queue, leaseOwner, JSON.stringify(leaseSecondsByType), UNKNOWN_TYPE_LEASE_SECONDS];
  return (await reader.query(CLAIM_JOB, values))[0] ?? null;
}

type Lease = Pick<ClaimedJob, "id" | "leaseOwner">;

const OURS = "id = $1 and lease_owner = $2 and state = 'ACTIVE'";

const EXTEND_LEASE = statement<object>(
  "extend_job_lease",
  `update job set lease_until = now() + make_interval(secs => $3) where ${OURS} returning 1`,
);

/** @returns false when the job is no longer ours */
export async function extendLease(reader: Reader, lease: Lease, seconds: number): Promise<boolean> {
  return (await reader.query(EXTEND_LEASE, [lease.id, lease.leaseOwner, seconds])).length === 1;
}

const STORE_PROGRESS = statement<object>(
  "store_job_progress",
  `update job set progress = $3::jsonb where ${OURS} returning 1`,
);

/** @returns false when the job is no longer ours */
export async function storeProgress(reader: Reader, lease: Lease, progress: object): Promise<boolean> {
  const values = [lease.id, lease.leaseOwner, JSON.stringify(progress)];
  return (await reader.query(STORE_PROGRESS, values)).length === 1;
}

const CLOSE_JOB = statement<object>(
  "close_job",
  `update job set state = $3, error = $4, finished_at = now(), lease_owner = null, lease_until = null
   where ${OURS} returning 1`,
);

/**
 * Ends a job for good.
 * @returns false when the job is no longer ours
 */
export async function closeJob(
  reader: Reader,
  lease: Lease,
  state: "SUCCEEDED" | "FAILED" | "CANCELLED",
  error: string | null,
): Promise<boolean> {
  return (await reader.query(CLOSE_JOB, [lease.id, lease.leaseOwner, state, error])).length === 1;
}

const RETURN_JOB = statement<object>(
  "return_job",
  `update job set state = 'WAITING', due_at = now() + make_interval(secs => $3), attempts = attempts - $4,
     error = $5, rung_at = null, lease_owner = null, lease_until = null
   where ${OURS} returning 1`,
);

/**
 * Puts a job back, due after `seconds`. `isCounted` false: this run does not count as an attempt.
 * @returns false when the job is no longer ours
 */
export async function returnJob(
  reader: Reader,
  lease: Lease,
  back: { readonly seconds: number; readonly isCounted: boolean; readonly error: string | null },
): Promise<boolean> {
  const values = [lease.id, lease.leaseOwner, back.seconds, back.isCounted ? 0 : 1, back.error];
  return (await reader.query(RETURN_JOB, values)).length === 1;
}

export interface SweptJob {
  readonly id: Id;
  readonly type: string;
  readonly state: "WAITING" | "FAILED";
  readonly crashes: number;
}

/** A job that ends its worker is run this often and then kept aside, or it would take down one worker after another. */
export const MOST_CRASHES = 3;

const SWEEP_LEASES = statement<SweptJob>(
  "sweep_job_leases",
  `with expired as (
     select id from job where state = 'ACTIVE' and lease_until < now()
     order by lease_until limit 100 for update skip locked)
   update job set crashes = crashes + 1, lease_owner = null, lease_until = null, rung_at = null,
     state = case when crashes + 1 < ${MOST_CRASHES} then 'WAITING' else 'FAILED' end,
     finished_at = case when crashes + 1 < ${MOST_CRASHES} then null else now() end,
     error = case when crashes + 1 < ${MOST_CRASHES}
       then 'Its worker ended or fell silent while it ran; it is tried again.'
       else 'Quarantined: its worker ended or fell silent ${MOST_CRASHES} times while it ran. See the log of the worker, then retry or discard it.' end
   from expired where job.id = expired.id
   returning job.id, job.type, job.state, job.crashes`,
);

/** Takes back jobs whose worker has given no sign of life for the whole lease. */
export function sweepLeases(reader: Reader): Promise<SweptJob[]> {
  return reader.query(SWEEP_LEASES);
}

// By queue, because that is how the index of waiting jobs begins.
const LOOK = statement<{ hasEvents: boolean; dueInSeconds: number | null }>(
  "relay_look",
  `select exists (select from pending_event) as "hasEvents",
     (select extract(epoch from min(oldest.due_at) - clock_timestamp())::float8
      from unnest($1::text[]) as wanted (queue)
      cross join lateral (
        select due_at from job where job.queue = wanted.queue and state = 'WAITING' order by due_at limit 1) as oldest
     ) as "dueInSeconds"`,
);

/** What the relay has to do: events to publish, and when the next waiting job is due (negative: it is already). */
export async function lookForWork(
  reader: Reader,
): Promise<{ readonly hasEvents: boolean; readonly dueInSeconds: number | null }> {
  return (await reader.query(LOOK, [QUEUE_NAMES]))[0]!;
}
