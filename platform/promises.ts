import { PROMISES_CHANNEL, personChannel, type Bus, type PersonHint } from "#domain/channels.js";
import { newId, type Id } from "#domain/ids.js";
import {
  beginRound,
  cancelLook,
  endRound,
  limitLook,
  lookAt,
  markOf,
  noteFailure,
  noteLook,
  PROMISES,
  renewRound,
  tellBroken,
  type PromiseDefinition,
  type Round,
  type RoundOptions,
} from "#domain/promises/index.js";
import type { Database } from "./database/database.js";
import { inTransaction } from "./database/unit-of-work.js";
import type { Logger } from "./logger.js";
import { repeat, type Repetition } from "./repeat.js";
import { isPassing } from "./until-back.js";

export interface PromisesParts {
  readonly database: Database;
  readonly bus: Pick<Bus, "publish">;
  readonly log: Logger;
}

/** Whose turn it is is asked so often, so that a round begins within seconds of its minute. */
const LOOK_EVERY_MS = 5_000;
/** A look at what is new must not keep others waiting; one at everything may take its time. */
const LIMIT_MS = { new: 10_000, whole: 120_000 } as const;
const QUERY_CANCELED = "57014";

/**
 * Looks at all promises once a minute, outside the queues. Every server does, and one of them has the turn. The board
 * that nobody can look at is not green: see `readPromises`. When it is stopped it waits for no look.
 */
export function startPromises(parts: PromisesParts): Repetition {
  const end = new AbortController();
  const { signal } = end;
  const rounds = repeat(
    "the round over the promises",
    () => runRound(parts, { signal }).then(() => LOOK_EVERY_MS),
    parts.log,
  );
  return {
    wake: () => rounds.wake(),
    stop() {
      end.abort();
      return rounds.stop();
    },
  };
}

export interface RunOptions extends RoundOptions {
  /** Of one look, whichever it is. */
  readonly limitMs?: number;
  /** Ends the look at hand and the round. */
  readonly signal?: AbortSignal;
}

/** One round, when it is time. @returns whether it was ours */
export async function runRound(parts: PromisesParts, options: RunOptions = {}): Promise<boolean> {
  const { database, bus } = parts;
  const round = await inTransaction(database, origin(), (op) => beginRound(op, options));
  if (!round) return false;
  const told = new Set<Id>();
  for (const promise of PROMISES)
    if (!options.signal?.aborted) for (const id of await look(parts, round, promise, options)) told.add(id);
  await endRound(database, round);
  bus.publish(PROMISES_CHANNEL, {});
  for (const userId of told) bus.publish(personChannel(userId), { userId } satisfies PersonHint);
  return true;
}

const origin = () => ({
  actor: { kind: "JOB", name: "promises" } as const,
  tenantId: null,
  request: { requestId: newId() },
});

/** One that cannot be looked at holds up no other; while the database is away none can. @returns who was told */
async function look(
  { database, log }: PromisesParts,
  round: Round,
  promise: PromiseDefinition,
  options: RunOptions,
): Promise<Id[]> {
  const { signal } = options;
  const since = round.isWhole ? null : await markOf(database, promise);
  const limitMs = options.limitMs ?? (since ? LIMIT_MS.new : LIMIT_MS.whole);
  await renewRound(database, round, limitMs / 1000 + 60);
  const begun = performance.now();
  let session: number | null = null;
  const cancel = () => void (session !== null && cancelLook(database, session).catch(() => {}));
  signal?.addEventListener("abort", cancel);
  try {
    return await inTransaction(database, origin(), async (op) => {
      session = await limitLook(op, limitMs);
      const found = await lookAt(op, promise, round.id, since);
      return tellBroken(op, promise, found, await noteLook(op, promise, found));
    });
  } catch (error) {
    if (signal?.aborted) return [];
    const isSlow = (error as { code?: unknown }).code === QUERY_CANCELED;
    if (!isSlow && isPassing(error)) throw error;
    log.error({ err: error, promise: promise.id }, "a promise could not be looked at");
    const why = isSlow
      ? `The look took longer than ${limitMs / 1000} s.`
      : "The look at it failed; the server's log says why.";
    await noteFailure(database, promise, Math.round(performance.now() - begun), why);
    return [];
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
}
