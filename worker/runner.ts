import { setTimeout as sleep } from "node:timers/promises";
import type { Bus } from "#domain/channels.js";
import { DomainError, InvalidInputError } from "#domain/errors.js";
import type { Id } from "#domain/ids.js";
import { endingOf, endingOfError, GIVEN_BACK, parked, type Ending } from "#domain/jobs/ending.js";
import { demandInitiator, InitiatorGone } from "#domain/jobs/initiator.js";
import type { ClaimedJob } from "#domain/jobs/claim.queries.js";
import { cancel, type Outcome } from "#domain/jobs/outcome.js";
import { returnJob, storeProgress, type Closing } from "#domain/jobs/run.queries.js";
import type { RequestFacts } from "#domain/operation.js";
import type { Database } from "#platform/database/database.js";
import { openOperation } from "#platform/database/open-operation.js";
import type { Logger } from "#platform/logger.js";
import { noteCrumb, reportError, traced } from "#platform/sentry.js";
import { VERSION } from "#platform/version.js";
import { Drained, Stalled } from "./abort-reasons.js";
import type { BoundJob, HandledJob } from "./job-handler.js";
import { tellPeople, tellJob } from "./job-news.js";
import { holdLease, LeaseLost, type HeldLease } from "./lease.js";

/**
 * One job's life, as a list of steps. A new concern is a step with a name.
 *
 * The job was claimed, which counted the attempt before any work. Whatever happens here, the job ends recorded: closed,
 * put back, or, when this process dies or loses the lease, swept back by another one. What is recorded is fenced by
 * the lease, so a run that was overtaken changes nothing.
 */
export interface RunnerParts {
  readonly database: Database;
  readonly handlers: ReadonlyMap<string, HandledJob>;
  readonly bus: Bus;
  readonly log: Logger;
  readonly workerId: Id;
}

export interface RunParts extends RunnerParts {
  /** @returns false when the job is no longer ours */
  readonly close: (closing: Closing) => Promise<readonly Id[] | null>;
}

interface Life extends RunParts {
  readonly job: ClaimedJob;
  readonly request: RequestFacts;
  readonly begunAt: number;
  /** Aborts the run: see abort-reasons.ts, or LeaseLost. */
  readonly abort: AbortController;
  handler?: HandledJob;
  bound?: BoundJob;
  lease?: HeldLease;
  /** Set by the first step that knows how it ends. */
  ending?: Ending;
  /** What nobody expected, when that is why it ends. */
  failure?: Error;
  /** False when the job was not ours any more. */
  isRecorded?: boolean;
  /** Who was told that it is dead. */
  told?: readonly Id[];
}

const STEPS: readonly ((life: Life) => Promise<void> | void)[] = [
  tellNews,
  findHandler,
  parsePayload,
  beginLease,
  performJob,
  recordEnding,
  endLease,
  report,
  tellFailure,
  tellNews,
  tellAdministrators,
];

/**
 * Lives the claimed job's life to its end. Never rejects.
 * @param moved told whenever it asks the database for something
 */
export async function runJob(
  parts: RunParts,
  job: ClaimedJob,
  abort: AbortController,
  moved: () => void,
): Promise<void> {
  const log = parts.log.child({ job: job.id, type: job.type, attempt: job.attempts });
  const request = { requestId: job.requestId ?? job.id, jobId: job.id, onBehalfOf: job.initiatedBy, moved };
  const life: Life = { ...parts, log, job, request, abort, begunAt: performance.now() };
  await traced("queue.process", job.type, request, () => live(life));
}

async function live(life: Life): Promise<void> {
  for (const step of STEPS) {
    noteCrumb(life.request, "job", step.name);
    await step(life);
  }
}

function findHandler(life: Life): void {
  const { type, payloadVersion } = life.job;
  const handler = life.handlers.get(type);
  if (handler && payloadVersion <= handler.version) life.handler = handler;
  else {
    const known = handler ? `reads ${type} up to version ${handler.version} only` : `does not know ${type}`;
    life.ending = parked(`Parked: version ${VERSION} of the worker ${known}; a newer one takes it.`);
    life.log.warn({ payloadVersion }, "a job of a newer version; left for a newer worker");
  }
}

/** What no version should have written is tried again by the policy. */
function parsePayload(life: Life): void {
  if (!life.handler) return;
  try {
    life.bound = life.handler.bind(life.job.payload, life.job.payloadVersion);
  } catch (error) {
    const reason = `The payload of ${life.job.type} cannot be read: ${faultsOf(error)}`;
    life.failure = new Error(`The payload of ${life.job.type} cannot be read`);
    life.ending = endingOf({ kind: "retry", reason }, life.job, life.handler.policy, Math.random());
  }
}

function faultsOf(error: unknown): string {
  if (!(error instanceof InvalidInputError)) return (error as Error).message;
  return error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
}

function beginLease(life: Life): void {
  if (life.bound) life.lease = holdLease(life.database, life.job, (reason) => life.abort.abort(reason));
}

async function performJob(life: Life): Promise<void> {
  const { job, handler, bound, database, abort, bus, log, request } = life;
  if (!handler || !bound) return;
  const op = openOperation(database, { kind: "JOB", name: job.type }, request, job.tenantId ?? undefined);
  const progress = async (value: object) => {
    request.moved?.();
    if (await storeProgress(database, job, value)) tellNews(life);
    else abort.abort(new LeaseLost());
  };
  try {
    const outcome = await performAllowed(job, bound, { op, signal: abort.signal, progress, bus, log });
    life.ending = endingOf(outcome, job, handler.policy, Math.random());
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    // After an abort, whatever comes out is the abort's doing.
    if (abort.signal.aborted) {
      const { reason } = abort.signal as { reason: Error };
      life.ending =
        reason instanceof Stalled ? endingOfError(reason, job, handler.policy, Math.random()) : GIVEN_BACK;
      return;
    }
    life.ending = endingOfError(error, job, handler.policy, Math.random());
    if (!(error instanceof DomainError)) life.failure = error;
    log.warn({ err: error }, "the job failed");
  }
}

/** Somebody who has lost a right must not use it through a job that waited or still runs. */
async function performAllowed(
  { tenantId, initiatedBy }: ClaimedJob,
  bound: BoundJob,
  run: Parameters<BoundJob["perform"]>[0],
): Promise<Outcome> {
  try {
    if (bound.initiatorNeeds && initiatedBy && tenantId)
      await demandInitiator(run.op, tenantId, initiatedBy, bound.initiatorNeeds);
    return await bound.perform(run);
  } catch (error) {
    if (!(error instanceof InitiatorGone)) throw error;
    await bound.withdraw(run, error.message);
    return cancel(error.message);
  }
}

const RECORD_EVERY_MS = 500;

/** Kept at until the database answers: work that is done must not be done again because of a blink. */
async function recordEnding(life: Life): Promise<void> {
  const { job, database, abort, ending } = life;
  if (!ending) return;
  for (;;) {
    try {
      life.isRecorded = await (ending.kind === "close"
        ? recordClose(life, ending)
        : returnJob(database, job, ending));
      return;
    } catch (error) {
      life.log.warn({ err: error }, "the end of a job cannot be recorded; trying again");
      // A draining worker has no time to wait: the lease runs out and the job comes back.
      if (abort.signal.reason instanceof Drained || abort.signal.reason instanceof Stalled) return;
      await sleep(RECORD_EVERY_MS);
    }
  }
}

async function recordClose(life: Life, { state, error }: Pick<Closing, "state" | "error">): Promise<boolean> {
  const told = await life.close({ lease: life.job, state, error });
  life.told = told ?? [];
  return told !== null;
}

function endLease(life: Life): void {
  life.lease?.release();
}

function tellNews({ bus, job }: Life): void {
  tellJob(bus, job);
}

/** An attempt that fails is not worth an alert while there is another. */
function tellFailure({ failure, ending, isRecorded, job, request }: Life): void {
  if (!failure || !isRecorded || ending?.kind !== "close" || ending.state !== "FAILED") return;
  reportError(failure, { request, job });
}

function tellAdministrators({ bus, told }: Life): void {
  tellPeople(bus, told ?? []);
}

function report(life: Life): void {
  const { ending, isRecorded, log, begunAt } = life;
  const ms = Math.round(performance.now() - begunAt);
  if (!isRecorded) log.warn({ ms }, "the job was overtaken: what this run returned counts for nothing");
  else if (ending?.kind === "close" && ending.state === "FAILED")
    log.error({ ms, error: ending.error }, "the job is dead");
  else log.info({ ms, ending }, "the job ended");
}
