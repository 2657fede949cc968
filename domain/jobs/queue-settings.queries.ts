import { statement, type Reader } from "../operation.js";
import type { QueueName } from "./queue-names.js";

/** What administrators have decided about a queue. Null: as each worker was started. */
export interface QueueSetting {
  readonly queue: QueueName;
  /** Jobs at once in each worker. */
  readonly concurrency: number | null;
  /** Mails at once in each worker. */
  readonly lanes: number | null;
}

const SETTINGS = statement<QueueSetting>(
  "queue_settings",
  "select queue, concurrency, lanes from queue_setting",
);

export function queueSettings(reader: Reader): Promise<QueueSetting[]> {
  return reader.query(SETTINGS);
}

/** Jobs of a queue that run side by side in one worker, unless decided otherwise. Mails have lanes of their own besides. */
export const DEFAULT_CONCURRENCY: Readonly<Record<QueueName, number>> = {
  emails: 2,
  campaigns: 4,
  analytics: 2,
};
/** The most that can be set, of both. */
export const MOST_CONCURRENCY = 64;
