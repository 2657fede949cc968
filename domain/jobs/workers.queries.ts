import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import type { QueueName } from "./queue-names.js";

/** What a worker says of itself. */
export interface WorkerFacts {
  readonly id: Id;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly queues: readonly QueueName[];
  /** How many things it can do at once: job slots and mail lanes. */
  readonly lanes: number;
}

const BEAT = statement<object>(
  "beat_worker",
  `insert into worker_heartbeat (id, host, pid, version, queues, lanes, busy_lanes) values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (id) do update set at = now(), busy_lanes = excluded.busy_lanes`,
);

/** "I am alive, and this busy." */
export async function beat(reader: Reader, worker: WorkerFacts, busyLanes: number): Promise<void> {
  const { id, host, pid, version, queues, lanes } = worker;
  await reader.query(BEAT, [id, host, pid, version, queues, lanes, busyLanes]);
}

const STOP = statement<object>(
  "stop_worker",
  "update worker_heartbeat set at = now(), stopped_at = now(), busy_lanes = 0 where id = $1",
);

/** "I have ended in order": it is not missed. */
export async function recordStop(reader: Reader, workerId: Id): Promise<void> {
  await reader.query(STOP, [workerId]);
}
