import { JOBS_CHANNEL, type Bus, type JobHint } from "#domain/channels.js";
import type { Id } from "#domain/ids.js";
import { readFleet, type WorkerView } from "#domain/jobs/fleet.queries.js";
import { jobsOfAll, type JobView } from "#domain/jobs/jobs.queries.js";
import { readQueues, type QueueView } from "#domain/jobs/queue-view.queries.js";
import type { Reader } from "#domain/operation.js";
import { SharedSource } from "../shared-source.js";

/** What everybody who watches jobs in this process shares; of all organisations, so that each event is looked through. */
export interface LiveJobs {
  readonly queues: SharedSource<readonly QueueView[]>;
  readonly workers: SharedSource<readonly WorkerView[]>;
  /** Jobs that moved, as they are then. */
  readonly jobs: SharedSource<readonly JobView[]>;
}

export interface LiveJobsParts {
  readonly database: Reader;
  readonly bus: Bus;
  report(error: unknown, where: string): void;
}

const SECOND_MS = 1_000;
const QUARTER_MS = 250;
/** So many jobs in one read. */
const MOST_AT_ONCE = 100;
/** Ids that wait to be read, and jobs that wait to be taken: of more, the newest are of interest. */
const MOST_WAITING = 1_000;

const newest = <T>(_earlier: T, later: T): T => later;

export function openLiveJobs({ database, bus, report }: LiveJobsParts): LiveJobs {
  const whole = { everyMs: SECOND_MS, join: newest, beginsWithLast: true, report };
  return {
    queues: new SharedSource<readonly QueueView[]>({
      ...whole,
      name: "the queues",
      read: () => readQueues(database),
    }),
    workers: new SharedSource<readonly WorkerView[]>({
      ...whole,
      name: "the workers",
      read: () => readFleet(database),
    }),
    jobs: movedJobs({ database, bus, report }),
  };
}

function movedJobs({ database, bus, report }: LiveJobsParts): SharedSource<readonly JobView[]> {
  const hinted = new Set<Id>();
  let hints: AsyncIterableIterator<JobHint> | null = null;
  const collect = async (from: AsyncIterable<JobHint>) => {
    for await (const { jobId } of from) {
      hinted.add(jobId);
      if (hinted.size > MOST_WAITING) hinted.delete(hinted.values().next().value!);
    }
  };
  return new SharedSource<readonly JobView[]>({
    name: "jobs that moved",
    everyMs: QUARTER_MS,
    beginsWithLast: false,
    report,
    join: (earlier, later) => {
      const byId = new Map(earlier.map((job) => [job.id, job]));
      for (const job of later) byId.set(job.id, job);
      return [...byId.values()].slice(-MOST_WAITING);
    },
    async read() {
      const ids = [...hinted].slice(0, MOST_AT_ONCE);
      if (ids.length === 0) return null;
      const jobs = await jobsOfAll(database, ids);
      // Only now: what could not be read is read again.
      for (const id of ids) hinted.delete(id);
      return jobs;
    },
    start() {
      hints = bus.subscribe<JobHint>(JOBS_CHANNEL);
      collect(hints).catch((error: unknown) => report(error, "listening to jobs"));
    },
    stop() {
      void hints?.return?.();
      hinted.clear();
    },
  });
}
