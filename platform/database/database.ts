import { createHmac, type KeyObject } from "node:crypto";
import type { MikroORM } from "@mikro-orm/postgresql";
import { Pool, types as standard, type ClientBase, type CustomTypesConfig, type QueryConfig } from "pg";
import type { Reader, Statement } from "#domain/operation.js";
import type { Logger } from "../logger.js";
import { Lines } from "./lines.js";
import { openOrm, type SessionLimits } from "./orm.js";
import { asUnavailable, databaseIsAway } from "./outage.js";
import { RelayBell } from "./relay-bell.js";
import { DatabaseWatch } from "./watch.js";

// Times as the database writes them: parsing a Date a row is what makes lists slow. ISO 8601 in UTC by to_char or ::text
// in the statement where it matters; int8 as number (counts stay far below 2^53).
const asText = (value: string): string => value;
const types = {
  getTypeParser(oid: number, format?: "text" | "binary") {
    if (oid === standard.builtins.INT8) return Number;
    if (oid === standard.builtins.TIMESTAMPTZ) return isoTime;
    if (oid === standard.builtins.DATE) return asText;
    return format === "binary" ? standard.getTypeParser(oid, "binary") : standard.getTypeParser(oid);
  },
} as CustomTypesConfig;

/** "2026-11-22 21:13:22.123456+00" → "2026-11-22T21:13:22.123456Z"; connections run in UTC. */
export function isoTime(text: string): string {
  return `${text.slice(0, 10)}T${text.slice(11).replace(/\+00(:00)?$/, "")}Z`;
}

export interface DatabaseOptions {
  /** Most connections of each of the two pools (reads; transactions). */
  readonly poolSize: number;
  /** A statement that runs longer is ended by the server. */
  readonly statementTimeoutMs: number;
  /**
   * A statement of a transaction that waits longer for somebody else's lock is ended with SQLSTATE 55P03. Default: as
   * long as a statement may take, at most 10 s.
   */
  readonly lockTimeoutMs?: number;
  /** Whoever waits longer for a connection, a free one or a new one, is refused with UNAVAILABLE. Default 10 s. */
  readonly connectionWaitMs?: number;
  /**
   * With it a database that falls silent is noticed within a second and logged: see `DatabaseWatch`. Without it silence is
   * waited out.
   */
  readonly watchLog?: Logger;
  readonly applicationName: string;
  /** The installation's key; a process without it can neither make nor check links and tokens. */
  readonly secret?: KeyObject;
}

/** A transaction in which nothing happens for so long is given up by the server, and its locks with it. */
const IDLE_IN_TRANSACTION_MS = 10_000;
const LONGEST_LOCK_WAIT_MS = 10_000;
const LONGEST_CONNECTION_WAIT_MS = 10_000;

/** The two ways to Postgres: prepared hand SQL through a pool of its own, and the unit of work's transactions. */
export class Database implements Reader {
  readonly relayBell: RelayBell;

  private constructor(
    readonly orm: MikroORM,
    readonly pool: Pool,
    readonly url: string,
    private readonly secret: KeyObject | undefined,
    private readonly watch: DatabaseWatch | null,
  ) {
    this.relayBell = new RelayBell(pool);
  }

  /** It refuses connections or is silent; every statement is refused at once until it is back. */
  get isAway(): boolean {
    return this.watch?.isAway ?? false;
  }

  /** @throws UnavailableError while it is away */
  demandPresence(): void {
    if (this.isAway) throw databaseIsAway();
  }

  /** HMAC-SHA256 under the installation's key. @throws TypeError in a process that was not given it */
  mac(purpose: string, text: string): Buffer {
    if (!this.secret) throw new TypeError("This process was not given the installation's key");
    return createHmac("sha256", this.secret).update(purpose).update("\0").update(text).digest();
  }

  static async open(url: string, options: DatabaseOptions): Promise<Database> {
    const limits: SessionLimits = {
      statement_timeout: options.statementTimeoutMs,
      lock_timeout: options.lockTimeoutMs ?? Math.min(LONGEST_LOCK_WAIT_MS, options.statementTimeoutMs),
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      application_name: options.applicationName,
    };
    const lines = new Lines();
    const connectionWaitMs = options.connectionWaitMs ?? LONGEST_CONNECTION_WAIT_MS;
    const pool = new Pool({
      connectionString: url,
      max: options.poolSize,
      connectionTimeoutMillis: connectionWaitMs,
      stream: lines.open,
      statement_timeout: options.statementTimeoutMs,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      application_name: options.applicationName,
      options: "-c timezone=UTC",
      types,
    });
    // An idle connection that the server closes must not end the process.
    pool.on("error", () => {});
    const orm = await openOrm(url, {
      poolSize: options.poolSize,
      limits,
      connectionWaitMs,
      openLine: lines.open,
    });
    const { watchLog, applicationName } = options;
    const watch = watchLog ? new DatabaseWatch({ url, applicationName, lines, log: watchLog }) : null;
    return new Database(orm, pool, url, options.secret, watch);
  }

  /** @throws UnavailableError when the database is away, or goes away meanwhile */
  async query<T>(statement: Statement<T>, values: readonly unknown[] = []): Promise<T[]> {
    this.demandPresence();
    try {
      const result = await this.pool.query(callOf(statement, values));
      return result.rows as T[];
    } catch (error) {
      throw asUnavailable(error) ?? error;
    }
  }

  async close(): Promise<void> {
    await this.watch?.stop();
    await Promise.allSettled([this.pool.end(), this.orm.close(true)]);
  }
}

/** Without a name PostgreSQL plans it for these values and forgets it. */
function callOf<T>({ name, text, isOneOff }: Statement<T>, values: readonly unknown[]): QueryConfig {
  return { ...(!isOneOff && { name }), text, values: values as unknown[], types };
}

/** The same prepared statements on one connection, e.g. that of a transaction. */
export function readerOf(client: ClientBase): Reader {
  return {
    async query<T>(statement: Statement<T>, values: readonly unknown[] = []): Promise<T[]> {
      const result = await client.query(callOf(statement, values));
      return result.rows as T[];
    },
  };
}
