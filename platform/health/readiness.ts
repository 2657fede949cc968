import { statement } from "#domain/operation.js";
import type { Database } from "../database/database.js";
import type { Logger } from "../logger.js";
import { within } from "./within.js";

/** A frozen Postgres refuses nothing, it is silent: no answer in this time is no. */
const ANSWER_WITHIN_MS = 800;
/** However many probes ask. */
const CACHED_MS = 1000;

export interface ReadinessChecks {
  /** Rejects when something that this process cannot do without does not answer. */
  ping(): Promise<unknown>;
  /** Migrations of this version that the database has not seen. */
  pendingMigrations(): Promise<readonly string[]>;
  /** Whether it is known already that a ping would not be answered. */
  isAway?(): boolean;
  /** Whether what it has begun does not move on any more. */
  isStuck?(): boolean;
}

const PING = statement<object>("readiness_ping", "select 1");

/** What every process asks of its database. */
export function databaseChecks(database: Database): ReadinessChecks {
  return {
    ping: () => database.query(PING),
    isAway: () => database.isAway,
    async pendingMigrations() {
      const pending = await database.orm.getMigrator().getPendingMigrations();
      return pending.map((migration) => migration.name);
    },
  };
}

/**
 * May this process be given work? What it needs answers, its schema is not older than the code, what it has begun moves
 * on, nobody is stopping us.
 */
export class Readiness {
  private draining = false;
  private isMigrated = false;
  private answer: Promise<boolean> | null = null;
  private goodUntil = 0;
  private wasReady: boolean | null = null;

  constructor(
    private readonly checks: ReadinessChecks,
    private readonly log: Logger,
  ) {}

  /** From now on the answer is no: whoever balances load sends us nothing more. */
  drain(): void {
    this.draining = true;
  }

  get isDraining(): boolean {
    return this.draining;
  }

  async isReady(): Promise<boolean> {
    if (this.isDraining) return false;
    // An answer from before it went away must not count for another second.
    if (this.checks.isAway?.() && this.wasReady) this.goodUntil = 0;
    if (!this.answer || this.goodUntil <= performance.now()) {
      this.goodUntil = Infinity;
      this.answer = this.look().finally(() => (this.goodUntil = performance.now() + CACHED_MS));
    }
    return (await this.answer) && !this.isDraining;
  }

  private async look(): Promise<boolean> {
    const reason = await within(ANSWER_WITHIN_MS, this.obstacle()).catch((error: unknown) => String(error));
    const isReady = reason === null;
    if (isReady !== this.wasReady) {
      if (isReady) this.log.info("ready");
      else this.log.warn({ reason }, "not ready");
    }
    this.wasReady = isReady;
    return isReady;
  }

  private async obstacle(): Promise<string | null> {
    if (this.checks.isStuck?.()) return "what it has begun does not move on";
    await this.checks.ping();
    if (this.isMigrated) return null;
    const pending = await this.checks.pendingMigrations();
    // A schema is never rolled back under a running server, so one yes is enough.
    this.isMigrated = pending.length === 0;
    return this.isMigrated ? null : `migrations are missing: ${pending.join(", ")}. Run npm run migrate.`;
  }
}
