import { hostname } from "node:os";
import { newId, type Id } from "#domain/ids.js";
import { MOST_CONCURRENCY } from "#domain/jobs/queue-settings.queries.js";
import { startAuditMonths } from "#platform/audit-months.js";
import { openSealingKey } from "#platform/audit-keys.js";
import type { ServiceConfig } from "#platform/config.js";
import { Database } from "#platform/database/database.js";
import { openOperation } from "#platform/database/open-operation.js";
import { readRedisPrefix } from "#platform/installation.js";
import type { Logger } from "#platform/logger.js";
import { outbound } from "#platform/outbound/outbound.js";
import { evidenceSources } from "#platform/mail/evidence-sources.js";
import { openPubSub, type PubSub } from "#platform/pubsub.js";
import { openQueues } from "#platform/queues/queues.js";
import { repeat } from "#platform/repeat.js";
import { openSendingWitness } from "#platform/sending-witness.js";
import type { StopStep } from "#platform/shutdown.js";
import { VERSION } from "#platform/version.js";
import { startSealer } from "./audit/sealer.js";
import { startStreams } from "./audit/streams.js";
import { idleCompleter } from "./campaigns/complete-idle.js";
import { startLanes, type Lanes } from "./emails/lanes.js";
import type { HandlerParts } from "./handlers.js";
import { startHeartbeat } from "./heartbeat.js";
import { openProbePort } from "./health/probe-port.js";
import type { HandledJob } from "./job-handler.js";
import { guardEventLoop } from "./event-loop-guard.js";
import { answerRings, followQueueSettings, openPlaces, type Place } from "./places.js";
import { startFence, type Fence } from "./sending/fence.js";
import { startRelay } from "./relay.js";
import type { ScheduledTask } from "./scheduled-task.js";
import { openSweep } from "./sweep.js";
import { watchSuspects, type SuspectLimits } from "./suspects.js";
import { createTicker } from "./tick.js";
import { startWatchdog, WATCH_LIMITS, type Watched, type WatchLimits } from "./watchdog.js";

export interface WorkerParts {
  readonly config: Pick<
    ServiceConfig,
    "databaseUrl" | "redisUrl" | "smtpUrl" | "jwtKey" | "http" | "worker" | "audit" | "place"
  > &
    Partial<Pick<ServiceConfig, "mailEvidence">>;
  readonly log: Logger;
  readonly handlers: (parts: HandlerParts) => readonly HandledJob[];
  readonly schedule: readonly ScheduledTask[];
  /** How long jobs may go on by themselves when the worker stops. Default 10 s. */
  readonly graceMs?: number;
  readonly watch?: Partial<WatchLimits>;
  readonly suspects?: Partial<SuspectLimits>;
}

export interface Worker {
  readonly id: Id;
  /** Where its probes are asked; null when nowhere. */
  readonly healthPort: number | null;
  /** Resolves with a reason when nothing moves any more: whoever runs it begins to stop. */
  readonly standstill: Promise<string>;
  /** In this order; they need less than 20 seconds. */
  readonly stopSteps: readonly StopStep[];
}

/** Only a limit: connections are opened as they are needed. Each place holds at most one, and a few are for the rest. */
const MOST_CONNECTIONS = MOST_CONCURRENCY + 16;
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
  const database = await Database.open(config.databaseUrl, {
    poolSize: MOST_CONNECTIONS,
    statementTimeoutMs: 60_000,
    watchLog: log,
    applicationName: "postwatch-worker",
    secret: config.jwtKey,
  });
  const prefix = await readRedisPrefix(database);
  const queues = await openQueues(config.redisUrl, prefix, { log });
  const bus = openPubSub(config.redisUrl, prefix, log);

  // Before anything is taken on: whatever ends the process until here leaves nothing behind.
  let isStuck = (): boolean => false;
  const probes = await openProbes(config, database, log, () => isStuck());
  const fence = await startFenceOf(config, prefix, database, log);
  const lanes = startMailLanes(database, config, bus, fence, log);
  const mail = { smtpUrl: config.smtpUrl, publicUrl: config.http.publicUrl };
  const handlers = parts.handlers({
    wakeLanes: () => lanes.wake(),
    mail,
    anchors: config.audit,
    evidence: config.mailEvidence && evidenceSources(config.mailEvidence, config.smtpUrl),
  });
  const byType = new Map(handlers.map((handler) => [handler.type, handler]));
  const places = openPlaces(config.worker.queues, { database, handlers: byType, bus, log, workerId: id });
  const following = followQueueSettings({ database, log }, places, {
    lanes: config.worker.lanes,
    resize: (size) => lanes.resize(size),
  });
  const suspects = watchSuspects({ database, places, handlers: byType, lanes, log, limits: parts.suspects });
  const limits = { ...WATCH_LIMITS, ...parts.watch };
  const watchdog = startWatchdog({ database, watched: movingParts(places, lanes), log, limits });
  isStuck = () => watchdog.isStuck();
  const guard = guardEventLoop("worker", limits.loopAfterMs);
  const relay = startRelay({ database, queues, bus, log });
  const sealer = startSealer({ database, bus, log, ...sealingKeys(config) });
  const streams = startStreams({ database, log, out: outbound(config.audit.streamsReachPrivate) });
  const months = startAuditMonths(database, log);
  const answering = answerRings(queues, places, log);
  const sweeping = repeat("the sweep of leases", openSweep({ database, bus, log }), log);
  const ticker = createTicker({ database, tasks: parts.schedule, workerId: id, log });
  const ticking = repeat("the schedule", () => ticker.look(), log);
  const facts = { id, host: hostname(), pid: process.pid, version: VERSION, queues: config.worker.queues };
  const occupancy = () => ({
    lanes: lanes.size() + places.reduce((sum, { slots }) => sum + slots.size, 0),
    busyLanes: lanes.busy() + places.reduce((sum, { slots }) => sum + slots.busy(), 0),
    stalledSeconds: Math.floor(watchdog.stalledMs() / 1_000),
  });
  const heartbeat = startHeartbeat(database, facts, occupancy, log);
  log.info({ worker: id, queues: config.worker.queues }, "the worker runs");

  const graceMs = parts.graceMs ?? GRACE_MS;
  const stopSteps: StopStep[] = [
    step(
      "take nothing new",
      async () => probes?.drain(),
      ticking.stop,
      streams.stop,
      suspects.stop,
      watchdog.stop,
      following.stop,
      answering.stopPolling,
    ),
    step(
      "finish mails and jobs, give back the rest",
      () => lanesWithin(lanes, LANES_STOP_MS, log),
      () => answering.stopListening(graceMs + ABORT_MS + 500),
      ...places.map(
        ({ slots }) =>
          () =>
            slots.stop(graceMs, ABORT_MS, limits.endAfterMs),
      ),
    ),
    step(
      "relay, sealer and heartbeat",
      relay.stop,
      sealer.stop,
      months.stop,
      sweeping.stop,
      heartbeat.stop,
      fence.stop,
    ),
    step("queues", () => queues.close(500)),
    step("pub/sub", () => bus.close()),
    step("probes", async () => probes?.close()),
    step("database", () => database.close()),
    step("guard", async () => void (await guard.stop())),
  ];
  return { id, healthPort: probes?.port ?? null, standstill: watchdog.standstill, stopSteps };
}

function sealingKeys({ audit, jwtKey }: WorkerParts["config"]) {
  const previous = audit.previousSigningKey;
  return {
    key: openSealingKey(audit.signingKey, jwtKey),
    previousKey: previous ? openSealingKey(previous, jwtKey) : null,
  };
}

function movingParts(places: readonly Place[], lanes: Lanes): Watched[] {
  return [
    { name: "a mail lane", lastMoved: () => lanes.lastMoved() },
    ...places.map(({ name, slots }) => ({ name: `a job of ${name}`, lastMoved: () => slots.lastMoved() })),
  ];
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

async function openProbes(
  { http, redisUrl, worker }: WorkerParts["config"],
  database: Database,
  log: Logger,
  isStuck: () => boolean,
) {
  if (worker.healthPort === undefined) return null;
  return openProbePort({
    host: http.host,
    port: worker.healthPort,
    database,
    redisUrl,
    log,
    isStuck,
  });
}

/** Who mails nothing has no say in it. */
async function startFenceOf(
  { redisUrl, place, worker }: WorkerParts["config"],
  prefix: string,
  database: Database,
  log: Logger,
): Promise<Fence> {
  if (!worker.queues.includes("emails"))
    return { witness: () => ({ epoch: 0, place: null }), async stop() {} };
  return startFence({ database, outside: openSendingWitness(redisUrl, prefix, log), place, log });
}

const NO_LANES: Lanes = {
  wake() {},
  busy: () => 0,
  size: () => 0,
  hold() {},
  release() {},
  isIdle: () => true,
  lastMoved: () => performance.now(),
  resize() {},
  async stop() {},
};

function startMailLanes(
  database: Database,
  config: WorkerParts["config"],
  bus: PubSub,
  fence: Fence,
  log: Logger,
): Lanes {
  if (!config.worker.queues.includes("emails")) return NO_LANES;
  const op = openOperation(database, { kind: "JOB", name: "emails.sendStep" }, { requestId: newId() });
  return startLanes({
    database,
    smtpUrl: config.smtpUrl,
    publicUrl: config.http.publicUrl,
    bus,
    log,
    lanes: config.worker.lanes,
    witness: () => fence.witness(),
    onIdle: idleCompleter(op),
  });
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
