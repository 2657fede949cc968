import { recordSample, SAMPLE_SECONDS, type HealthSample } from "#domain/health/index.js";
import type { Reader } from "#domain/operation.js";

/** Writes one sample in five seconds down; whichever process of a machine is first writes it for all. */
export class SampleRecorder {
  private lastPeriod = 0;
  private isWriting = false;

  constructor(private readonly reader: Reader) {}

  /** Nobody waits for it. A sample that cannot be written is a gap in the history. */
  offer(sample: HealthSample): void {
    const period = Math.floor(Date.now() / 1000 / SAMPLE_SECONDS);
    if (this.isWriting || period === this.lastPeriod) return;
    this.lastPeriod = period;
    this.isWriting = true;
    recordSample(this.reader, sample)
      .catch(() => {})
      .finally(() => (this.isWriting = false));
  }
}
