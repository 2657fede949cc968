import { newId } from "#domain/ids.js";
import { claimJob, type ClaimedJob } from "#domain/jobs/claim.queries.js";
import { GIVEN_BACK } from "#domain/jobs/ending.js";
import type { QueueName } from "#domain/jobs/queue-names.js";
import { returnJob } from "#domain/jobs/run.queries.js";
import { Drained, runJob, type RunnerParts } from "./runner.js";

/** The places of one queue in this worker where jobs run side by side. */
export interface Slots {
  /**
   * Runs due jobs until there are none, in a free slot. Resolves when this slot is free again; at once when none was:
   * then the busy ones look again before they rest.
   */
  work(): Promise<void>;
  busy(): number;
  /** From now on so many; what runs in a place that is gone runs to its end. */
  resize(size: number): void;
  readonly size: number;
  /**
   * Claims no more. Runs get `graceMs` to end by themselves, then `abortMs` after their signal is aborted; what still
   * runs then is given back.
   */
  stop(graceMs: number, abortMs: number): Promise<void>;
}

export function openSlots(queue: QueueName, size: number, parts: RunnerParts): Slots {
  return new QueueSlots(queue, size, parts);
}

class QueueSlots implements Slots {
  private readonly leases: Record<string, number>;
  private readonly running = new Map<ClaimedJob, AbortController>();
  private readonly working = new Set<Promise<void>>();
  private isStopping = false;
  /** Counts the rings that found all slots busy. */
  private missedRings = 0;

  constructor(
    private readonly queue: QueueName,
    public size: number,
    private readonly parts: RunnerParts,
  ) {
    this.leases = Object.fromEntries(
      [...parts.handlers.values()].map((handler) => [handler.type, handler.leaseSeconds]),
    );
  }

  busy(): number {
    return this.running.size;
  }

  resize(size: number): void {
    const isMore = size > this.size;
    this.size = size;
    // Rings that found all places busy are answered by the new ones.
    if (isMore) void this.work().catch(() => {});
  }

  async work(): Promise<void> {
    if (this.isStopping) return;
    if (this.working.size >= this.size) {
      this.missedRings += 1;
      return;
    }
    const work = this.runWhatIsDue();
    this.working.add(work);
    try {
      await work;
    } finally {
      this.working.delete(work);
    }
  }

  private async runWhatIsDue(): Promise<void> {
    while (!this.isStopping && this.running.size < this.size) {
      // Before the look: a ring during it may be for a job that it did not see.
      const ringsBefore = this.missedRings;
      const { database, workerId } = this.parts;
      const claimer = { workerId, leaseOwner: newId(), leaseSecondsByType: this.leases };
      const job = await claimJob(database, this.queue, claimer);
      if (job) await this.run(job);
      else if (this.missedRings === ringsBefore) return;
    }
  }

  private async run(job: ClaimedJob): Promise<void> {
    const abort = new AbortController();
    this.running.set(job, abort);
    try {
      await runJob(this.parts, job, abort);
    } finally {
      this.running.delete(job);
    }
  }

  async stop(graceMs: number, abortMs: number): Promise<void> {
    this.isStopping = true;
    if (await this.isIdleWithin(graceMs)) return;
    for (const abort of this.running.values()) abort.abort(new Drained());
    if (await this.isIdleWithin(abortMs)) return;
    for (const job of this.running.keys()) {
      this.parts.log.warn({ job: job.id, type: job.type }, "a job did not end in time; it is given back");
      await returnJob(this.parts.database, job, GIVEN_BACK);
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
