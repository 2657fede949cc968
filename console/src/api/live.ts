import type { AnyVariables, CombinedError, OperationResult, TypedDocumentNode } from "@urql/core";
import { useClient } from "@urql/solid";
import { createEffect, createSignal, on, onCleanup, untrack, type Accessor } from "solid-js";
import { onEnd, pipe, subscribe, type Source } from "wonka";
import { createPlaces } from "./place";
import { epoch, generation, link, setEpoch } from "./link";
import { retryAfterOf } from "./patience";

const firstWaitMs = 1_000;
const longestWaitMs = 15_000;
const settledMs = 2_000;
const steadyMs = 30_000;

/** How many streams have broken off and are not open again yet: what they show is not live. */
export const [broken, setBroken] = createSignal(0);

// The server means these; asking again would bring the same answer.
const refusals = new Set([
  "BAD_REQUEST",
  "BAD_USER_INPUT",
  "FORBIDDEN",
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "NOT_FOUND",
  "QUERY_TOO_COMPLEX",
  "TOO_MANY_SUBSCRIPTIONS",
  "UNAUTHENTICATED",
]);

const isRefusal = (error: CombinedError) =>
  error.graphQLErrors.some((each) => refusals.has(String(each.extensions["code"])));

function waitMsOf(error: CombinedError, tries: number): number {
  const asked = retryAfterOf(error);
  const wait = asked ? asked * 1_000 : Math.min(longestWaitMs, firstWaitMs * 2 ** tries);
  return wait * (asked ? 1 + Math.random() / 4 : 0.75 + Math.random() / 2);
}

/** Counts a stream among the broken ones; when the last is whole again, what was missed is fetched. */
function createMark() {
  let isBroken = false;
  return {
    isSet: () => isBroken,
    set: () => {
      if (!isBroken) setBroken((count) => count + 1);
      isBroken = true;
    },
    /** With `healed`, because it runs again; without, because nobody needs it any more. */
    clear: (healed: boolean) => {
      if (!isBroken) return;
      isBroken = false;
      setBroken((count) => count - 1);
      if (healed && broken() === 0) setEpoch((count) => count + 1);
    },
  };
}

/** Opens a stream, and again when it breaks off, after 1 s … 15 s. Returns what ends it. */
function keepOpen<Result extends { data?: unknown; error?: CombinedError; hasNext: boolean }>(
  open: () => Source<Result>,
  receive: (result: Result, isEvent: boolean) => void,
): () => void {
  const mark = createMark();
  let tries = 0;
  let openedAt = 0;
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: { unsubscribe: () => void } | undefined;
  const again = (error: CombinedError | undefined) => {
    clearTimeout(timer);
    if (isOver || !error || isRefusal(error)) return mark.clear(false);
    mark.set();
    if (Date.now() - openedAt > steadyMs) tries = 0;
    // After a final close the person decides; `generation` begins everything anew then.
    timer = setTimeout(() => link() !== "closed" && start(), waitMsOf(error, tries++));
  };
  const start = () => {
    let last: CombinedError | undefined;
    openedAt = Date.now();
    if (mark.isSet()) timer = setTimeout(() => mark.clear(true), settledMs);
    running = pipe(
      open(),
      onEnd(() => again(last)),
      subscribe((result) => {
        last = result.error;
        // The last word repeats what came before it.
        const isEvent = Boolean(result.data) && result.hasNext !== false;
        if (isEvent) mark.clear(true);
        receive(result, isEvent);
      }),
    );
  };
  start();
  return () => {
    isOver = true;
    clearTimeout(timer);
    mark.clear(false);
    running?.unsubscribe();
  };
}

/**
 * Calls `receive` for every event of a subscription, without a store in between: equal values in a row are
 * still events. Runs while `variables()` is defined, and is opened again when it breaks off without a refusal; one with
 * `$after` then goes on behind its last event. Returns the last error, if any.
 */
export function onLive<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Accessor<Variables | undefined>,
  receive: (event: Data) => void,
): Accessor<CombinedError | undefined> {
  const client = useClient();
  const [error, setError] = createSignal<CombinedError>();
  const placeOf = createPlaces(document);
  createEffect(() => {
    generation();
    const current = variables();
    if (!current) return;
    const place = placeOf(current);
    const end = keepOpen<OperationResult<Data, Variables>>(
      () => client.subscription<Data, Variables>(document, current, { place }),
      (result, isEvent) => {
        setError(result.error);
        if (!isEvent) return;
        untrack(() => receive(result.data as Data));
        place?.passed(result.data);
      },
    );
    onCleanup(end);
  });
  return error;
}

/** Runs `refetch` after every reconnect: events of the gap are gone, so what is shown must be asked again. */
export function onReconnect(refetch: () => void) {
  createEffect(on(epoch, () => untrack(refetch), { defer: true }));
}
