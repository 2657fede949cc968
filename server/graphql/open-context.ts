import type { Actor } from "#domain/access/actor.js";
import type { RefusalWatch } from "#domain/access/refusal-watch.js";
import type { ProofDesk } from "#domain/audit/proof-desk.js";
import type { SealingKey } from "#domain/audit/seal.js";
import type { Bus } from "#domain/channels.js";
import type { MailRoom } from "#domain/emails/index.js";
import type { HealthSource } from "#domain/health/index.js";
import type { RequestFacts } from "#domain/operation.js";
import type { SignInThrottle } from "#domain/users/index.js";
import type { Database } from "#platform/database/database.js";
import { openOperation } from "#platform/database/open-operation.js";
import type { Logger } from "#platform/logger.js";
import { reportError } from "#platform/sentry.js";
import type { SchemaContext, SessionGate } from "#schema/context.js";
import type { LiveJobs } from "#schema/jobs/live-jobs.js";
import type { PricedBudget } from "./priced-budget.js";
import { openLoaders } from "#schema/loaders.js";

/** What every context is made from; one a process. */
export interface ContextSources {
  readonly database: Database;
  readonly bus: Bus;
  readonly health: HealthSource;
  readonly liveJobs: LiveJobs;
  readonly proofDesk: ProofDesk;
  readonly mailRoom: MailRoom;
  readonly receiptKey: SealingKey;
  readonly log: Logger;
  readonly throttle: SignInThrottle;
  readonly refusals?: RefusalWatch;
}

/** A new context for one document, or for one event of a subscription. */
export function openContext(
  sources: ContextSources,
  actor: Actor,
  request: RequestFacts,
  session: SessionGate,
  budget: PricedBudget,
): SchemaContext {
  const { database, bus, health, liveJobs, proofDesk, mailRoom, receiptKey, log, throttle } = sources;
  const report = (error: unknown, where: string) => {
    log.error({ err: error, requestId: request.requestId }, `failed: ${where}`);
    reportError(error, { request, actor, where });
  };
  const op = openOperation(database, actor, request, undefined, sources.refusals);
  return {
    op,
    loaders: openLoaders(op),
    bus,
    health,
    liveJobs,
    proofDesk,
    mailRoom,
    receiptKey,
    session,
    throttle,
    budget,
    later: (work) => void work.catch((error: unknown) => report(error, "work after the answer")),
    report,
  };
}
