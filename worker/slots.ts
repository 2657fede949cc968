import type { Id } from "#domain/ids.js";
import { claimJobs, claimSuspect, type ClaimedJob, type Claimer } from "#domain/jobs/claim.queries.js";
import { GIVEN_BACK_RUNNING } from "#domain/jobs/ending.js";
import type { QueueName } from "#domain/jobs/queue-names.js";
import { MOST_CONCURRENCY } from "#domain/jobs/queue-settings.queries.js";
import { closeJobs, returnJob, type Closing } from "#domain/jobs/run.queries.js";
import { batched } from "#platform/batched.js";
import { Drained, SetAside, Stalled } from "./abort-reasons.js";
import { ClaimsInDoubt } from "./claims-in-doubt.js";
import { runJob, type RunnerParts, type RunParts } from "./runner.js";

/** The places of one queue in this worker where jobs run side by side. */
export interface Slots {
  /**
   * Runs due jobs until there are none, in a free slot. Resolves when this slot is free again; at once when none was:
   * then the busy ones look again before they rest.
   */
  work(): Promise<void>;
  /** Runs a suspect that was reserved; false when it was gone, or its queue was paused meanwhile. */
  runSuspect(id: Id): Promise<boolean>;
  busy(): number;
  /** From now on so many; what runs in a place that is gone runs to its end. */
  resize(size: number): void;
  readonly size: number;
  /** Nothing new begins until `release`. */
  hold(): void;
  release(): void;
  /** Nothing runs, and nothing is about to. */
  isIdle(): boolean;
  /** A suspect runs here. */
  hasSuspect(): boolean;
  /** What runs is told to end; it comes back, uncounted. */
  setAside(): void;
  /** Since when (performance.now()) what was begun longest ago has not moved; now, when nothing waits to move. */
  lastMoved(): number;
  /**
   * Claims no more. Runs get `graceMs` to end by themselves, then `abortMs` after their signal is aborted; what still
   * runs then is given back, unless it has not moved for `stalledMs`: that is left to whoever finds it without a worker.
   */
  stop(graceMs: number, abortMs: number, stalledMs?: number): Promise<void>;
}

export function openSlots(queue: QueueName, size: number, parts: RunnerParts): Slots {
  return new QueueSlots(queue, size, parts);
}

interface Run {
  readonly job: ClaimedJob;
  readonly abort: AbortController;
  movedAt: number;
}

/** What a place learns of a claim. */
interface Claimed {
  readonly job: ClaimedJob | null;
  /** Others who asked at the same time got one: there may be another. */
  readonly isWorthALook: boolean;
}

class QueueSlots implements Slots {
  private readonly inDoubt: ClaimsInDoubt;
  private readonly claimer: Claimer;
  private readonly claim: (place: null) => Promise<Claimed>;
  private readonly parts: RunParts;
  private readonly running = new Set<Run>();
  private readonly working = new Set<Promise<unknown>>();
  /** Places that are looking or running; jobs that end at the same moment give up one after another. */
  private places = 0;
  private isStopping = false;
  private isHeld = false;
  /** When a claim was answered last. */
  private lookedAt = performance.now();
  /** Counts the rings that found all slots busy. */
  private missedRings = 0;

  constructor(
    private readonly queue: QueueName,
    public size: number,
    parts: RunnerParts,
  ) {
    const { database, handlers, workerId } = parts;
    const leases = [...handlers.values()].map(({ type, leaseSeconds }) => [type, leaseSeconds] as const);
    this.claimer = { workerId, leaseSecondsByType: Object.fromEntries(leases) };
    this.inDoubt = new ClaimsInDoubt(database);
    this.claim = batched(MOST_CONCURRENCY, (places: readonly null[]) => this.claimFor(places.length));
    const close = batched(MOST_CONCURRENCY, (closings: readonly Closing[]) => closeJobs(database, closings));
    this.parts = { ...parts, close };
  }

  private async claimFor(places: number): Promise<Claimed[]> {
    await this.inDoubt.giveBack();
    const jobs = await this.inDoubt.watch(places, (leaseOwners) =>
      claimJobs(this.parts.database, this.queue, leaseOwners, this.claimer),
    );
    return Array.from({ length: places }, (_, n) => ({
      job: jobs[n] ?? null,
      isWorthALook: jobs.length > 0,
    }));
  }

  busy(): number {
    return this.running.size;
  }

  resize(size: number): void {
    const isMore = size > this.size;
    this.size = size;
    // Rings that found all places busy are answered by the new ones.
    if (isMore) this.lookAgain();
  }

  hold(): void {
    this.isHeld = true;
  }

  release(): void {
    this.isHeld = false;
    this.lookedAt = performance.now();
    this.lookAgain();
  }

  isIdle(): boolean {
    return this.working.size === 0;
  }

  hasSuspect(): boolean {
    return [...this.running].some(({ job }) => job.isSuspect);
  }

  setAside(): void {
    for (const { abort } of this.running) abort.abort(new SetAside());
  }

  lastMoved(): number {
    // A free place looks every second; while nothing new may begin, it need not.
    const mustLook = !this.isHeld && !this.isStopping && this.running.size < this.size;
    const moves = [...this.running].map(({ movedAt }) => movedAt);
    return Math.min(performance.now(), ...moves, ...(mustLook ? [this.lookedAt] : []));
  }

  work(): Promise<void> {
    if (this.isStopping || this.isHeld) return Promise.resolve();
    if (this.working.size >= this.size) {
      this.missedRings += 1;
      return Promise.resolve();
    }
    return this.kept(this.runWhatIsDue());
  }

  runSuspect(id: Id): Promise<boolean> {
    return this.kept(this.claimSuspect(id));
  }

  private lookAgain(): void {
    void this.work().catch(() => {});
  }

  private async kept<T>(work: Promise<T>): Promise<T> {
    this.working.add(work);
    try {
      return await work;
    } finally {
      this.working.delete(work);
    }
  }

  private async runWhatIsDue(): Promise<void> {
    this.places += 1;
    try {
      while (!this.isStopping && !this.isHeld && this.places <= this.size) {
        // Before the look: a ring during it may be for a job that it did not see.
        const ringsBefore = this.missedRings;
        const { job, isWorthALook } = await this.claim(null);
        this.lookedAt = performance.now();
        if (job) await this.run(job);
        else if (!isWorthALook && this.missedRings === ringsBefore) return;
      }
    } finally {
      this.places -= 1;
    }
  }

  private async claimSuspect(id: Id): Promise<boolean> {
    await this.inDoubt.giveBack();
    const job = await this.inDoubt.watch(1, ([leaseOwner]) =>
      claimSuspect(this.parts.database, id, leaseOwner!, this.claimer),
    );
    this.lookedAt = performance.now();
    if (job) await this.run(job);
    return job !== null;
  }

  private async run(job: ClaimedJob): Promise<void> {
    const run: Run = { job, abort: new AbortController(), movedAt: performance.now() };
    this.running.add(run);
    try {
      await runJob(this.parts, job, run.abort, () => (run.movedAt = performance.now()));
    } finally {
      this.running.delete(run);
      this.lookedAt = performance.now();
    }
  }

  async stop(graceMs: number, abortMs: number, stalledMs = Infinity): Promise<void> {
    this.isStopping = true;
    const stillSince = ({ movedAt }: Run) => performance.now() - movedAt;
    const stalled = new Set([...this.running].filter((run) => stillSince(run) >= stalledMs));
    if (await this.isIdleWithin(graceMs)) return;
    for (const run of this.running)
      run.abort.abort(stalled.has(run) ? new Stalled(stillSince(run) / 1_000) : new Drained());
    if (await this.isIdleWithin(abortMs)) return;
    for (const run of this.running) {
      const { id, type } = run.job;
      this.parts.log.warn(
        { job: id, type },
        `a job did not end in time; it is ${stalled.has(run) ? "left alone" : "given back"}`,
      );
      if (!stalled.has(run)) await returnJob(this.parts.database, run.job, GIVEN_BACK_RUNNING);
    }
  }

  private async isIdleWithin(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), ms);
    });
    const idle = Promise.allSettled(this.working).then(() => true);
    return Promise.race([idle, late]).finally(() => clearTimeout(timer));
  }
}
