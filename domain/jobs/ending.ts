import { DomainError, UnavailableError } from "../errors.js";
import { delayAfter, type PolicyName } from "./define-job.js";
import type { ClaimedJob } from "./claim.queries.js";
import type { Outcome } from "./outcome.js";

/** What is written about a run: the job is closed for good, or comes back. */
export type Ending =
  | {
      readonly kind: "close";
      readonly state: "SUCCEEDED" | "FAILED" | "CANCELLED";
      readonly error: string | null;
    }
  | {
      readonly kind: "return";
      readonly seconds: number;
      /** Only what is tried again counts as an attempt. */
      readonly outcome: "RETRIED" | "SNOOZED" | "PARKED" | "GIVEN_BACK";
      readonly error: string | null;
    };

/** The end that an outcome means for this job; `random` is from 0 to 1. */
export function endingOf(
  outcome: Outcome,
  job: Pick<ClaimedJob, "attempts" | "maxAttempts">,
  policy: PolicyName,
  random: number,
): Ending {
  switch (outcome.kind) {
    case "done":
      return { kind: "close", state: "SUCCEEDED", error: null };
    case "cancel":
      return { kind: "close", state: "CANCELLED", error: cut(outcome.reason) };
    case "fail":
      return { kind: "close", state: "FAILED", error: cut(outcome.reason) };
    case "snooze":
      return { kind: "return", seconds: outcome.seconds, outcome: "SNOOZED", error: null };
    case "retry":
      if (job.attempts >= job.maxAttempts)
        return { kind: "close", state: "FAILED", error: cut(outcome.reason) };
      return {
        kind: "return",
        seconds: delayAfter(policy, job.attempts, random),
        outcome: "RETRIED",
        error: cut(outcome.reason),
      };
  }
}

/** Time for what is away to come back. */
const AWAY_SECONDS = 1;

/** The end after a thrown error: what is away costs no attempt; a coded one is final, unless what it tells of passes; any other is `retry`. */
export function endingOfError(
  error: Error,
  job: Pick<ClaimedJob, "attempts" | "maxAttempts">,
  policy: PolicyName,
  random: number,
): Ending {
  const reason = cut(
    error instanceof DomainError ? `${error.code}: ${error.message}` : `${error.name}: ${error.message}`,
  );
  if (error instanceof UnavailableError)
    return { kind: "return", seconds: AWAY_SECONDS, outcome: "SNOOZED", error: reason };
  if (error instanceof DomainError && !error.isPassing)
    return { kind: "close", state: "FAILED", error: reason };
  return endingOf({ kind: "retry", reason }, job, policy, random);
}

/** Time for a newer worker to come by. */
const PARKED_SECONDS = 60;

/** This version cannot do it, and a newer one can: left as it is, however often. */
export const parked = (reason: string): Ending => ({
  kind: "return",
  seconds: PARKED_SECONDS,
  outcome: "PARKED",
  error: cut(reason),
});

/** Drained: somebody else goes on with it at once. */
export const GIVEN_BACK = { kind: "return", seconds: 0, outcome: "GIVEN_BACK", error: null } as const;
/** It does not listen and still runs: nobody begins it anew before this process has ended, and the run with it. */
export const GIVEN_BACK_RUNNING = { ...GIVEN_BACK, seconds: 15 } as const;

const LONGEST = 1_000;

/** As PostgreSQL takes it: text without NUL, and not without bounds. */
function cut(text: string): string {
  const clean = text.replaceAll("\0", "").toWellFormed();
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST - 1).toWellFormed()}…` : clean;
}
