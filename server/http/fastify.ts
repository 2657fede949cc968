import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
} from "fastify";
import type { RequestFacts } from "#domain/operation.js";
import type { Logger } from "#platform/logger.js";
import { follow, traceOf } from "#platform/sentry.js";
import { answerBadAddress, answerUnreadable } from "./client-error.js";
import { clientAddress, type IsTrusted } from "./client-address.js";
import { requestIdOf } from "./request-id.js";
import { traceRequests } from "./trace-requests.js";

const BODY_LIMIT_BYTES = 1024 * 1024;

/** The HTTP server, without routes: ids, limits, log lines. */
export function createHttp(log: Logger, isTrusted: IsTrusted, isDraining: () => boolean): FastifyInstance {
  const app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: (address: string) => isTrusted(address),
    requestIdHeader: false,
    genReqId: requestIdOf,
    bodyLimit: BODY_LIMIT_BYTES,
    // While stopping, requests that are on their way are still served, on connections that are then closed.
    return503OnClosing: false,
    forceCloseConnections: "idle",
    // A client that drips its headers is cut off; uploads may take their time. Node looks only so often.
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 1000 },
    requestTimeout: 300_000,
    keepAliveTimeout: 72_000,
    clientErrorHandler: answerUnreadable,
    frameworkErrors: answerBadAddress,
  });
  traceRequests(app);
  app.addHook("onRequest", async (request, reply) => {
    void reply.header("x-request-id", request.id);
    // Answers are of one person and one moment; files say otherwise themselves.
    void reply.header("cache-control", "no-store");
  });
  app.addHook("onSend", async (_request, reply) => {
    // Otherwise a connection that was busy when we stopped listening stays open, and we with it.
    if (isDraining()) void reply.header("connection", "close");
  });
  app.addHook("onResponse", async (request, reply) => {
    const line = {
      requestId: request.id,
      method: request.method,
      path: request.url.split("?", 1)[0],
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
    };
    if (reply.statusCode >= 500) log.warn(line, "request failed");
    else log.debug(line, "request");
  });
  return app;
}

/** Where a request came from, for the record. */
export function factsOf(request: FastifyRequest, isTrusted: IsTrusted): RequestFacts {
  const facts = {
    requestId: request.id,
    ip: clientAddress(request.raw, isTrusted),
    userAgent: request.headers["user-agent"],
  };
  const trace = traceOf(request);
  if (trace) follow(facts, trace);
  return facts;
}
