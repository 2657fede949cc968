import {
  claimStreams,
  findHeadSeq,
  noteDelivered,
  noteFailed,
  noteReleased,
  type ClaimedStream,
} from "#domain/audit/streams/delivery.queries.js";
import { readBatch } from "#domain/audit/streams/read-batch.js";
import { newId, type Id } from "#domain/ids.js";
import type { Database } from "#platform/database/database.js";
import type { Logger } from "#platform/logger.js";
import type { Outbound } from "#platform/outbound/outbound.js";
import { repeat, type Repetition } from "#platform/repeat.js";
import { deliver } from "./deliver.js";

export interface StreamsParts {
  readonly database: Database;
  readonly log: Logger;
  readonly out: Outbound;
}

const LOOK_EVERY_MS = 1_000;
/** So many streams at once: a receiver that hangs holds up nobody else. */
const MOST_AT_ONCE = 8;
const LONGEST_ERROR = 300;

/**
 * Sends sealed entries to where organisations want them, in the order of their numbers, each at least once: where a
 * stream stands is moved only when the other side has taken the batch. One worker at a time sends for a stream.
 */
export function startStreams({ database, log, out }: StreamsParts): Repetition {
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  const settings = { out, mac: database.mac.bind(database) };

  async function send(stream: ClaimedStream, claim: Id): Promise<void> {
    const { id, tenantId, cursorSeq } = stream;
    const entries = await readBatch(database, tenantId, cursorSeq);
    // Nothing is left of what waited: retention was there first.
    if (entries.length === 0)
      return noteDelivered(database, id, claim, await findHeadSeq(database, tenantId));
    try {
      await deliver(stream, entries, settings, stopping.signal);
    } catch (error) {
      if (stopping.signal.aborted) return noteReleased(database, id, claim);
      return noteFailed(database, stream, claim, reasonOf(error as Error, out));
    }
    await noteDelivered(database, id, claim, entries.at(-1)!.seq);
  }

  const loop = repeat(
    "the audit streams",
    async () => {
      const claim = newId();
      const claimed = await claimStreams(database, claim, MOST_AT_ONCE - running.size);
      for (const stream of claimed) {
        // What the database could not note is sent again when the lease has run out.
        const sending = send(stream, claim)
          .catch((error: Error) =>
            log.warn({ err: error, stream: stream.id }, "a batch of entries was not noted"),
          )
          .finally(() => {
            running.delete(sending);
            loop.wake();
          });
        running.add(sending);
      }
      return LOOK_EVERY_MS;
    },
    log,
  );
  return {
    wake: () => loop.wake(),
    async stop() {
      stopping.abort();
      await loop.stop();
      await Promise.all(running);
    },
  };
}

/** One line without an address: what failed, for whoever set it up. */
function reasonOf(error: Error & { code?: string }, { timeoutMs }: Outbound): string {
  const text =
    error.name === "TimeoutError"
      ? `No answer within ${timeoutMs / 1000} seconds.`
      : error.message || error.code;
  return (text ?? error.name).slice(0, LONGEST_ERROR);
}
