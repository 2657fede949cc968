import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Actor } from "#domain/access/actor.js";
import { RateLimitedError } from "#domain/errors.js";
import { networkOf } from "#platform/rate-limits/network.js";
import type { BudgetState, RequestBudget, RequestLimits } from "#platform/rate-limits/request-budget.js";

/** Probes must not compete with traffic, and files cost next to nothing. */
const COUNTED = /^\/(graphql|api\/(?!health))/i;

/** The route that was found, however its address is spelt (/%67raphql is /graphql), else the address. */
const placeOf = (request: FastifyRequest): string => request.routeOptions.url ?? request.url;

/** A request with what was found out about it before its body was read. */
export interface Admitted {
  readonly actor: Actor;
  readonly budget: RequestBudget;
}

export interface RateLimitOptions {
  readonly limits: RequestLimits;
  actorOf(request: FastifyRequest): Promise<Actor>;
  addressOf(request: FastifyRequest): string;
}

/** Whose budget a caller spends: their own wherever they are, a stranger's that of their network. */
export const callerOf = (actor: Actor, address: string): string =>
  actor.kind === "USER"
    ? `person ${actor.viewedBy?.userId ?? actor.userId}`
    : `network ${networkOf(address)}`;

/**
 * Counts every request for the API before its body is read. A stranger's costs no look into the database, so a flood
 * of them costs next to nothing.
 * @returns who speaks in a request that was counted
 */
export function addRateLimit(
  app: FastifyInstance,
  options: RateLimitOptions,
): (request: FastifyRequest) => Admitted {
  const admitted = new WeakMap<FastifyRequest, Admitted>();
  app.addHook("onRequest", async (request, reply) => {
    if (!COUNTED.test(placeOf(request))) return undefined;
    const actor = await options.actorOf(request);
    const budget = options.limits.open(callerOf(actor, options.addressOf(request)));
    admitted.set(request, { actor, budget });
    try {
      await budget.spend(1);
    } catch (error) {
      if (error instanceof RateLimitedError) return refuse(request, reply, error, budget.state);
      throw error;
    } finally {
      tellBudget(reply, budget.state);
    }
    return undefined;
  });
  return (request) => {
    const found = admitted.get(request);
    if (!found) throw new TypeError(`${request.url} is not counted`);
    return found;
  };
}

/** The headers that GitHub's API made usual. */
function tellBudget(reply: FastifyReply, { limit, used, remaining, resetAt }: BudgetState): void {
  void reply.headers({
    "x-ratelimit-limit": limit,
    "x-ratelimit-used": used,
    "x-ratelimit-remaining": remaining,
    "x-ratelimit-reset": Math.ceil(resetAt.getTime() / 1000),
  });
}

function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  { code, message, retryAfterSeconds }: RateLimitedError,
  { resetAt }: BudgetState,
): FastifyReply {
  const details = { code, retryAfterSeconds, resetAt: resetAt.toISOString() };
  void reply.code(429).header("retry-after", retryAfterSeconds);
  if (/^\/graphql\b/i.test(placeOf(request)))
    return reply.send({ errors: [{ message, extensions: details }] });
  return reply.send({ ...details, message, requestId: request.id });
}
