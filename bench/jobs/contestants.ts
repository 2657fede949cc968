import { openAdaptedBeeQueue, openBeeQueue } from "./bee-queue.js";
import { openBullMq } from "./bullmq.js";
import type { Open } from "./contestant.js";
import { openBatchedGraphileWorker, openGraphileWorker } from "./graphile-worker.js";
import { openPgBoss } from "./pg-boss.js";
import { openPostgresAlone, openPostgresInBatches } from "./postgres-alone.js";
import { openPostwatch } from "./postwatch.js";

export interface Entry {
  readonly open: Open;
  /** Where its jobs are; Redis forgets the last second, or all, when it falls. */
  readonly store: "PostgreSQL" | "Redis" | "both";
  /** Thousands of jobs a round: slow ones get fewer, so that nobody's round takes longer than some seconds. */
  readonly thousands: number;
  /** Has nothing that tells a worker of a new job. */
  readonly isDeaf?: boolean;
}

export const CONTESTANTS: Readonly<Record<string, Entry>> = {
  Postwatch: { open: openPostwatch, store: "both", thousands: 2 },
  "bee-queue": { open: openBeeQueue, store: "Redis", thousands: 6 },
  "bee-queue, our ioredis": { open: openAdaptedBeeQueue, store: "Redis", thousands: 6 },
  BullMQ: { open: openBullMq, store: "Redis", thousands: 6 },
  "graphile-worker": { open: openGraphileWorker, store: "PostgreSQL", thousands: 2 },
  "graphile-worker, batched": { open: openBatchedGraphileWorker, store: "PostgreSQL", thousands: 6 },
  "pg-boss": { open: openPgBoss, store: "PostgreSQL", thousands: 1 },
  "PostgreSQL alone": { open: openPostgresAlone, store: "PostgreSQL", thousands: 2, isDeaf: true },
  "PostgreSQL alone, by 100": {
    open: openPostgresInBatches,
    store: "PostgreSQL",
    thousands: 6,
    isDeaf: true,
  },
};
