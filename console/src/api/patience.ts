import type { CombinedError, Exchange, Operation } from "@urql/core";
import { filter, makeSubject, merge, pipe, tap } from "wonka";
import { afterRest, rest, restUntil } from "./rest";

// Of the 100 requests that the server grants a person in a minute, what the console asks by itself takes at most 30 at
// once and 45 a minute after that; the others are kept for what somebody does.
const burst = 30;
const refillMs = 60_000 / 45;

/** A purse of requests that fills itself again. */
function createPurse() {
  let left = burst;
  let at = Date.now();
  const fill = () => {
    const now = Date.now();
    left = Math.min(burst, left + (now - at) / refillMs);
    at = now;
  };
  return {
    take: () => (fill(), left >= 1 ? ((left -= 1), true) : false),
    waitMs: () => (fill(), Math.max(1, Math.ceil((1 - left) * refillMs))),
  };
}

/** How long a refusal asks to wait; undefined of everything else. */
export function retryAfterOf(error: CombinedError | undefined): number | undefined {
  const limited = error?.graphQLErrors.find((each) => each.extensions["code"] === "RATE_LIMITED");
  if (!limited) return undefined;
  const seconds = Number(limited.extensions["retryAfterSeconds"]);
  return seconds > 0 ? seconds : 60;
}

const isUnauthenticated = (error: CombinedError | undefined) =>
  error?.graphQLErrors.some((each) => each.extensions["code"] === "UNAUTHENTICATED") ?? false;

/** Queries that wait for their turn, the oldest first. One that nobody wants any more is forgotten. */
function createQueue(ask: (operation: Operation) => void) {
  const purse = createPurse();
  const held = new Map<number, Operation>();
  let isWaiting = false;
  const release = () => {
    isWaiting = false;
    for (const [key, operation] of held) {
      if (restUntil() !== undefined || !purse.take()) break;
      held.delete(key);
      ask(operation);
    }
    wait();
  };
  const wait = () => {
    if (isWaiting || held.size === 0) return;
    isWaiting = true;
    if (restUntil() !== undefined) afterRest(release);
    else setTimeout(release, purse.waitMs());
  };
  return {
    forget: (key: number) => void held.delete(key),
    hold: (operation: Operation) => (held.set(operation.key, operation), wait()),
    /** May it be asked at once? */
    admits: () => held.size === 0 && restUntil() === undefined && purse.take(),
  };
}

/**
 * Keeps the console far below the number of requests that the server grants a person. Queries over it wait for their
 * turn; one that is refused with RATE_LIMITED waits as long as the server says and is asked again, so that no page shows
 * an error for it. What somebody does, and streams, are never held.
 */
export const patientExchange: Exchange =
  ({ forward }) =>
  (operations$) => {
    const { source: later$, next: askLater } = makeSubject<Operation>();
    const queue = createQueue(askLater);
    const asked = new Map<number, Operation>();
    const admitted = (operation: Operation) => {
      if (operation.kind === "teardown") queue.forget(operation.key);
      if (operation.kind !== "query" || queue.admits()) return true;
      queue.hold(operation);
      return false;
    };
    const remember = (operation: Operation) => {
      if (operation.kind === "query") asked.set(operation.key, operation);
      else if (operation.kind === "teardown") asked.delete(operation.key);
    };
    const operations = pipe(merge([pipe(operations$, filter(admitted)), later$]), tap(remember));
    return pipe(
      forward(operations),
      filter(({ operation, error }) => {
        const seconds = retryAfterOf(error);
        if (seconds !== undefined) rest(seconds);
        const original = asked.get(operation.key);
        if (operation.kind !== "query" || !original || restUntil() === undefined) return true;
        // A token that could not be renewed because of the same limit is no end of the session.
        if (seconds === undefined && !isUnauthenticated(error)) return true;
        queue.hold(original);
        return false;
      }),
    );
  };
