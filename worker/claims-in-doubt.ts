import { newId, type Id } from "#domain/ids.js";
import { returnClaims } from "#domain/jobs/claim.queries.js";
import type { Reader } from "#domain/operation.js";
import { isPassing } from "#platform/until-back.js";

/** A frozen database that wakes up may carry out what was sent to it before, a little after it has answered others. */
const WATCHED_MS = 10_000;

/**
 * Claims whose answer was lost with the database: they may have been made, and then hold a job that nobody runs. What they
 * hold is given back by their owners' ids, instead of waiting for the lease and being taken for a crash.
 */
export class ClaimsInDoubt {
  /** By owner; counts from the first answer of the database on. */
  private readonly watchedUntil = new Map<Id, number>();

  constructor(private readonly reader: Reader) {}

  /** @param claim is given the owners that it claims for, `count` new ones */
  async watch<T>(count: number, claim: (owners: readonly Id[]) => Promise<T>): Promise<T> {
    const owners = Array.from({ length: count }, newId);
    try {
      return await claim(owners);
    } catch (error) {
      if (isPassing(error)) for (const owner of owners) this.watchedUntil.set(owner, Infinity);
      throw error;
    }
  }

  async giveBack(): Promise<void> {
    if (this.watchedUntil.size === 0) return;
    const asked = performance.now();
    await returnClaims(this.reader, [...this.watchedUntil.keys()]);
    for (const [owner, until] of this.watchedUntil)
      if (until < asked) this.watchedUntil.delete(owner);
      else this.watchedUntil.set(owner, Math.min(until, asked + WATCHED_MS));
  }
}
