import { hostname } from "node:os";
import {
  DISK_FREE_BYTES,
  judge,
  judgeFree,
  SAMPLE_SECONDS,
  worst,
  type HealthSample,
  type HealthSignal,
  type HealthSource,
  type HealthStatus,
  type ServiceHealth,
  type SignalValues,
  type Threshold,
} from "#domain/health/index.js";
import type { Database } from "../database/database.js";
import { DatabaseSignals } from "./database-signals.js";
import { judgeSignals } from "./judge-signals.js";
import { CpuMeter, diskUse, EventLoopMeter, memoryUse, type DiskUse } from "./machine.js";
import { PoolMeter } from "./pool-meter.js";
import { SampleRecorder } from "./recorder.js";
import { checkMail, checkPostgres, checkRedis, checkWorkers, type ServiceCheck } from "./services.js";
import { SteadyStatus } from "./steady-status.js";
import { Watchers } from "./watchers.js";

export interface HealthSampler extends HealthSource {
  /** Ends every watch and the sampler's own connections. */
  close(): void;
}

export interface HealthSamplerOptions {
  readonly database: Database;
  readonly redisUrl: string;
  readonly smtpUrl: string;
  /** The volume that holds it is the one that is watched. */
  readonly dataDirectory: string;
  /** The machine's name in the history. Default: what it calls itself. */
  readonly host?: string;
  /** Whether samples are kept as history. Default: no. */
  readonly isRecording?: boolean;
}

/** Nobody watches: often enough for states that change after three samples, and for the history. */
const IDLE_INTERVAL_MS = SAMPLE_SECONDS * 1000;
const FRESH_MS = 1000;

/** Measures this process, its machine and what it depends on: one timer, however many watch. */
export function openHealthSampler(options: HealthSamplerOptions): HealthSampler {
  return new Sampler(options);
}

class Sampler implements HealthSampler {
  readonly host: string;
  private readonly cpu = new CpuMeter();
  private readonly eventLoop = new EventLoopMeter();
  private readonly pool: PoolMeter;
  private readonly signals: DatabaseSignals;
  private readonly services: readonly ServiceCheck[];
  private readonly recorder: SampleRecorder | null;
  private readonly steady = new Map<string, SteadyStatus>();
  private readonly watchers: Watchers<HealthSample>;
  private latest: { readonly at: number; readonly sample: HealthSample } | null = null;
  private measuring: Promise<HealthSample> | null = null;

  constructor(private readonly options: HealthSamplerOptions) {
    const { database, redisUrl, smtpUrl, isRecording } = options;
    this.host = options.host ?? hostname();
    this.pool = new PoolMeter(database.pool);
    this.signals = new DatabaseSignals(database);
    this.services = [
      checkPostgres(database, this.pool),
      checkRedis(redisUrl),
      checkMail(smtpUrl),
      checkWorkers(database),
    ];
    this.recorder = isRecording ? new SampleRecorder(database) : null;
    // Use is the difference of two looks; this is the first.
    void this.cpu.measure();
    this.watchers = new Watchers(() => this.take(), IDLE_INTERVAL_MS);
  }

  async current(): Promise<HealthSample> {
    const { latest } = this;
    return latest && performance.now() - latest.at < FRESH_MS ? latest.sample : this.take();
  }

  watch(intervalMs: number): AsyncIterableIterator<HealthSample> {
    return this.watchers.add(intervalMs, () => this.current());
  }

  close(): void {
    this.watchers.close();
    this.eventLoop.stop();
    for (const service of this.services) service.close();
  }

  /** A new sample; those who ask while one is being taken get that one. */
  private take(): Promise<HealthSample> {
    this.measuring ??= this.measure().finally(() => (this.measuring = null));
    return this.measuring;
  }

  private async measure(): Promise<HealthSample> {
    const { answers, stored, cpu, memory, disk } = await this.lookAtAll();
    const p99Ms = rounded(this.eventLoop.measure());
    const memoryPercent = rounded((100 * memory.usedBytes) / memory.totalBytes);
    const values = {
      ...(stored ?? NOTHING_STORED),
      ...valuesOf(answers, this.pool),
      CPU: rounded(cpu.minutePercent),
      MEMORY: memoryPercent,
      DISK: rounded(disk.percent),
      EVENT_LOOP: p99Ms,
    };
    const signals = this.judged(values, disk);
    const statusOf = (name: string) => signals.find((signal) => signal.name === name)!.status;
    const services = answers.map((answer) => ({
      ...answer,
      status: this.settled(answer.name, answer.status),
    }));
    return this.taken({
      host: this.host,
      status: worst([...services, ...signals].map((part) => part.status)),
      services,
      cpu: { percent: rounded(cpu.percent), status: statusOf("CPU") },
      memory: { ...memory, percent: memoryPercent, status: statusOf("MEMORY") },
      disk: { ...disk, percent: values.DISK, status: statusOf("DISK") },
      eventLoop: { p99Ms, status: statusOf("EVENT_LOOP") },
      signals,
      at: new Date().toISOString(),
    });
  }

  private async lookAtAll() {
    const { thresholds } = this.signals;
    const [answers, stored, cpu, memory, disk] = await Promise.all([
      Promise.all(this.services.map((service) => service.check(thresholds))),
      this.signals.look(),
      this.cpu.measure(),
      memoryUse(),
      diskUse(this.options.dataDirectory),
    ]);
    return { answers, stored, cpu, memory, disk };
  }

  private judged(values: SignalValues, disk: DiskUse): HealthSignal[] {
    const { thresholds } = this.signals;
    return judgeSignals(values, thresholds, (name, seen) =>
      // Little space is bad whatever the percentage.
      this.settled(name, name === "DISK" ? judgeDisk(disk, thresholds.DISK) : seen),
    );
  }

  private taken(sample: HealthSample): HealthSample {
    this.latest = { at: performance.now(), sample };
    this.recorder?.offer(sample);
    return sample;
  }

  private settled(name: string, seen: HealthStatus): HealthStatus {
    const steady = this.steady.get(name) ?? new SteadyStatus();
    this.steady.set(name, steady);
    return steady.next(seen);
  }
}

const NOTHING_STORED = {
  OLDEST_DUE_MESSAGE: null,
  OLDEST_WAITING_EMAILS: null,
  OLDEST_WAITING_CAMPAIGNS: null,
  OLDEST_WAITING_ANALYTICS: null,
  DEAD_LETTERS: null,
  WORKER_SILENCE: null,
  WORKER_STALL: null,
  OUTBOX_LAG: null,
  AUDIT_SEAL_LAG: null,
  AUDIT_ANCHOR_LAG: null,
  AUDIT_FAULTS: null,
} as const;

/** What the services say as figures. */
function valuesOf(
  answers: readonly ServiceHealth[],
  pool: PoolMeter,
): Pick<SignalValues, "POSTGRES_PING" | "POSTGRES_POOL" | "REDIS_PING" | "MAIL_LATENCY"> {
  const latencyOf = (name: string) => answers.find((answer) => answer.name === name)!.latencyMs;
  return {
    POSTGRES_PING: latencyOf("postgres"),
    POSTGRES_POOL: rounded(pool.lastingPercent),
    REDIS_PING: latencyOf("redis"),
    MAIL_LATENCY: latencyOf("mail"),
  };
}

function judgeDisk({ percent, freeBytes }: DiskUse, limits: Threshold): HealthStatus {
  return worst([judge(percent, limits), judgeFree(freeBytes, DISK_FREE_BYTES)]);
}

const rounded = (value: number): number => Math.round(value * 10) / 10;
