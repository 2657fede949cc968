import fastifyCookie from "@fastify/cookie";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { AddressInfo } from "node:net";
import { openProofDesk } from "#domain/audit/proof-desk.js";
import { readAnchors } from "#platform/audit-anchor-file.js";
import { openSealingKey } from "#platform/audit-keys.js";
import type { ServiceConfig } from "#platform/config.js";
import { openOperation } from "#platform/database/open-operation.js";
import { databaseChecks, Readiness } from "#platform/health/readiness.js";
import type { Logger } from "#platform/logger.js";
import { openMailRoom } from "#platform/mail/mail-room.js";
import type { RequestLimits } from "#platform/rate-limits/request-budget.js";
import { reportError } from "#platform/sentry.js";
import type { AccessTable } from "#schema/access/rules.js";
import { buildSchema, type BuiltSchema } from "#schema/build-schema.js";
import { openLiveJobs } from "#schema/jobs/live-jobs.js";
import { Authenticator } from "./auth/authenticate.js";
import { LiveConnections } from "./auth/live-connections.js";
import { RefreshCookie } from "./auth/refresh-cookie.js";
import { closedSessionGate, sessionGateOf } from "./auth/session-gate.js";
import { Sessions } from "./auth/sessions.js";
import { throughEyesWith } from "./auth/through-eyes.js";
import { Tokens } from "./auth/tokens.js";
import { createErrorFormatter } from "./graphql/format-error.js";
import { serveGraphqlOverHttp } from "./graphql/http.js";
import type { NoteOperation } from "./graphql/note-operations.js";
import { queryLimits } from "./graphql/limits.js";
import { openContext, type ContextSources } from "./graphql/open-context.js";
import { PricedBudget } from "./graphql/priced-budget.js";
import { stopsOnly } from "./graphql/stopping.js";
import { subscriptionGuard } from "./graphql/subscription-guard.js";
import { GraphqlWebsocket } from "./graphql/websocket.js";
import { consoleDirectory } from "./http/built-files.js";
import { clientAddress, isOwnOrigin, trustedProxies } from "./http/client-address.js";
import { addAuditExport } from "./http/audit-export.js";
import { addCampaignTimetable } from "./http/campaign-timetable.js";
import { addConsole } from "./http/console.js";
import { answerErrorsAsJson } from "./http/errors.js";
import { createHttp, factsOf } from "./http/fastify.js";
import { openMetrics, type Metrics } from "./http/metrics.js";
import { addImportUpload } from "./http/imports.js";
import { demandOneHost, hasOneHost } from "./http/one-host.js";
import { pageTracking } from "./http/page-tracking.js";
import { addPlayground } from "./http/playground.js";
import { addProbes } from "./http/probes.js";
import { addRateLimit } from "./http/rate-limit.js";
import { addSecurityHeaders } from "./http/security-headers.js";
import { addUnsubscribe } from "./http/unsubscribe.js";

/** What the app stands on; the caller opens and closes it. */
export interface AppServices extends Omit<
  ContextSources,
  "liveJobs" | "proofDesk" | "mailRoom" | "receiptKey"
> {
  readonly config: ServiceConfig;
  /** Points a minute of every caller, over all servers. */
  readonly limits: RequestLimits;
  /** The contract to serve; by default the product's. */
  readonly built?: BuiltSchema;
}

export interface App {
  readonly http: FastifyInstance;
  readonly live: LiveConnections;
  readonly tokens: Tokens;
  /** @returns the address, e.g. http://127.0.0.1:4000. Rejects when the port is taken. */
  listen(): Promise<string>;
  /** Readiness says no from now on; requests are served still. */
  drain(): void;
  /** Sockets are told 1001, requests under way are finished. */
  close(): Promise<void>;
}

/** How long requests under way may take when we stop; then their lines are cut. */
const FINISH_MS = 8000;

/** The whole server without a port: tests and main.ts start it. */
export async function composeApp(given: AppServices): Promise<App> {
  const services: Composed = {
    ...given,
    liveJobs: openLiveJobs({ ...given, report: reporterTo(given.log) }),
    proofDesk: openProofDesk((chain) => readAnchors(given.config.audit.anchorFile, chain)),
    mailRoom: openMailRoom(given.config.http.publicUrl),
    receiptKey: openSealingKey(given.config.audit.signingKey, given.config.jwtKey),
  };
  const parts = partsOf(services);
  const { readiness, live, tokens } = parts;
  const http = createHttp(services.log, parts.isTrusted, () => readiness.isDraining);
  await http.register(fastifyCookie);
  const metrics = openMetrics({
    database: services.database,
    health: services.health,
    host: services.config.http.host,
    probeToken: services.config.http.probeToken,
    socketLoad: () => websocket.load,
  });
  const websocket = openWebsocket(http, parts, services, metrics.operation);
  await addRoutes(http, parts, services, metrics);
  await http.ready();
  return {
    http,
    live,
    tokens,
    async listen() {
      const { host, port } = services.config.http;
      await http.listen({ host, port });
      const name = host.includes(":") ? `[${host}]` : host;
      return `http://${name}:${(http.server.address() as AddressInfo).port}`;
    },
    drain: () => readiness.drain(),
    async close() {
      readiness.drain();
      await websocket.close();
      const cut = setTimeout(() => http.server.closeAllConnections(), FINISH_MS);
      await http.close();
      clearTimeout(cut);
      await live.stop();
    },
  };
}

type Composed = AppServices & ContextSources;

const reporterTo = (log: Logger) => (error: unknown, where: string) => {
  log.error({ err: error }, `failed: ${where}`);
  reportError(error, { where });
};

type Parts = ReturnType<typeof partsOf>;

/** What the doors share. */
function partsOf({ config, database, bus, log, built, refusals }: AppServices) {
  const tokens = new Tokens(config.jwtKey);
  const authenticator = new Authenticator(tokens, new Sessions(database));
  const { schema, access } = built ?? buildSchema();
  return {
    schema,
    tokens,
    authenticator,
    throughEyes: throughEyesWith(authenticator, { database, refusals }),
    isTrusted: trustedProxies(config.http.trustProxy),
    cookie: new RefreshCookie(config.http, config.jwtKey),
    live: new LiveConnections(authenticator.sessions, bus, log),
    readiness: new Readiness(databaseChecks(database), log),
    formatError: createErrorFormatter(log),
    limits: queryLimits(publicMutations(access)),
  };
}

async function addRoutes(
  http: FastifyInstance,
  parts: Parts,
  services: Composed,
  metrics: Metrics,
): Promise<void> {
  const { config, database, health } = services;
  const { authenticator, readiness, schema, limits, formatError, isTrusted, tokens, cookie } = parts;
  const { throughEyes } = parts;
  const actorOf = (request: FastifyRequest) =>
    authenticator.actorOf(request.headers.authorization, factsOf(request, isTrusted));
  const tracking = pageTracking(config);
  await addSecurityHeaders(http, config.http.isHttps, tracking?.origin);
  answerErrorsAsJson(http, formatError);
  demandOneHost(http);
  const admittedOf = addRateLimit(http, {
    limits: services.limits,
    actorOf,
    sessionOf: (request) => cookie.sessionIn(request.cookies),
    addressOf: (request) => clientAddress(request.raw, isTrusted),
    stopsOnly,
  });
  await serveGraphqlOverHttp(http, {
    schema,
    limits,
    formatError,
    noteOperation: metrics.operation,
    log: services.log,
    schemaIsFor: !config.http.isSchemaOpen ? "nobody" : config.isProduction ? "signedIn" : "everybody",
    openContext: async (request: FastifyRequest, reply: FastifyReply) => {
      const gate = sessionGateOf(request, reply, tokens, cookie);
      const { actor, budget } = admittedOf(request);
      const facts = factsOf(request, isTrusted);
      const seen = await throughEyes(actor, facts, request.headers["x-view-as"]);
      return openContext(services, seen, facts, gate, new PricedBudget(budget));
    },
  });
  metrics.addTo(http);
  addProbes(http, {
    readiness,
    health,
    probeToken: config.http.probeToken,
    openOperation: async (request) =>
      openOperation(
        database,
        await actorOf(request),
        factsOf(request, isTrusted),
        undefined,
        services.refusals,
      ),
  });
  const openAdmitted = async (request: FastifyRequest) => {
    const facts = factsOf(request, isTrusted);
    const seen = await throughEyes(admittedOf(request).actor, facts, request.headers["x-view-as"]);
    return openOperation(database, seen, facts, undefined, services.refusals);
  };
  await addImportUpload(http, { openOperation: openAdmitted });
  addAuditExport(http, {
    openOperation: openAdmitted,
    anchorsOf: (chain) => readAnchors(config.audit.anchorFile, chain),
  });
  addCampaignTimetable(http, { openOperation: openAdmitted });
  await addUnsubscribe(http, {
    reader: database,
    openOperation: (request, actor, tenantId) =>
      openOperation(database, actor, factsOf(request, isTrusted), tenantId),
  });
  await addConsole(http, consoleDirectory(), tracking);
  await addPlayground(http, config.http.isHttps);
}

function openWebsocket(
  http: FastifyInstance,
  parts: Parts,
  services: Composed,
  noteOperation: NoteOperation,
): GraphqlWebsocket {
  const { authenticator, live, schema, limits, formatError, isTrusted, tokens, cookie } = parts;
  const gate = closedSessionGate(tokens);
  const websocket = new GraphqlWebsocket({
    guard: subscriptionGuard(schema, limits),
    formatError,
    noteOperation,
    authenticator,
    live,
    log: services.log,
    openContext: (person, request, budget) =>
      openContext(services, person, request, gate, new PricedBudget(budget)),
    limits: services.limits,
    throughEyes: parts.throughEyes,
    admit: (request) => {
      if (!hasOneHost(request)) return 400;
      if (request.url?.split("?", 1)[0] !== "/graphql") return 404;
      return isOwnOrigin(request, services.config.http.publicUrl) ? null : 403;
    },
    addressOf: (request) => clientAddress(request, isTrusted),
    // Only a browser sends an Origin, and admit has checked it.
    cookieOf: ({ headers }) => {
      if (headers.origin === undefined) return null;
      const cookies = http.parseCookie(headers.cookie ?? "");
      return { token: cookie.tokenIn(cookies), sessionId: cookie.sessionIn(cookies) };
    },
  });
  websocket.listenOn(http.server);
  return websocket;
}

function publicMutations(access: AccessTable): ReadonlySet<string> {
  const open = [...access].filter(
    ([field, requirement]) => field.startsWith("Mutation.") && requirement === "public",
  );
  return new Set(open.map(([field]) => field.slice("Mutation.".length)));
}
