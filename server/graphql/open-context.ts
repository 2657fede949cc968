import type { Actor } from "#domain/access/actor.js";
import type { Bus } from "#domain/channels.js";
import type { HealthSource } from "#domain/health/index.js";
import type { RequestFacts } from "#domain/operation.js";
import type { Database } from "#platform/database/database.js";
import { openOperation } from "#platform/database/open-operation.js";
import type { Logger } from "#platform/logger.js";
import type { SchemaContext, SessionGate } from "#schema/context.js";
import { openLoaders } from "#schema/loaders.js";

/** What every context is made from; one a process. */
export interface ContextSources {
  readonly database: Database;
  readonly bus: Bus;
  readonly health: HealthSource;
  readonly log: Logger;
}

/** A new context for one document, or for one event of a subscription. */
export function openContext(
  sources: ContextSources,
  actor: Actor,
  request: RequestFacts,
  session: SessionGate,
): SchemaContext {
  const { database, bus, health, log } = sources;
  const op = openOperation(database, actor, request);
  return {
    op,
    loaders: openLoaders(op),
    bus,
    health,
    session,
    report: (error, where) => log.error({ err: error, requestId: request.requestId }, `failed: ${where}`),
  };
}
