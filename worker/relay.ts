import {
  hasPendingEvents,
  lockPendingEvents,
  removePendingEvents,
  type PendingEvent,
} from "#domain/audit/pending-events.queries.js";
import {
  campaignChannel,
  EVENTS_CHANNEL,
  importChannel,
  JOBS_CHANNEL,
  SESSIONS_CHANNEL,
  type CampaignHint,
  type EventHint,
  type ImportHint,
  type JobHint,
  type SessionHint,
} from "#domain/channels.js";
import { nextDueIn, takeJobsToRing } from "#domain/jobs/relay.queries.js";
import { QUEUE_NAMES } from "#domain/jobs/queue-names.js";
import { readerOf, type Database } from "#platform/database/database.js";
import { listen } from "#platform/database/listen.js";
import type { Logger } from "#platform/logger.js";
import type { AddressedHint, PubSub } from "#platform/pubsub.js";
import type { Queues } from "#platform/queues/queues.js";
import { repeat } from "#platform/repeat.js";

/**
 * From committed rows to Redis. The failure it exists for: work queued inside a transaction that is then rolled back,
 * or forgotten because Redis was away just after the commit. Here the rows are the truth; the relay publishes what it
 * finds and takes the note away only when Redis has confirmed. So a fact is published at least once, in whatever
 * process; and a job that nobody starts is rung for again every five seconds.
 */
export interface Relay {
  /** Ends after the look at hand. */
  stop(): Promise<void>;
}

export interface RelayParts {
  readonly database: Database;
  readonly queues: Pick<Queues, "ring" | "waiting" | "isConnected">;
  readonly bus: PubSub;
  readonly log: Logger;
}

const LOOK_EVERY_MS = 250;
const MOST_EVENTS = 200;
const MOST_RINGS = 50;
/** More rings than this that nobody takes are enough: the workers are busy and look again by themselves. */
const CROWD = 200;
const PUBLISH_TIMEOUT_MS = 1_000;

/** Two that wait for nobody: a job is rung for while events are on their way to a slow Redis, and the other way round. */
export function startRelay(parts: RelayParts): Relay {
  const publishing = repeat("the relay of events", () => publish(parts), parts.log);
  const ringing = repeat("the relay of jobs", () => ring(parts), parts.log);
  const wake = () => {
    ringing.wake();
    publishing.wake();
  };
  const listening = listen(parts.database.url, "postwatch_relay", wake, parts.log);
  return {
    async stop() {
      await Promise.all([publishing.stop(), ringing.stop(), listening.close()]);
    },
  };
}

/** @returns milliseconds until it is worth looking again */
async function publish(parts: RelayParts): Promise<number> {
  if (!(await hasPendingEvents(parts.database))) return LOOK_EVERY_MS;
  const published = await orLater(parts, publishPending(parts));
  return published === MOST_EVENTS ? 0 : LOOK_EVERY_MS;
}

/** @returns milliseconds until it is worth looking again */
async function ring(parts: RelayParts): Promise<number> {
  const dueIn = await nextDueIn(parts.database);
  if (dueIn === null) return LOOK_EVERY_MS;
  if (dueIn > 0) return Math.min(LOOK_EVERY_MS, Math.ceil(dueIn * 1_000));
  await orLater(parts, ringDue(parts));
  return LOOK_EVERY_MS;
}

/** What fails here is still noted, and found by the next look. */
async function orLater<T>({ log }: RelayParts, work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    log.debug({ error: (error as Error).message }, "the relay waits for Redis");
    return null;
  }
}

/**
 * Publishes the oldest events and takes their notes away, in one transaction.
 * @returns how many
 * @throws Error when Redis does not confirm; the notes stay
 */
async function publishPending({ database, bus }: RelayParts): Promise<number> {
  const client = await database.pool.connect();
  const reader = readerOf(client);
  let failure: Error | undefined;
  try {
    await client.query("begin");
    const events = await lockPendingEvents(reader, MOST_EVENTS);
    await bus.publishAll(events.flatMap(hintsOf), PUBLISH_TIMEOUT_MS);
    await removePendingEvents(
      reader,
      events.map(({ id }) => id),
    );
    await client.query("commit");
    return events.length;
  } catch (error) {
    await client.query("rollback").catch((broken: Error) => (failure = broken));
    throw error;
  } finally {
    client.release(failure);
  }
}

/** Announces due jobs. While Redis is away nothing is noted as announced; the runners look by themselves. */
async function ringDue({ database, queues, log }: RelayParts): Promise<number> {
  if (!queues.isConnected()) return 0;
  const crowds = await Promise.all(QUEUE_NAMES.map((name) => queues.waiting(name)));
  const open = QUEUE_NAMES.filter((_, index) => crowds[index]! < CROWD);
  const jobs = await takeJobsToRing(database, open, MOST_RINGS);
  const rings = await Promise.allSettled(jobs.map((job) => queues.ring(job.queue, job.id)));
  const lost = rings.filter((ring) => ring.status === "rejected").length;
  if (lost > 0) log.debug({ lost }, "rings were not taken; they are repeated");
  return jobs.length;
}

/** One hint for everybody, and one on the channel of each thing that has one. */
function hintsOf(event: PendingEvent): AddressedHint[] {
  const { id, tenantId, action, targets } = event;
  const everybody: EventHint = { id, tenantId, action, targets };
  return [
    { channel: EVENTS_CHANNEL, hint: everybody },
    ...targets.flatMap((target) => {
      const hint = HINT_BY_TARGET[target.type]?.(target.id);
      return hint ? [hint] : [];
    }),
  ];
}

const HINT_BY_TARGET: Readonly<Record<string, (id: string) => AddressedHint>> = {
  campaign: (id) => {
    const hint: CampaignHint = { campaignId: id, messageId: null };
    return { channel: campaignChannel(id), hint };
  },
  import: (id) => {
    const hint: ImportHint = { importId: id };
    return { channel: importChannel(id), hint };
  },
  job: (id) => {
    const hint: JobHint = { jobId: id, queue: null };
    return { channel: JOBS_CHANNEL, hint };
  },
  user: (id) => {
    const hint: SessionHint = { userId: id };
    return { channel: SESSIONS_CHANNEL, hint };
  },
  session: (id) => {
    const hint: SessionHint = { sessionId: id };
    return { channel: SESSIONS_CHANNEL, hint };
  },
};
