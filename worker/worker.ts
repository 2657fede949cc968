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
  readonly config: Pick<ServiceConfig, "databaseUrl" | "redisUrl" | "smtpUrl" | "jwtKey" | "http" | "worker">;
  readonly log: Logger;
  readonly handlers: (parts: HandlerParts) => readonly HandledJob[];
  readonly schedule: readonly ScheduledTask[];
  /** How long jobs may go on by themselves when the worker stops. Default 10 s. */
  readonly graceMs?: number;
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
export async function startWorker(parts: WorkerParts): Promise<Worker> {
  const { config, log } = parts;
  const id = newId();
  const size = capacity(config.worker);
  const database = await Database.open(config.databaseUrl, {
    poolSize: size + 4,
    statementTimeoutMs: 60_000,
    applicationName: "postwatch-worker",
    secret: config.jwtKey,
  });
  const prefix = await readRedisPrefix(database);
  const queues = await openQueues(config.redisUrl, prefix, { log });
  const bus = openPubSub(config.redisUrl, prefix, log);

  const lanes = startMailLanes(database, config, bus, log);
  const places = openPlaces(parts, database, bus, lanes);
  const relay = startRelay({ database, queues, bus, log });
  const answering = answerRings(queues, places, log);
  const sweeping = repeat("the sweep of leases", () => sweepOnce(database, log), log);
  const ticker = createTicker({ database, tasks: parts.schedule, workerId: id, log });
  const ticking = repeat("the schedule", () => ticker.look(), log);
  const facts = { id, host: hostname(), pid: process.pid, version: VERSION, queues: config.worker.queues };
  const busy = () => lanes.busy() + places.reduce((sum, { slots }) => sum + slots.busy(), 0);
  const heartbeat = startHeartbeat(database, { ...facts, lanes: size }, busy, log);
  log.info({ worker: id, queues: config.worker.queues }, "the worker runs");

  const graceMs = parts.graceMs ?? GRACE_MS;
  const stopSteps: StopStep[] = [
    step("take nothing new", ticking.stop, answering.stopPolling),
    step(
      "finish mails and jobs, give back the rest",
      () => lanesWithin(lanes, LANES_STOP_MS, log),
      () => answering.stopListening(graceMs + ABORT_MS + 500),
      ...places.map(
        ({ slots }) =>
          () =>
            slots.stop(graceMs, ABORT_MS),
      ),
    ),
    step("relay and heartbeat", relay.stop, sweeping.stop, heartbeat.stop),
    step("queues", () => queues.close(500)),
    step("pub/sub", () => bus.close()),
    step("database", () => database.close()),
  ];
  return { id, stopSteps };
}

/** All at once; every one is waited for, also when another fails. */
function step(name: string, ...stops: (() => Promise<void>)[]): StopStep {
  return {
    name,
    async run() {
      const ends = await Promise.allSettled(stops.map((stop) => stop()));
      const failures = ends.flatMap((end) => (end.status === "rejected" ? [end.reason as Error] : []));
      if (failures.length > 0) throw failures.length === 1 ? failures[0]! : new AggregateError(failures);
    },
  };
}

/** Job slots and mail lanes together. */
function capacity({ queues, lanes }: WorkerParts["config"]["worker"]): number {
  const slots = queues.reduce((sum, name) => sum + SLOTS[name], 0);
  return slots + (queues.includes("emails") ? lanes : 0);
}

interface Place {
  readonly name: QueueName;
  readonly size: number;
  readonly slots: Slots;
}

function openPlaces(parts: WorkerParts, database: Database, bus: PubSub, lanes: Lanes): Place[] {
  const handlers = parts.handlers({
    wakeLanes: () => lanes.wake(),
    mail: { smtpUrl: parts.config.smtpUrl, publicUrl: parts.config.http.publicUrl },
  });
  const byType = new Map(handlers.map((handler) => [handler.type, handler]));
  return parts.config.worker.queues.map((name) => ({
    name,
    size: SLOTS[name],
    slots: openSlots(name, SLOTS[name], { database, handlers: byType, bus, log: parts.log }),
  }));
}

const NO_LANES: Lanes = { wake: () => {}, busy: () => 0, stop: async () => {} };

function startMailLanes(database: Database, config: WorkerParts["config"], bus: PubSub, log: Logger): Lanes {
  if (!config.worker.queues.includes("emails")) return NO_LANES;
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
function answerRings(queues: Queues, places: readonly Place[], log: Logger): Answering {
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
