import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import { jobsRunningOn, type JobView } from "./jobs.queries.js";
import type { QueueName } from "./queue-names.js";

/** A worker that says nothing for so long is late; workers beat every five seconds. */
const ALIVE_SECONDS = 10;
/** And lost after so long: its jobs go to others. */
export const LATE_SECONDS = 15;

export const WORKER_STATUSES = ["ALIVE", "LATE", "LOST", "STOPPED"] as const;
export type WorkerStatus = (typeof WORKER_STATUSES)[number];

/** A process that works, as it said last. Times are ISO 8601 text. */
export interface WorkerView {
  readonly id: Id;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly queues: readonly QueueName[];
  readonly lanes: number;
  readonly busyLanes: number;
  readonly startedAt: string;
  readonly lastSeenAt: string;
  readonly silentSeconds: number;
  readonly status: WorkerStatus;
  /** Of one core. */
  readonly cpuPercent: number | null;
  readonly memoryBytes: number | null;
  readonly eventLoopP99Ms: number | null;
  /** Of every organisation: whoever shows them looks at `tenantId`. */
  readonly jobs: readonly JobView[];
}

const SILENT = "greatest(0, extract(epoch from now() - at))::float8";
const FLEET = statement<Omit<WorkerView, "jobs">>(
  "fleet",
  `select id, host, pid, version, queues, lanes, busy_lanes as "busyLanes", started_at as "startedAt", at as "lastSeenAt",
     ${SILENT} as "silentSeconds", case when stopped_at is not null then 'STOPPED' when ${SILENT} < ${ALIVE_SECONDS} then 'ALIVE'
       when ${SILENT} < ${LATE_SECONDS} then 'LATE' else 'LOST' end as status,
     cpu_percent as "cpuPercent", memory_bytes as "memoryBytes", event_loop_p99_ms as "eventLoopP99Ms"
   from worker_heartbeat where at > now() - case when stopped_at is null then interval '1 hour' else interval '10 minutes' end
     and at > now() - interval '1 hour'
   order by stopped_at is not null, at < now() - interval '${LATE_SECONDS} seconds', started_at desc, id limit 500`,
);

/** Alive and late ones, lost ones of the last hour, stopped ones of the last ten minutes; with what they do, in two statements. */
export async function readFleet(reader: Reader): Promise<WorkerView[]> {
  const workers = await reader.query(FLEET);
  const jobs = new Map<Id | null, JobView[]>(workers.map(({ id }) => [id, []]));
  for (const job of await jobsRunningOn(reader, [...jobs.keys()] as Id[])) jobs.get(job.workerId)?.push(job);
  return workers.map((worker) => ({ ...worker, jobs: jobs.get(worker.id)! }));
}
