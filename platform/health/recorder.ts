import { recordSample, SAMPLE_SECONDS, type HealthSample } from "#domain/health/index.js";
import type { Reader } from "#domain/operation.js";
import { isPassing } from "../until-back.js";

/** An hour: what is seen while the database is away is written when it is back. */
const MOST_WAITING = 3600 / SAMPLE_SECONDS;

interface Taken {
  readonly sample: HealthSample;
  /** By the clock of the process, in milliseconds. */
  readonly at: number;
}

/**
 * Writes one sample in five seconds down; whichever process of a machine is first writes it for all. Without those that
 * were taken while the database was away, its own outages would be missing from the history.
 */
export class SampleRecorder {
  private lastPeriod = 0;
  private waiting: readonly Taken[] = [];
  private isWriting = false;

  constructor(private readonly reader: Reader) {}

  /** Nobody waits for it. */
  offer(sample: HealthSample): void {
    const period = Math.floor(Date.now() / 1000 / SAMPLE_SECONDS);
    if (period === this.lastPeriod) return;
    this.lastPeriod = period;
    this.waiting = [...this.waiting, { sample, at: performance.now() }].slice(-MOST_WAITING);
    if (!this.isWriting) void this.write();
  }

  /** The oldest first, until none is left or the database is away. */
  private async write(): Promise<void> {
    this.isWriting = true;
    for (let oldest = this.waiting[0]; oldest; oldest = this.waiting[0]) {
      const { sample, at } = oldest;
      const error = await recordSample(this.reader, sample, (performance.now() - at) / 1000).catch(
        (failure: unknown) => failure,
      );
      // What the database refuses for good holds up nothing.
      if (error !== undefined && isPassing(error)) break;
      this.waiting = this.waiting.filter((taken) => taken !== oldest);
    }
    this.isWriting = false;
  }
}
