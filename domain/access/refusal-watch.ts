import type { Operation } from "../operation.js";

/** Looks at who is refused how often. */
export interface RefusalWatch {
  /** One more refusal. @throws RateLimitedError for somebody who has been refused too often in this minute */
  note(op: Operation, place: string): Promise<void>;
}
