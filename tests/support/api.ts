import { randomBytes } from "node:crypto";
import { pino } from "pino";
import { inject } from "vitest";
import type { Role } from "../../domain/access/roles.js";
import { requireServices, loadConfig } from "../../platform/config.js";
import { Database } from "../../platform/database/database.js";
import { findFreePort } from "../../platform/embedded/free-port.js";
import { openHealthSampler, type HealthSampler } from "../../platform/health/sampler.js";
import { readRedisPrefix } from "../../platform/installation.js";
import { openPubSub, type PubSub } from "../../platform/pubsub.js";
import { Counters } from "../../platform/rate-limits/counters.js";
import { openRefusalWatch } from "../../platform/rate-limits/refusal-watch.js";
import { RequestLimits } from "../../platform/rate-limits/request-budget.js";
import { openSignInThrottle } from "../../platform/rate-limits/sign-in-throttle.js";
import type { BuiltSchema } from "../../schema/build-schema.js";
import { composeApp, type App } from "../../server/app.js";
import { freshDatabase, makeTenant, makeUser, type TestDatabase, type TestUser } from "./database.js";
import { startSmtpSink, type SmtpSink } from "./smtp-sink.js";

export type Caller = Role | "ANONYMOUS";

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly data: T | null | undefined;
  readonly errors: readonly WireError[];
  readonly text: string;
}

export interface WireError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string } & Readonly<Record<string, unknown>>;
}

/** Speaks to the server as one person does, or as a stranger. */
export interface Speaker {
  readonly authorization: string | undefined;
  /** Queries and mutations alike. */
  ask<T = Record<string, unknown>>(query: string, variables?: object): Promise<Answer<T>>;
  /** Anything else: the authorization header is added. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

export interface Api {
  readonly url: string;
  readonly app: App;
  readonly db: TestDatabase;
  readonly bus: PubSub;
  readonly health: HealthSampler;
  readonly smtp: SmtpSink;
  readonly tenantId: string;
  readonly people: Readonly<Record<Role, TestUser>>;
  /** Every log line so far, as JSON text. */
  readonly logLines: string[];
  as(caller: Caller): Promise<Speaker>;
  /** A speaker with this header, whatever it is. */
  withHeader(authorization: string | undefined): Speaker;
  tokenOf(user: TestUser): Promise<string>;
  close(): Promise<void>;
}

export interface ApiOptions {
  /** False: nobody is made to wait for having been refused very often. */
  readonly countsRefusals?: boolean;
  readonly built?: BuiltSchema;
  readonly environment?: Readonly<Record<string, string>>;
  /** What the server reaches its database through, instead of directly; `databaseUrl` is where it is. */
  readonly openDatabase?: (databaseUrl: string) => Promise<Database>;
  /** One more server of the same installation: its database and people. Give both the same JWT_SECRET. */
  readonly beside?: Pick<Api, "db" | "tenantId" | "people">;
}

/** A real server on a port of its own, on the Postgres and Redis of this test run, with a person of each role. */
export async function startApi(options: ApiOptions = {}): Promise<Api> {
  const { beside } = options;
  const [db, smtp, port] = await Promise.all([
    beside?.db ?? freshDatabase(),
    startSmtpSink(),
    findFreePort(),
  ]);
  const config = requireServices(
    loadConfig({
      PORT: String(port),
      DATABASE_URL: db.url,
      REDIS_URL: inject("redisUrl"),
      SMTP_URL: smtp.url,
      JWT_SECRET: randomBytes(32).toString("hex"),
      // A test of the limit sets its own.
      RATE_LIMIT_PER_MINUTE: "1000000",
      ...options.environment,
    }),
  );
  const logLines: string[] = [];
  const log = pino({ level: "debug" }, { write: (line: string) => void logLines.push(line) });
  const database = (await options.openDatabase?.(db.url)) ?? db.database;
  const bus = openPubSub(config.redisUrl, await readRedisPrefix(db.database), log);
  const health = openHealthSampler({
    database,
    redisUrl: config.redisUrl,
    smtpUrl: config.smtpUrl,
    dataDirectory: process.cwd(),
  });
  // All databases are made from one template and so are one installation; their callers are not the same.
  const counters = new Counters(config.redisUrl, `test:${port}:${db.url.slice(-8)}`, log);
  const limits = new RequestLimits(counters, config.http.rateLimitPerMinute);
  const throttle = openSignInThrottle(counters);
  const refusals = options.countsRefusals === false ? undefined : openRefusalWatch(counters, bus);
  const services = { config, database, bus, health, log, limits, throttle, refusals };
  const app = await composeApp({ ...services, built: options.built });
  const url = await app.listen();
  const tenantId = beside?.tenantId ?? (await makeTenant(db.database));
  const person = (role: Role) => makeUser(db.database, { tenantId, role });
  const people = beside?.people ?? {
    ADMIN: await person("ADMIN"),
    MANAGER: await person("MANAGER"),
    USER: await person("USER"),
  };
  const tokenOf = async (user: TestUser) => (await app.tokens.issue(user)).accessToken;
  return {
    url,
    app,
    db,
    bus,
    health,
    smtp,
    tenantId,
    people,
    logLines,
    as: async (caller) =>
      speaker(url, caller === "ANONYMOUS" ? undefined : `Bearer ${await tokenOf(people[caller])}`),
    withHeader: (authorization) => speaker(url, authorization),
    tokenOf,
    async close() {
      await app.close();
      health.close();
      await bus.close();
      counters.close();
      await smtp.stop();
      if (database !== db.database) await database.close();
      if (!beside) await db.close();
    },
  };
}

function speaker(url: string, authorization: string | undefined): Speaker {
  const send = (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (authorization !== undefined) headers.set("authorization", authorization);
    return fetch(`${url}${path}`, { ...init, headers });
  };
  return {
    authorization,
    fetch: send,
    async ask<T>(query: string, variables?: object) {
      const response = await send("/graphql", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query, variables }),
      });
      return answerOf<T>(response);
    },
  };
}

export async function answerOf<T = Record<string, unknown>>(response: Response): Promise<Answer<T>> {
  const text = await response.text();
  const body = JSON.parse(text) as { data?: T | null; errors?: WireError[] };
  const { status, headers } = response;
  return { status, headers, data: body.data, errors: body.errors ?? [], text };
}

export { checksum, checksumBesideRefusals } from "./fingerprint.js";
