import { hostname } from "node:os";
import { newId, type Id } from "#domain/ids.js";
import type { QueueName } from "#domain/jobs/queue-names.js";
import type { ServiceConfig } from "#platform/config.js";
import { Database } from "#platform/database/database.js";
import { openOperation } from "#platform/database/open-operation.js";
import { readRedisPrefix } from "#platform/installation.js";
import type { Logger } from "#platform/logger.js";
import { openPubSub, type PubSub } from "#platform/pubsub.js";
import { openQueues, type Queues } from "#platform/queues/queues.js";
import type { StopStep } from "#platform/shutdown.js";
import { VERSION } from "#platform/version.js";
import { idleCompleter } from "./campaigns/complete-idle.js";
import { startLanes, type Lanes } from "./emails/lanes.js";
import type { HandlerParts } from "./handlers.js";
import { startHeartbeat } from "./heartbeat.js";
import type { HandledJob } from "./job-handler.js";
import { startRelay } from "./relay.js";
import { repeat } from "./repeat.js";
import type { ScheduledTask } from "./scheduled-task.js";
import { openSlots, type Slots } from "./slots.js";
import { sweepOnce } from "./sweep.js";
import { createTicker } from "./tick.js";

export interface WorkerParts {
  readonly config: Pick<ServiceConfig, "databaseUrl" | "redisUrl" | "smtpUrl" | "worker">;
  readonly log: Logger;
  readonly handlers: (parts: HandlerParts) => readonly HandledJob[];
  readonly schedule: readonly ScheduledTask[];
}

export interface Worker {
  readonly id: Id;
  /** In this order; they need less than 20 seconds. */
  readonly stopSteps: readonly StopStep[];
}

/** Jobs of a queue that run side by side in one worker. Mails have lanes of their own besides. */
const SLOTS: Readonly<Record<QueueName, number>> = { emails: 2, campaigns: 4, analytics: 2 };
/** Without a ring (Redis is away, a ring was lost) a due job waits this long at most. */
const POLL_MS = 1_000;
const GRACE_MS = 10_000;
const ABORT_MS = 3_000;
const LANES_STOP_MS = 15_000;

/**
 * Starts everything that a worker process does.
 * @throws EvictionError; Error when the database is away or has no schema
 */
export async function startWorker({ config, log, handlers, schedule }: WorkerParts): Promise<Worker> {
  const id = newId();
  const { queues: names, lanes: laneCount } = config.worker;
  const slotCount = names.reduce((sum, name) => sum + SLOTS[name], 0);
  const database = await Database.open(config.databaseUrl, {
    poolSize: laneCount + slotCount + 4,
    statementTimeoutMs: 60_000,
    applicationName: "postwatch-worker",
  });
  const prefix = await readRedisPrefix(database);
  const queues = await openQueues(config.redisUrl, prefix, { log });
  const bus = openPubSub(config.redisUrl, prefix, log);

  const lanes = names.includes("emails")
    ? startMailLanes(database, config, bus, log)
    : { wake() {}, busy: () => 0, stop: async () => {} };
  const list = handlers({ wakeLanes: lanes.wake });
  const byType = new Map(list.map((handler) => [handler.type, handler]));
  const slots = names.map((name) => ({
    name,
    size: SLOTS[name],
    slots: openSlots(name, SLOTS[name], { database, handlers: byType, bus, log }),
  }));

  const relay = startRelay({ database, queues, bus, log });
  const answering = answerRings(queues, slots, log);
  const sweeping = repeat("the sweep of leases", () => sweepOnce(database, log), log);
  const ticker = createTicker({ database, tasks: schedule, workerId: id, log });
  const ticking = repeat("the schedule", () => ticker.look(), log);
  const heartbeat = startHeartbeat(
    database,
    {
      id,
      host: hostname(),
      pid: process.pid,
      version: VERSION,
      queues: names,
      lanes: slotCount + (names.includes("emails") ? laneCount : 0),
    },
    () => lanes.busy() + slots.reduce((sum, each) => sum + each.slots.busy(), 0),
    log,
  );
  log.info({ worker: id, queues: names }, "the worker runs");

  return {
    id,
    stopSteps: [
      {
        name: "take nothing new",
        run: () => Promise.all([ticking.stop(), answering.stopPolling()]).then(() => {}),
      },
      {
        name: "finish mails and jobs, give back the rest",
        run: async () => {
          await Promise.all([
            lanesWithin(lanes, LANES_STOP_MS, log),
            answering.stopListening(GRACE_MS + ABORT_MS + 500),
            ...slots.map((each) => each.slots.stop(GRACE_MS, ABORT_MS)),
          ]);
        },
      },
      {
        name: "relay and heartbeat",
        run: () => Promise.all([relay.stop(), sweeping.stop(), heartbeat.stop()]).then(() => {}),
      },
      { name: "queues", run: () => queues.close(500) },
      { name: "pub/sub", run: () => bus.close() },
      { name: "database", run: () => database.close() },
    ],
  };
}

function startMailLanes(database: Database, config: WorkerParts["config"], bus: PubSub, log: Logger): Lanes {
  const op = openOperation(database, { kind: "JOB", name: "emails.sendStep" }, { requestId: newId() });
  return startLanes({
    database,
    smtpUrl: config.smtpUrl,
    bus,
    log,
    lanes: config.worker.lanes,
    onIdle: idleCompleter(op),
  });
}

interface Answering {
  stopPolling(): Promise<void>;
  stopListening(timeoutMs: number): Promise<void>;
}

/** Slots work when they are rung for, and look by themselves besides. */
function answerRings(
  queues: Queues,
  places: readonly { readonly name: QueueName; readonly size: number; readonly slots: Slots }[],
  log: Logger,
): Answering {
  const listeners = places.map(({ name, size, slots }) => queues.listen(name, size, () => slots.work()));
  const polls = places.map(({ name, slots }) =>
    repeat(
      `the look at ${name}`,
      async () => {
        slots.work().catch((error: Error) => log.debug({ queue: name, error: error.message }, "no look"));
        return POLL_MS;
      },
      log,
    ),
  );
  return {
    async stopPolling() {
      await Promise.all(polls.map((poll) => poll.stop()));
    },
    async stopListening(timeoutMs) {
      await Promise.all(listeners.map((listener) => listener.stop(timeoutMs)));
    },
  };
}

/** A mail server that hangs must not keep the rest from stopping; what is in doubt then is listed as such. */
async function lanesWithin(lanes: Lanes, timeoutMs: number, log: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      log.warn({ timeoutMs }, "the lanes did not end in time");
      resolve();
    }, timeoutMs);
  });
  await Promise.race([lanes.stop(), late]).finally(() => clearTimeout(timer));
}
