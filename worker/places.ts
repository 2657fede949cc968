import type { QueueName } from "#domain/jobs/queue-names.js";
import { DEFAULT_CONCURRENCY, MOST_CONCURRENCY, queueSettings } from "#domain/jobs/queue-settings.queries.js";
import type { Logger } from "#platform/logger.js";
import type { Queues } from "#platform/queues/queues.js";
import { repeat, type Repetition } from "#platform/repeat.js";
import type { RunnerParts } from "./runner.js";
import { openSlots, type Slots } from "./slots.js";

/** Where the jobs of one queue run in this worker. */
export interface Place {
  readonly name: QueueName;
  readonly slots: Slots;
}

export function openPlaces(queues: readonly QueueName[], parts: RunnerParts): Place[] {
  return queues.map((name) => ({ name, slots: openSlots(name, DEFAULT_CONCURRENCY[name], parts) }));
}

const FOLLOW_EVERY_MS = 1_000;

/** Keeps places and mail lanes at the numbers that administrators have set. `lanes` is what the worker was started with. */
export function followQueueSettings(
  { database, log }: Pick<RunnerParts, "database" | "log">,
  places: readonly Place[],
  mail: { readonly lanes: number; resize(lanes: number): void },
): Repetition {
  return repeat(
    "the look at queue settings",
    async () => {
      for (const setting of await queueSettings(database)) {
        const place = places.find(({ name }) => name === setting.queue);
        place?.slots.resize(setting.concurrency ?? DEFAULT_CONCURRENCY[setting.queue]);
        if (setting.queue === "emails") mail.resize(setting.lanes ?? mail.lanes);
      }
      return FOLLOW_EVERY_MS;
    },
    log,
  );
}

/** Without a ring (Redis is away, a ring was lost) a due job waits this long at most. */
const POLL_MS = 1_000;

export interface Answering {
  stopPolling(): Promise<void>;
  stopListening(timeoutMs: number): Promise<void>;
}

/** Slots work when they are rung for, and look by themselves besides. */
export function answerRings(queues: Queues, places: readonly Place[], log: Logger): Answering {
  // As many rings at once as there can ever be slots: one that finds all of them busy is answered at once.
  const listeners = places.map(({ name, slots }) =>
    queues.listen(name, MOST_CONCURRENCY, () => slots.work()),
  );
  const polls = places.map(({ name, slots }) =>
    repeat(
      `the look at ${name}`,
      async () => {
        slots.work().catch((error: Error) => log.debug({ queue: name, error: error.message }, "no look"));
        return POLL_MS;
      },
      log,
    ),
  );
  return {
    async stopPolling() {
      await Promise.all(polls.map((poll) => poll.stop()));
    },
    async stopListening(timeoutMs) {
      await Promise.all(listeners.map((listener) => listener.stop(timeoutMs)));
    },
  };
}
