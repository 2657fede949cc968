import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Actor } from "#domain/access/actor.js";
import { RateLimitedError } from "#domain/errors.js";
import type { Id } from "#domain/ids.js";
import { networkOf } from "#platform/rate-limits/network.js";
import type { BudgetState, RequestBudget, RequestLimits } from "#platform/rate-limits/request-budget.js";

/** Probes must not compete with traffic, and files cost next to nothing. */
const COUNTED = /^\/(graphql|api\/(?!health))/i;
/** What stops things is short. */
const LONGEST_STOP_BYTES = 8 * 1024;

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
  /** The session that its refresh cookie was handed out for, without a look into the database. */
  sessionOf(request: FastifyRequest): Id | null;
  addressOf(request: FastifyRequest): string;
  /** Does this body do nothing but stop things? */
  stopsOnly(body: unknown): boolean;
}

/**
 * Whose budget a caller spends: a person their own, wherever they are; a browser that only has our cookie that of its
 * session, so that nobody beside it can keep it from a new token; a stranger that of their network.
 */
export function callerOf(actor: Actor, address: string, sessionId: Id | null = null): string {
  if (actor.kind === "USER") return `person ${actor.viewedBy?.userId ?? actor.userId}`;
  return sessionId === null ? `network ${networkOf(address)}` : `session ${sessionId}`;
}

/**
 * Counts every request for the API before its body is read. A stranger's costs no look into the database, whatever
 * bearer token or cookie they make up, so a flood of them costs next to nothing.
 * @returns who speaks in a request that was counted
 */
export function addRateLimit(
  app: FastifyInstance,
  options: RateLimitOptions,
): (request: FastifyRequest) => Admitted {
  const admitted = new WeakMap<FastifyRequest, Admitted>();
  /** Requests without points, whose short body may say that they stop something. */
  const late = new WeakMap<FastifyRequest, RateLimitedError>();
  app.addHook("onRequest", async (request, reply) => {
    if (!COUNTED.test(placeOf(request))) return undefined;
    const actor = await options.actorOf(request);
    const sessionId = options.sessionOf(request);
    const budget = options.limits.open(callerOf(actor, options.addressOf(request), sessionId));
    admitted.set(request, { actor, budget });
    try {
      await budget.spend(1);
    } catch (error) {
      if (!(error instanceof RateLimitedError)) throw error;
      const isStranger = actor.kind !== "USER" && sessionId === null;
      if (isStranger || !mayStop(request)) return refuse(request, reply, error, budget.state);
      late.set(request, error);
    } finally {
      tellBudget(reply, budget.state);
    }
    return undefined;
  });
  app.addHook("preHandler", async (request, reply) => {
    const spent = late.get(request);
    if (!spent) return undefined;
    const { budget } = admitted.get(request)!;
    const refusal = options.stopsOnly(request.body) ? await refusalOfReserve(budget) : spent;
    return refusal === null ? undefined : refuse(request, reply, refusal, budget.state);
  });
  return (request) => {
    const found = admitted.get(request);
    if (!found) throw new TypeError(`${request.url} is not counted`);
    return found;
  };
}

const isGraphql = (request: FastifyRequest): boolean => /^\/graphql\b/i.test(placeOf(request));

function mayStop(request: FastifyRequest): boolean {
  if (request.method !== "POST" || !isGraphql(request)) return false;
  return Number(request.headers["content-length"] ?? Infinity) <= LONGEST_STOP_BYTES;
}

async function refusalOfReserve(budget: RequestBudget): Promise<RateLimitedError | null> {
  try {
    await budget.spendReserve();
    return null;
  } catch (error) {
    if (error instanceof RateLimitedError) return error;
    throw error;
  }
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
  if (isGraphql(request)) return reply.send({ errors: [{ message, extensions: details }] });
  return reply.send({ ...details, message, requestId: request.id });
}
