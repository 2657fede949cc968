import { Counter, Gauge, type Registry } from "prom-client";
import {
  HEALTH_STATUSES,
  MAIL_OUTCOMES,
  newestMailEvent,
  readMetrics,
  type HealthSample,
  type HealthSource,
  type MetricsLook,
} from "#domain/health/index.js";
import { QUEUE_NAMES } from "#domain/jobs/queue-names.js";
import type { Database } from "#platform/database/database.js";
import { oneAtATime } from "#platform/health/one-at-a-time.js";
import { PoolMeter } from "#platform/health/pool-meter.js";
import { within } from "#platform/health/within.js";

const ANSWER_WITHIN_MS = 2_000;
const STATES = ["WAITING", "DELAYED", "ACTIVE", "FAILED"] as const;

/**
 * What is the installation's, the same at every server: jobs, mails, health. Read when Prometheus asks; while the
 * database is away these figures are left out or not a number, never those of before.
 */
export class InstallationMetrics {
  private mark: number | null = null;
  private readonly gauges: ReturnType<typeof gaugesOf>;
  private readonly pool: PoolMeter;
  private readonly look: () => Promise<MetricsLook>;

  constructor(
    register: Registry,
    private readonly database: Database,
    private readonly health: HealthSource,
  ) {
    this.gauges = gaugesOf(register);
    this.pool = new PoolMeter(database.pool);
    this.look = oneAtATime(() => this.read());
    for (const outcome of MAIL_OUTCOMES) this.gauges.mails.inc({ outcome }, 0);
  }

  async refresh(): Promise<void> {
    const [look, sample] = await Promise.all([
      within(ANSWER_WITHIN_MS, this.look()).catch(() => null),
      this.health.current(),
    ]);
    this.setJobs(look);
    this.setHealth(sample);
    const { inUse, idle, waiting, most } = this.pool.now();
    this.gauges.pool.set({ state: "in_use" }, inUse);
    this.gauges.pool.set({ state: "idle" }, idle);
    this.gauges.poolWaiting.set(waiting);
    this.gauges.poolMost.set(most);
  }

  /** Counted where it was read, once, also when nobody has waited for it. */
  private async read(): Promise<MetricsLook> {
    this.mark ??= await newestMailEvent(this.database);
    const look = await readMetrics(this.database, this.mark);
    this.mark = look.mark;
    for (const [outcome, count] of Object.entries(look.mails)) this.gauges.mails.inc({ outcome }, count);
    return look;
  }

  private setJobs(look: MetricsLook | null): void {
    this.gauges.jobs.reset();
    if (!look) return;
    for (const queue of QUEUE_NAMES) for (const state of STATES) this.gauges.jobs.set({ queue, state }, 0);
    for (const { queue, state, count } of look.jobs) this.gauges.jobs.set({ queue, state }, count);
  }

  private setHealth(sample: HealthSample): void {
    const { health, oldestWait, outboxLag } = this.gauges;
    const set = (part: string, status: HealthSample["status"]) =>
      health.set({ part }, HEALTH_STATUSES.indexOf(status));
    set("all", sample.status);
    for (const { name, status } of sample.services) set(name, status);
    for (const { name, status } of sample.signals) set(name.toLowerCase(), status);
    const values = new Map(sample.signals.map(({ name, value }) => [name as string, value]));
    oldestWait.reset();
    // A gauge without labels cannot be left out.
    outboxLag.set(values.get("OUTBOX_LAG") ?? Number.NaN);
    for (const queue of QUEUE_NAMES) {
      const wait = values.get(`OLDEST_WAITING_${queue.toUpperCase()}`);
      if (wait != null) oldestWait.set({ queue }, wait);
    }
  }
}

function gaugesOf(register: Registry) {
  const registers = [register];
  const gauge = <T extends string>(name: string, help: string, ...labelNames: T[]) =>
    new Gauge({ name: `postwatch_${name}`, help, labelNames, registers });
  return {
    jobs: gauge(
      "jobs",
      "Jobs of the installation by queue and state; DELAYED are due later.",
      "queue",
      "state",
    ),
    oldestWait: gauge("job_oldest_wait_seconds", "How late the oldest waiting job of a queue is.", "queue"),
    outboxLag: gauge("outbox_lag_seconds", "Age of the oldest event that is not published."),
    health: gauge("health_status", "0 healthy, 1 degraded, 2 unhealthy; all is the worst part.", "part"),
    pool: gauge("database_pool_connections", "Connections of this process's pool.", "state"),
    poolWaiting: gauge("database_pool_waiting", "Who waits for a connection of this process's pool."),
    poolMost: gauge("database_pool_max_connections", "How many connections the pool may have."),
    mails: new Counter({
      name: "postwatch_mail_outcomes_total",
      help: "Mails of the installation by outcome, since this process started.",
      labelNames: ["outcome"],
      registers,
    }),
  };
}
