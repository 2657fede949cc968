import type { ClaimedJob } from "#domain/jobs/claim.queries.js";
import { extendLease } from "#domain/jobs/run.queries.js";
import type { Reader } from "#domain/operation.js";

/** The job is somebody else's by now, or may be: what this run still does is not recorded. */
export class LeaseLost extends Error {
  constructor() {
    super("The lease of the job has ended.");
    this.name = "LeaseLost";
  }
}

export interface HeldLease {
  /** No more signs of life. */
  release(): void;
}

/** After an outage the next sign of life must not be long in coming, however long the lease: the sweep waits little longer. */
const LONGEST_TICK_MS = 1_000;

/**
 * Gives signs of life three times a lease, and while they are not taken once a second. `onLost` is called once: when the
 * database says that the job is not ours any more, or when it could not be asked for a whole lease.
 */
export function holdLease(reader: Reader, job: ClaimedJob, onLost: (reason: LeaseLost) => void): HeldLease {
  const leaseMs = job.leaseSeconds * 1_000;
  let heldUntil = performance.now() + leaseMs;
  let dueAt = performance.now() + leaseMs / 3;
  let isAsking = false;

  const lose = () => {
    clearInterval(timer);
    onLost(new LeaseLost());
  };
  const ask = async () => {
    const askedAt = performance.now();
    isAsking = true;
    const isOurs = await extendLease(reader, job, job.leaseSeconds).catch(() => null);
    isAsking = false;
    if (isOurs) {
      heldUntil = askedAt + leaseMs;
      dueAt = askedAt + leaseMs / 3;
    }
    if (isOurs === false || performance.now() > heldUntil) lose();
  };
  const tickMs = Math.min(LONGEST_TICK_MS, leaseMs / 6);
  const timer = setInterval(() => {
    // A question that hangs (a frozen database) must not hide that the time is over.
    const now = performance.now();
    if (now > heldUntil && isAsking) lose();
    else if (!isAsking && now >= dueAt) void ask();
  }, tickMs);
  return { release: () => clearInterval(timer) };
}
