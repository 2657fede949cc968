import { createSecretKey, type KeyObject } from "node:crypto";
import { join, resolve } from "node:path";
import * as v from "valibot";
import { QUEUE_NAMES, type QueueName } from "#domain/jobs/queue-names.js";
import { port, queues, redisUrl, secretsOf, sentryDsn, signingKey, urlWith, whole } from "./config-values.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that can be set from outside, parsed once. Nothing else reads the environment. */
export interface Config {
  readonly isProduction: boolean;
  /** What reports to Sentry are told apart by. */
  readonly environment: "development" | "production" | "test";
  readonly logLevel: string;
  /** Data directory of the embedded services and of secrets made at the first start. */
  readonly home: string;
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** Where people reach the product; links in mails start with it. No slash at the end. */
    readonly publicUrl: string;
    readonly isHttps: boolean;
    readonly rateLimitPerMinute: number;
    /** Whether anybody may ask what the schema has; if so, in production only those who are signed in. */
    readonly isSchemaOpen: boolean;
    /** CIDRs of proxies whose X-Forwarded-For is believed; none by default. */
    readonly trustProxy: string | false;
    /** What probes and Prometheus prove themselves with; undefined: nothing does. */
    readonly probeToken: string | undefined;
  };
  readonly databaseUrl: string | undefined;
  /** Of the role that owns the tables and migrates; undefined: the one of `databaseUrl` does. */
  readonly databaseOwnerUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly smtpUrl: string | undefined;
  /** Who knows what became of mail that is in doubt: the log of the Postfix behind SMTP_URL, the catcher's page. */
  readonly mailEvidence: { readonly logFile: string | undefined; readonly catcherUrl: string | undefined };
  /** A redis-server program to use when no REDIS_URL is given; otherwise one is looked for. */
  readonly redisServerBin: string | undefined;
  readonly jwtKey: KeyObject | undefined;
  readonly admin: { readonly email: string; readonly password: string | undefined };
  /** What this installation is called where it stands; null: it has no name. A copy elsewhere is told apart by it. */
  readonly place: string | null;
  readonly audit: {
    /** Seals the record; undefined: one that follows from the JWT secret. */
    readonly signingKey: KeyObject | undefined;
    /** The one before it: set while it is being replaced. */
    readonly previousSigningKey: KeyObject | undefined;
    /** Where the newest seals are written down outside the database. */
    readonly anchorFile: string;
    readonly anchorUrl: string | undefined;
    /** Whether entries may be sent to addresses that are not public. */
    readonly streamsReachPrivate: boolean;
  };
  readonly sentry:
    { readonly dsn: string; readonly tracesSampleRate: number; readonly isProxied: boolean } | undefined;
  readonly worker: {
    readonly queues: readonly QueueName[];
    readonly lanes: number;
    /** Where its probes are asked, on `http.host`; undefined: nowhere. */
    readonly healthPort?: number | undefined;
  };
  /** Every secret of the above as text, so that none of them leaves in a report. */
  readonly secrets: readonly string[];
}

/** All faults of the environment at once; one line each, naming variable, rule and value. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(
      `The environment has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}:\n  ${faults.join("\n  ")}`,
    );
    this.name = "ConfigError";
  }
}

const Variables = v.object({
  NODE_ENV: v.optional(
    v.picklist(["development", "production", "test"], "must be development, production or test"),
    "development",
  ),
  LOG_LEVEL: v.optional(
    v.picklist(
      ["fatal", "error", "warn", "info", "debug", "trace", "silent"],
      "must be a level of pino, such as info",
    ),
    "info",
  ),
  HOST: v.optional(v.pipe(v.string(), v.nonEmpty("must not be empty")), "127.0.0.1"),
  PORT: v.optional(port, "4000"),
  PUBLIC_URL: v.optional(urlWith("http:", "https:")),
  DATABASE_URL: v.optional(urlWith("postgres:", "postgresql:")),
  DATABASE_OWNER_URL: v.optional(urlWith("postgres:", "postgresql:")),
  REDIS_URL: v.optional(redisUrl),
  REDIS_SERVER_BIN: v.optional(v.pipe(v.string(), v.nonEmpty("must be the path of a program"))),
  SMTP_URL: v.optional(urlWith("smtp:", "smtps:")),
  SMTP_LOG_FILE: v.optional(v.pipe(v.string(), v.nonEmpty("must be the path of a file"))),
  MAIL_CATCHER_URL: v.optional(urlWith("http:", "https:")),
  POSTWATCH_HOME: v.optional(v.pipe(v.string(), v.nonEmpty("must not be empty")), ".postwatch"),
  POSTWATCH_ADMIN_EMAIL: v.optional(
    v.pipe(v.string(), v.email("must be an e-mail address")),
    "admin@postwatch.local",
  ),
  POSTWATCH_ADMIN_PASSWORD: v.optional(
    v.pipe(
      v.string(),
      v.minLength(12, "must have at least 12 characters"),
      v.maxLength(128, "must have at most 128 characters"),
    ),
  ),
  INSTALLATION_PLACE: v.optional(v.pipe(v.string(), v.maxLength(100, "must have at most 100 characters"))),
  JWT_SECRET: v.optional(v.pipe(v.string(), v.minLength(32, "must have at least 32 characters"))),
  AUDIT_SIGNING_KEY: v.optional(signingKey),
  AUDIT_PREVIOUS_SIGNING_KEY: v.optional(signingKey),
  AUDIT_ANCHOR_FILE: v.optional(v.pipe(v.string(), v.nonEmpty("must be the path of a file"))),
  AUDIT_ANCHOR_URL: v.optional(urlWith("http:", "https:")),
  AUDIT_STREAM_ALLOW_PRIVATE: v.optional(v.picklist(["true", "false"], "must be true or false")),
  SENTRY_DSN: v.optional(sentryDsn),
  SENTRY_TRACES_SAMPLE_RATE: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^(0(\.\d+)?|1(\.0+)?)$/, "must be a number from 0 to 1"),
      v.transform(Number),
    ),
  ),
  WORKER_QUEUES: v.optional(queues, QUEUE_NAMES.join(",")),
  WORKER_LANES: v.optional(whole(1, 64), "8"),
  WORKER_HEALTH_PORT: v.optional(port),
  RATE_LIMIT_PER_MINUTE: v.optional(whole(1, 1_000_000), "100"),
  INTROSPECTION: v.optional(v.picklist(["open", "closed"], "must be open or closed"), "open"),
  PROBE_TOKEN: v.optional(v.pipe(v.string(), v.minLength(16, "must have at least 16 characters"))),
  TRUST_PROXY: v.optional(v.pipe(v.string(), v.nonEmpty("must be a list of CIDRs"))),
});

export type VariableName = keyof typeof Variables.entries;
export const VARIABLE_NAMES = Object.keys(Variables.entries) as VariableName[];
const SECRET: ReadonlySet<string> = new Set<VariableName>([
  "DATABASE_URL",
  "DATABASE_OWNER_URL",
  "REDIS_URL",
  "SMTP_URL",
  "POSTWATCH_ADMIN_PASSWORD",
  "JWT_SECRET",
  "PROBE_TOKEN",
  "SENTRY_DSN",
  "AUDIT_SIGNING_KEY",
  "AUDIT_PREVIOUS_SIGNING_KEY",
  "AUDIT_ANCHOR_URL",
]);

/**
 * Reads the environment, by default that of this process. An empty variable counts as unset.
 * @throws ConfigError naming every fault at once; values of secrets are not repeated.
 */
export function loadConfig(environment: Environment = process.env): Config {
  const given = Object.fromEntries(
    VARIABLE_NAMES.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  const parsed = v.safeParse(Variables, given);
  const faults = parsed.success ? [] : parsed.issues.map(describe);
  if (given.NODE_ENV === "production" && !given.JWT_SECRET)
    faults.push(
      "JWT_SECRET must be set in production (32 characters or more, the same for every server and worker)",
    );
  if (given.DATABASE_OWNER_URL && !given.DATABASE_URL)
    faults.push("DATABASE_OWNER_URL is for migrations alone: DATABASE_URL must be set beside it");
  if (faults.length > 0 || !parsed.success) throw new ConfigError(faults);
  return arrange(parsed.output, Boolean(environment["https_proxy"] || environment["http_proxy"]));
}

function describe(issue: v.BaseIssue<unknown>): string {
  const name = String(issue.path?.[0]?.key ?? "?");
  return SECRET.has(name)
    ? `${name} ${issue.message}`
    : `${name} ${issue.message}, but is "${String(issue.path?.[0]?.value)}"`;
}

function arrange(variables: v.InferOutput<typeof Variables>, isProxied: boolean): Config {
  const publicUrl = (variables.PUBLIC_URL ?? `http://${variables.HOST}:${variables.PORT}`).replace(
    /\/+$/,
    "",
  );
  const isProduction = variables.NODE_ENV === "production";
  return Object.freeze({
    isProduction,
    environment: variables.NODE_ENV,
    logLevel: variables.LOG_LEVEL,
    home: resolve(variables.POSTWATCH_HOME),
    http: {
      host: variables.HOST,
      port: variables.PORT,
      publicUrl,
      isHttps: publicUrl.startsWith("https:"),
      rateLimitPerMinute: variables.RATE_LIMIT_PER_MINUTE,
      isSchemaOpen: variables.INTROSPECTION === "open",
      trustProxy: variables.TRUST_PROXY ?? (false as const),
      probeToken: variables.PROBE_TOKEN,
    },
    databaseUrl: variables.DATABASE_URL,
    databaseOwnerUrl: variables.DATABASE_OWNER_URL,
    redisUrl: variables.REDIS_URL,
    smtpUrl: variables.SMTP_URL,
    mailEvidence: {
      logFile: variables.SMTP_LOG_FILE && resolve(variables.SMTP_LOG_FILE),
      catcherUrl: variables.MAIL_CATCHER_URL?.replace(/\/+$/, ""),
    },
    redisServerBin: variables.REDIS_SERVER_BIN,
    // A key object: handing jose a string costs half a millisecond a request.
    jwtKey: variables.JWT_SECRET ? createSecretKey(Buffer.from(variables.JWT_SECRET, "utf8")) : undefined,
    admin: { email: variables.POSTWATCH_ADMIN_EMAIL, password: variables.POSTWATCH_ADMIN_PASSWORD },
    place: variables.INSTALLATION_PLACE ?? null,
    audit: {
      signingKey: variables.AUDIT_SIGNING_KEY,
      previousSigningKey: variables.AUDIT_PREVIOUS_SIGNING_KEY,
      anchorFile: resolve(
        variables.AUDIT_ANCHOR_FILE ?? join(variables.POSTWATCH_HOME, "audit-anchors.jsonl"),
      ),
      anchorUrl: variables.AUDIT_ANCHOR_URL,
      streamsReachPrivate: (variables.AUDIT_STREAM_ALLOW_PRIVATE ?? String(!isProduction)) === "true",
    },
    sentry: variables.SENTRY_DSN
      ? {
          dsn: variables.SENTRY_DSN,
          tracesSampleRate: variables.SENTRY_TRACES_SAMPLE_RATE ?? (isProduction ? 0.1 : 1),
          isProxied,
        }
      : undefined,
    worker: {
      queues: variables.WORKER_QUEUES,
      lanes: variables.WORKER_LANES,
      healthPort: variables.WORKER_HEALTH_PORT,
    },
    secrets: secretsOf(
      [variables.JWT_SECRET, variables.PROBE_TOKEN, variables.POSTWATCH_ADMIN_PASSWORD],
      [variables.DATABASE_URL, variables.DATABASE_OWNER_URL, variables.REDIS_URL, variables.SMTP_URL],
    ),
  });
}

/** A configuration whose services are all named. */
export type ServiceConfig = Config & {
  readonly [K in "databaseUrl" | "redisUrl" | "smtpUrl" | "jwtKey"]-?: NonNullable<Config[K]>;
};

/**
 * What a server or worker process cannot do without.
 * @throws ConfigError naming every variable that is missing.
 */
export function requireServices(config: Config): ServiceConfig {
  const missing = (["databaseUrl", "redisUrl", "smtpUrl", "jwtKey"] as const).filter((key) => !config[key]);
  if (missing.length > 0) {
    const variable = {
      databaseUrl: "DATABASE_URL",
      redisUrl: "REDIS_URL",
      smtpUrl: "SMTP_URL",
      jwtKey: "JWT_SECRET",
    };
    throw new ConfigError(
      missing.map((key) => `${variable[key]} must be set for this process (npm start sets it for you)`),
    );
  }
  return config as ServiceConfig;
}

/** What works, and hardly as it was meant: said once at start, with what to do. */
export function adviceFor({ http }: Config): string[] {
  if (!http.isHttps || http.trustProxy !== false) return [];
  return [
    "PUBLIC_URL is https, so a proxy stands in front, but TRUST_PROXY is empty: all callers have the proxy's address, " +
      "share the limits of one network, and are listed with it. Set TRUST_PROXY to the proxy's address or CIDR.",
  ];
}
