import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import type { ClaimedJob } from "./claim.queries.js";
import { noticesOf, toldOf } from "./dead-letters.js";
import type { Ending } from "./ending.js";
import { withRun } from "./history.js";

/**
 * What a worker writes about a job that it runs. All of it is fenced by the owner of the lease: a run that was frozen
 * past its lease, and whose job somebody else has by now, matches no row.
 */
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

const CLOSE_JOBS = statement<{ leaseOwner: Id; told: Id[] }>(
  "close_jobs",
  `with closed as (
     update job set state = ended.state, error = ended.error, finished_at = clock_timestamp(), lease_owner = null, lease_until = null,
       history = ${withRun("ended.state", "ended.error")}
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) as ended (id, owner, state, error)
     where job.id = ended.id and job.lease_owner = ended.owner and job.state = 'ACTIVE'
     returning ended.owner, job.id, job.tenant_id, job.type, job.state, job.error),
   told as (${noticesOf("select id, tenant_id, type, coalesce(error, 'It failed.') as error from closed where state = 'FAILED'")})
   select owner as "leaseOwner", ${toldOf("closed.id")} as told from closed`,
);

/** A job that ends for good. */
export interface Closing extends Pick<Extract<Ending, { kind: "close" }>, "state" | "error"> {
  readonly lease: Lease;
}

/**
 * Ends jobs for good, all in one statement.
 * @returns for each, in their order: who was told that it is dead; null when it is no longer ours
 */
export async function closeJobs(
  reader: Reader,
  closings: readonly Closing[],
): Promise<(readonly Id[] | null)[]> {
  const closed = await reader.query(CLOSE_JOBS, [
    closings.map(({ lease }) => lease.id),
    closings.map(({ lease }) => lease.leaseOwner),
    closings.map(({ state }) => state),
    closings.map(({ error }) => error),
  ]);
  const told = new Map(closed.map((row) => [row.leaseOwner, row.told]));
  return closings.map(({ lease }) => told.get(lease.leaseOwner) ?? null);
}

/** SQL: nothing new. A job that waits for a newer worker all night must not push out what is worth reading. */
const IS_PARKED_AGAIN =
  "$6 = 'PARKED' and history -> -1 ->> 'outcome' = 'PARKED' and history -> -1 ->> 'error' = $5";

const RETURN_JOB = statement<object>(
  "return_job",
  `update job set state = 'WAITING', due_at = now() + make_interval(secs => $3), attempts = attempts - $4,
     error = $5, rung_at = null, lease_owner = null, lease_until = null,
     history = case when ${IS_PARKED_AGAIN} then history else ${withRun("$6::text", "$5::text")} end
   where ${OURS} returning 1`,
);

/** Puts a job back, due after `seconds`. @returns false when the job is no longer ours */
export async function returnJob(
  reader: Reader,
  lease: Lease,
  { seconds, outcome, error }: Omit<Extract<Ending, { kind: "return" }>, "kind">,
): Promise<boolean> {
  const uncounted = outcome === "RETRIED" ? 0 : 1;
  const values = [lease.id, lease.leaseOwner, seconds, uncounted, error, outcome];
  return (await reader.query(RETURN_JOB, values)).length === 1;
}
