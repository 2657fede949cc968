import { setTimeout as sleep } from "node:timers/promises";
import type { Contestant } from "./contestant.js";
import { cpuOfTrees } from "../harness/process-cpu.js";

/** What one round of one contestant measured. */
export interface Round {
  readonly onePerSecond: number;
  readonly bulkPerSecond: number;
  readonly drainPerSecond: number;
  /** CPU ms of the contestant's process for a job of the drain. */
  readonly cpuMs: number;
  /** CPU ms of PostgreSQL and Redis for a job of the drain; null where it cannot be told. */
  readonly serverCpuMs: number | null;
  /** From the call that adds a job to its start, ms; empty for one that nobody tells of new jobs. */
  readonly startMs: readonly number[];
  /** The same from when the call had answered: the job was stored. Never less than 0. */
  readonly storedToStartMs: readonly number[];
}

export interface Plan {
  readonly thousands: number;
  readonly concurrency: number;
  /** How long jobs are added one after another. */
  readonly oneByOneMs: number;
  /** For how long the starts of single jobs are timed, and the pause between two. */
  readonly timedMs: number;
  readonly pauseMs: number;
  /** The servers whose CPU counts. */
  readonly serverPids: readonly number[];
}

const BULK = 1_000;
const DEADLINE_MS = 120_000;
/** What is still being recorded when the last job has started is a cost of the drain too. */
const SETTLE_MS = 300;

/** Adds, drains with a worker of its own, then times starts while its lanes are free. */
export async function playRound(contestant: Contestant, plan: Plan): Promise<Round> {
  const added = await addAll(contestant, plan);
  const drain = new Drain(added.count, plan.serverPids);
  const startedAt = new Map<number, number>();
  const working = await contestant.work(plan.concurrency, (number) => {
    if (number < added.count) drain.tell();
    else if (!startedAt.has(number)) startedAt.set(number, performance.now());
  });
  const drained = await drain.ended;
  const startMs: number[] = [];
  const storedToStartMs: number[] = [];
  const until = performance.now() + plan.timedMs;
  for (let number = added.count; performance.now() < until; number += 1) {
    const before = performance.now();
    await contestant.add(number);
    const stored = performance.now();
    const started = await eventualStart(startedAt, number);
    startMs.push(started - before);
    storedToStartMs.push(Math.max(0, started - stored));
    await sleep(plan.pauseMs * (0.5 + Math.random()));
  }
  await working.stop();
  const { onePerSecond, bulkPerSecond } = added;
  return { onePerSecond, bulkPerSecond, ...drained, startMs, storedToStartMs };
}

async function addAll(contestant: Contestant, { thousands, oneByOneMs }: Plan) {
  let count = 0;
  const begun = performance.now();
  while (performance.now() - begun < oneByOneMs) await contestant.add(count++);
  const onePerSecond = (count * 1_000) / (performance.now() - begun);
  const bulkBegun = performance.now();
  for (let n = 0; n < thousands; n += 1) {
    await contestant.addMany(Array.from({ length: BULK }, (_, index) => count + index));
    count += BULK;
  }
  const bulkPerSecond = (thousands * BULK * 1_000) / (performance.now() - bulkBegun);
  return { count, onePerSecond, bulkPerSecond };
}

type Drained = Pick<Round, "drainPerSecond" | "cpuMs" | "serverCpuMs">;

/** From the first start to the last, so that how long a worker takes to come up is nobody's rate. */
class Drain {
  readonly ended: Promise<Drained>;
  private left: number;
  private begun = 0;
  private cpu = process.cpuUsage();
  private serverCpu: number | null = null;
  private end: (drained: Promise<Drained>) => void = () => {};

  constructor(
    private readonly count: number,
    private readonly serverPids: readonly number[],
  ) {
    this.left = count;
    this.ended = new Promise((resolve, reject) => {
      const late = () => reject(new Error(`${this.left} of ${count} jobs did not start in time`));
      const timer = setTimeout(late, DEADLINE_MS);
      this.end = (drained) => {
        clearTimeout(timer);
        resolve(drained);
      };
    });
  }

  tell(): void {
    if (this.left === this.count) {
      this.serverCpu = cpuOfTrees(this.serverPids);
      this.cpu = process.cpuUsage();
      this.begun = performance.now();
    }
    this.left -= 1;
    if (this.left === 0) this.end(this.measure(performance.now() - this.begun));
  }

  private async measure(ms: number): Promise<Drained> {
    await sleep(SETTLE_MS);
    const { user, system } = process.cpuUsage(this.cpu);
    const serverCpu = cpuOfTrees(this.serverPids);
    return {
      drainPerSecond: ((this.count - 1) * 1_000) / ms,
      cpuMs: (user + system) / 1_000 / this.count,
      serverCpuMs: serverCpu === null ? null : (serverCpu - this.serverCpu!) / this.count,
    };
  }
}

async function eventualStart(startedAt: ReadonlyMap<number, number>, number: number): Promise<number> {
  const deadline = performance.now() + DEADLINE_MS;
  while (performance.now() < deadline) {
    const at = startedAt.get(number);
    if (at !== undefined) return at;
    await sleep(1);
  }
  throw new Error(`Job ${number} did not start in time`);
}
