import {
  readDatabaseSignals,
  thresholdsWith,
  TIMEOUTS_MS,
  type DatabaseLook,
  type Thresholds,
} from "#domain/health/index.js";
import type { Reader } from "#domain/operation.js";
import { oneAtATime } from "./one-at-a-time.js";
import { within } from "./within.js";

/** The signals that are in the database, and the limits in force: what an administrator changes counts from the next look on. */
export class DatabaseSignals {
  /** Those of the last look that was answered. */
  thresholds: Thresholds = thresholdsWith();
  private readonly ask: () => Promise<DatabaseLook>;

  constructor(reader: Reader) {
    this.ask = oneAtATime(() => readDatabaseSignals(reader));
  }

  /** Null when the database does not answer in time; never rejects. */
  async look(): Promise<DatabaseLook["values"] | null> {
    try {
      const { values, thresholds } = await within(TIMEOUTS_MS.postgres, this.ask());
      this.thresholds = thresholdsWith(thresholds);
      return values;
    } catch {
      return null;
    }
  }
}
