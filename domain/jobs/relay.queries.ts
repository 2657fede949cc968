import type { Id } from "../ids.js";
import { statement, UNHURRIED, type Reader } from "../operation.js";
import { isPaused } from "./claim.queries.js";
import { QUEUE_NAMES, type QueueName } from "./queue-names.js";

/** A job to be announced. */
export interface DueJob {
  readonly id: Id;
  readonly queue: QueueName;
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
       and not ${isPaused("wanted.queue")}
     for update of job skip locked)
   update job set rung_at = now() from due, ${UNHURRIED} where job.id = due.id
   returning job.id, job.queue`,
);

/**
 * Takes down that the jobs are being announced: each at most every five seconds, at most `limit` a queue. Not waited for
 * is the disk: a note that a crash of the database takes along is a job that is rung for once more.
 */
export function takeJobsToRing(
  reader: Reader,
  queues: readonly QueueName[],
  limit: number,
): Promise<DueJob[]> {
  return reader.query(TAKE_JOBS_TO_RING, [queues, limit]);
}

// By queue, because that is how the index of waiting jobs begins.
const NEXT_DUE = statement<{ inSeconds: number | null }>(
  "next_due_job",
  `select extract(epoch from min(oldest.due_at) - clock_timestamp())::float8 as "inSeconds"
   from unnest($1::text[]) as wanted (queue)
   cross join lateral (
     select due_at from job where job.queue = wanted.queue and state = 'WAITING' order by due_at limit 1) as oldest`,
);

/** @returns in how many seconds the next waiting job is due (negative: it is already); null when none waits */
export async function nextDueIn(reader: Reader): Promise<number | null> {
  return (await reader.query(NEXT_DUE, [QUEUE_NAMES]))[0]!.inSeconds;
}
