import {
  DISK_FREE_BYTES,
  judge,
  judgeFree,
  THRESHOLDS,
  worst,
  type HealthSample,
  type HealthSource,
  type HealthStatus,
} from "#domain/health/index.js";
import type { Database } from "../database/database.js";
import { CpuMeter, diskUse, EventLoopMeter, memoryUse } from "./machine.js";
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
}

/** Nobody watches: often enough for states that change after three samples. */
const IDLE_INTERVAL_MS = 5000;
const FRESH_MS = 1000;

/** Measures this process, its machine and what it depends on: one timer, however many watch. */
export function openHealthSampler(options: HealthSamplerOptions): HealthSampler {
  return new Sampler(options);
}

class Sampler implements HealthSampler {
  private readonly cpu = new CpuMeter();
  private readonly eventLoop = new EventLoopMeter();
  private readonly services: readonly ServiceCheck[];
  private readonly steady = new Map<string, SteadyStatus>();
  private readonly watchers: Watchers<HealthSample>;
  private latest: { readonly at: number; readonly sample: HealthSample } | null = null;
  private measuring: Promise<HealthSample> | null = null;

  constructor(private readonly options: HealthSamplerOptions) {
    const { database, redisUrl, smtpUrl } = options;
    this.services = [
      checkPostgres(database),
      checkRedis(redisUrl),
      checkMail(smtpUrl),
      checkWorkers(database),
    ];
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
    const [answers, cpu, memory, disk] = await Promise.all([
      Promise.all(this.services.map((service) => service.check())),
      this.cpu.measure(),
      memoryUse(),
      diskUse(this.options.dataDirectory),
    ]);
    const p99Ms = this.eventLoop.measure();
    const memoryPercent = (100 * memory.usedBytes) / memory.totalBytes;
    const services = answers.map((answer) => ({
      ...answer,
      status: this.settled(answer.name, answer.status),
    }));
    const parts = {
      services,
      cpu: {
        percent: rounded(cpu.percent),
        status: this.settled("cpu", judge(cpu.minutePercent, THRESHOLDS.cpuPercent)),
      },
      memory: {
        ...memory,
        percent: rounded(memoryPercent),
        status: this.settled("memory", judge(memoryPercent, THRESHOLDS.memoryPercent)),
      },
      disk: { ...disk, percent: rounded(disk.percent), status: this.settled("disk", judgeDisk(disk)) },
      eventLoop: {
        p99Ms: rounded(p99Ms),
        status: this.settled("eventLoop", judge(p99Ms, THRESHOLDS.eventLoopP99Ms)),
      },
    };
    const { cpu: c, memory: m, disk: d, eventLoop: e } = parts;
    const status = worst([...services, c, m, d, e].map((part) => part.status));
    const sample = { status, ...parts, at: new Date().toISOString() };
    this.latest = { at: performance.now(), sample };
    return sample;
  }

  private settled(name: string, seen: HealthStatus): HealthStatus {
    const steady = this.steady.get(name) ?? new SteadyStatus();
    this.steady.set(name, steady);
    return steady.next(seen);
  }
}

function judgeDisk({ percent, freeBytes }: { percent: number; freeBytes: number }): HealthStatus {
  return worst([judge(percent, THRESHOLDS.diskPercent), judgeFree(freeBytes, DISK_FREE_BYTES)]);
}

const rounded = (value: number): number => Math.round(value * 10) / 10;
