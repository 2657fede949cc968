import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import type { QueueName } from "./queue-names.js";

/** A job that is ours until the lease ends. */
export interface ClaimedJob {
  readonly id: Id;
  readonly tenantId: Id | null;
  readonly type: string;
  readonly queue: QueueName;
  readonly payload: unknown;
  /** See JobDefinition.version. */
  readonly payloadVersion: number;
  /** Runs begun, this one included. */
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly requestId: string | null;
  /** The person who started it; null for the product's own work. */
  readonly initiatedBy: Id | null;
  /** Of this run alone: a later run of the same job in the same process has another. */
  readonly leaseOwner: Id;
  readonly leaseSeconds: number;
  /** A worker has ended while it ran. */
  readonly isSuspect: boolean;
}

/** Who claims, and for how long. */
export interface Claimer {
  readonly workerId: Id;
  readonly leaseSecondsByType: Readonly<Record<string, number>>;
}

/** SQL: the queue is to start nothing new. In a frozen installation no mail at all is begun. */
export const isPaused = (queue: string): string =>
  `(exists (select from queue_setting where queue_setting.queue = ${queue} and queue_setting.paused_at is not null)
    or ${queue} = 'emails' and exists (select from installation where frozen_at is not null))`;

/** SQL, in an update of job: a claim with $3 and $4 (leases by type, and of any other), $5 (worker). */
const claimedBy = (
  leaseOwner: string,
): string => `state = 'ACTIVE', attempts = attempts + 1, lease_owner = ${leaseOwner}, worker_id = $5, started_at = clock_timestamp(), finished_at = null,
     lease_until = now() + make_interval(secs => coalesce(($3::jsonb ->> job.type)::float8, $4))`;
const COLUMNS = `job.id, tenant_id as "tenantId", type, queue, payload,
     payload_version as "payloadVersion", attempts, max_attempts as "maxAttempts",
     request_id as "requestId", initiated_by as "initiatedBy", lease_owner as "leaseOwner", crashes > 0 as "isSuspect",
     coalesce(($3::jsonb ->> job.type)::float8, $4) as "leaseSeconds"`;

// Tenants take turns, so that one with a hundred thousand jobs delays another's ten by no more than one job a slot:
// whoever has an urgent job, then whoever was served longest ago. Whose turns there are is read by hopping along the
// index, so that a backlog costs nothing. Several at once are shared out among the turns. The outer limit stops when
// there are enough: rows that others are just claiming are passed over, and so is a turn that has no other.
const CLAIM_JOBS = statement<ClaimedJob>(
  "claim_jobs",
  `with recursive turns as (
     (select turn from job where queue = $1 and state = 'WAITING' and not ${isPaused("$1")} order by turn limit 1)
     union all
     select (select job.turn from job where job.queue = $1 and job.state = 'WAITING' and job.turn > turns.turn order by job.turn limit 1)
     from turns where turns.turn is not null
   ), queue_order as materialized (
     select turns.turn, count(*) over () as turns from turns where turns.turn is not null
     order by exists (select from job where queue = $1 and job.turn = turns.turn and priority = 0 and state = 'WAITING' and crashes = 0 and due_at <= now()) desc,
       (select started_at from job where queue = $1 and job.turn = turns.turn and started_at is not null order by started_at desc limit 1) nulls first,
       (select due_at from job where queue = $1 and job.turn = turns.turn and state = 'WAITING' order by priority, due_at limit 1)
   ), next as (
     select head.id from queue_order cross join lateral (
       select id from job where queue = $1 and job.turn = queue_order.turn and state = 'WAITING' and crashes = 0 and due_at <= now()
       order by priority, due_at, id limit ceil(cardinality($2::uuid[])::float8 / queue_order.turns) for update skip locked) as head
     limit cardinality($2::uuid[])), numbered as (
     select id, row_number() over () as place from next)
   update job set ${claimedBy("($2::uuid[])[numbered.place]")} from numbered where job.id = numbered.id returning ${COLUMNS}`,
);
/** For a type that this version of the worker does not know. */
const UNKNOWN_TYPE_LEASE_SECONDS = 30;

/**
 * Takes the next due jobs of the queue that are no suspects, at most one for each of the lease owners, which must be
 * new; none when none is due or the queue is paused. Fewer than wanted does not mean that there are no more. The attempt
 * is counted before the work. All times are the database's: a worker whose clock is an hour ahead starts nothing early.
 */
export function claimJobs(
  reader: Reader,
  queue: QueueName,
  leaseOwners: readonly Id[],
  claimer: Claimer,
): Promise<ClaimedJob[]> {
  return reader.query(CLAIM_JOBS, [queue, leaseOwners, ...claimValues(claimer)]);
}

function claimValues({ workerId, leaseSecondsByType }: Claimer): unknown[] {
  return [JSON.stringify(leaseSecondsByType), UNKNOWN_TYPE_LEASE_SECONDS, workerId];
}

/** Due, and a worker has ended while it ran. */
export interface Suspect {
  readonly id: Id;
  readonly queue: QueueName;
}

const RESERVE_SUSPECT = statement<Suspect>(
  "reserve_suspect",
  `update job set due_at = now() + make_interval(secs => $2) where id = (
     select id from job where state = 'WAITING' and crashes > 0 and due_at <= now() and queue = any($1)
       and payload_version <= ($3::jsonb ->> type)::int and not ${isPaused("job.queue")}
     order by priority, due_at, id limit 1 for update skip locked)
   returning id, queue`,
);

/**
 * Finds a suspect for whoever makes room for it meanwhile; the others do not see it for `seconds`.
 * @param versionByType the newest payload of each type that the worker reads: for others it need not make room
 */
export async function reserveSuspect(
  reader: Reader,
  queues: readonly QueueName[],
  seconds: number,
  versionByType: Readonly<Record<string, number>>,
): Promise<Suspect | null> {
  return (await reader.query(RESERVE_SUSPECT, [queues, seconds, JSON.stringify(versionByType)]))[0] ?? null;
}

const CLAIM_SUSPECT = statement<ClaimedJob>(
  "claim_suspect",
  `update job set ${claimedBy("$2")} where id = $1 and state = 'WAITING' and crashes > 0
     and not ${isPaused("job.queue")} returning ${COLUMNS}`,
);

/** Takes the suspect that was reserved; null when it is gone, or its queue was paused meanwhile. */
export async function claimSuspect(
  reader: Reader,
  id: Id,
  leaseOwner: Id,
  claimer: Claimer,
): Promise<ClaimedJob | null> {
  return (await reader.query(CLAIM_SUSPECT, [id, leaseOwner, ...claimValues(claimer)]))[0] ?? null;
}

const RETURN_CLAIMS = statement<{ id: Id }>(
  "return_claims",
  `update job set state = 'WAITING', attempts = attempts - 1, rung_at = null, lease_owner = null, lease_until = null
   where state = 'ACTIVE' and lease_owner = any($1::uuid[]) returning id`,
);

/** Puts back what these owners have claimed and not begun to run. */
export async function returnClaims(reader: Reader, leaseOwners: readonly Id[]): Promise<readonly Id[]> {
  return (await reader.query(RETURN_CLAIMS, [leaseOwners])).map(({ id }) => id);
}
