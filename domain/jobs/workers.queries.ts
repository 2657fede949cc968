import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import type { QueueName } from "./queue-names.js";

/** What a worker says of itself once. */
export interface WorkerFacts {
  readonly id: Id;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly queues: readonly QueueName[];
}

/** What it says of itself again and again. */
export interface WorkerLoad {
  /** How many things it can do at once: job slots and mail lanes. */
  readonly lanes: number;
  readonly busyLanes: number;
  /** How long what it has begun has not moved. */
  readonly stalledSeconds: number;
  /** Of one core, since the beat before. */
  readonly cpuPercent: number;
  /** Resident set. */
  readonly memoryBytes: number;
  readonly eventLoopP99Ms: number;
}

const BEAT = statement<object>(
  "beat_worker",
  `insert into worker_heartbeat
     (id, host, pid, version, queues, lanes, busy_lanes, cpu_percent, memory_bytes, event_loop_p99_ms,
      stalled_seconds)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
   on conflict (id) do update set at = now(), lanes = excluded.lanes, busy_lanes = excluded.busy_lanes,
     cpu_percent = excluded.cpu_percent, memory_bytes = excluded.memory_bytes, event_loop_p99_ms = excluded.event_loop_p99_ms,
     stalled_seconds = excluded.stalled_seconds`,
);

/** "I am alive, and this busy." */
export async function beat(reader: Reader, worker: WorkerFacts, load: WorkerLoad): Promise<void> {
  const { id, host, pid, version, queues } = worker;
  const { lanes, busyLanes, cpuPercent, memoryBytes, eventLoopP99Ms, stalledSeconds } = load;
  const values = [
    id,
    host,
    pid,
    version,
    queues,
    lanes,
    busyLanes,
    cpuPercent,
    memoryBytes,
    eventLoopP99Ms,
    stalledSeconds,
  ];
  await reader.query(BEAT, values);
}

const STOP = statement<object>(
  "stop_worker",
  "update worker_heartbeat set at = now(), stopped_at = now(), busy_lanes = 0 where id = $1",
);

/** "I have ended in order": it is not missed. */
export async function recordStop(reader: Reader, workerId: Id): Promise<void> {
  await reader.query(STOP, [workerId]);
}
