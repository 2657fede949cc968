import * as v from "valibot";
import { selfOf } from "../access/actor.js";
import { command } from "../command.js";
import { demandVersion, invalid } from "../errors.js";
import { attempted, changesBetween } from "../events.js";
import { statement, type UnitOfWork } from "../operation.js";
import { demandQueue } from "./job-filter.js";
import type { QueueName } from "./queue-names.js";
import { MOST_CONCURRENCY } from "./queue-settings.queries.js";

interface Setting {
  readonly isPaused: boolean;
  readonly concurrency: number | null;
  readonly lanes: number | null;
  readonly version: number;
}

const LOCK = statement<Setting>(
  "lock_queue_setting",
  `select paused_at is not null as "isPaused", concurrency, lanes, version from queue_setting where queue = $1 for update`,
);
const PAUSE = statement<object>(
  "pause_queue",
  "update queue_setting set paused_at = now(), paused_by = $2, version = version + 1 where queue = $1",
);
const RESUME = statement<object>(
  "resume_queue",
  "update queue_setting set paused_at = null, paused_by = null, version = version + 1 where queue = $1",
);
const SET = statement<object>(
  "set_queue",
  "update queue_setting set concurrency = $2, lanes = $3, version = version + 1 where queue = $1",
);

const Named = v.object({ name: v.string() });

/**
 * Nothing of the queue is begun after the commit, in the whole installation; what runs goes on to its end. Pausing twice
 * changes nothing. Writes queue_setting; emits queue.paused_or_resumed. Throws BAD_USER_INPUT.
 */
export const pauseQueue = command({
  name: "pauseQueue",
  permission: "system:jobs",
  input: Named,
  audits: attempted("queue.paused_or_resumed", "queue", "name"),
  run: (op, { name }) => setPaused(op, name, true),
});

/** The queue goes on. Writes queue_setting; emits queue.paused_or_resumed. Throws BAD_USER_INPUT. */
export const resumeQueue = command({
  name: "resumeQueue",
  permission: "system:jobs",
  input: Named,
  audits: attempted("queue.paused_or_resumed", "queue", "name"),
  run: (op, { name }) => setPaused(op, name, false),
});

const places = (field: string) =>
  v.nullish(
    v.pipe(
      v.number(),
      v.integer(`${field} must be a whole number.`),
      v.minValue(1, `${field} must be at least 1.`),
      v.maxValue(MOST_CONCURRENCY, `${field} must be at most ${MOST_CONCURRENCY}.`),
    ),
  );

/**
 * How many jobs, and for emails how many mails, each worker has under way at once; what is left out stays. Workers follow
 * within a second. Writes queue_setting; emits settings.updated. Throws BAD_USER_INPUT, CONFLICT with both versions.
 */
export const updateQueue = command({
  name: "updateQueue",
  permission: "system:jobs",
  input: v.object({
    name: v.string(),
    concurrency: places("concurrency"),
    lanes: places("lanes"),
    expectedVersion: v.nullish(v.number()),
  }),
  audits: attempted("settings.updated", "queue", "name"),
  async run(op, { name, concurrency, lanes, expectedVersion }): Promise<{ name: QueueName }> {
    const queue = demandQueue(name, "name");
    if (lanes != null && queue !== "emails")
      throw invalid(["lanes"], "queue", "Only the queue emails has mail lanes.", lanes);
    const before = await lock(op, queue);
    demandVersion("queue", before.version, expectedVersion);
    const after = { concurrency: concurrency ?? before.concurrency, lanes: lanes ?? before.lanes };
    const changes = changesBetween<typeof after>(before, after);
    if (changes.length === 0) return { name: queue };
    await op.query(SET, [queue, after.concurrency, after.lanes]);
    await op.emit("settings.updated", { targets: [{ type: "queue", id: queue }], changes });
    return { name: queue };
  },
});

async function setPaused(op: UnitOfWork, name: string, isPaused: boolean): Promise<{ name: QueueName }> {
  const queue = demandQueue(name, "name");
  const before = await lock(op, queue);
  if (before.isPaused === isPaused) return { name: queue };
  await op.query(isPaused ? PAUSE : RESUME, isPaused ? [queue, selfOf(op)] : [queue]);
  await op.emit("queue.paused_or_resumed", {
    targets: [{ type: "queue", id: queue }],
    changes: [{ field: "paused", before: before.isPaused, after: isPaused }],
  });
  return { name: queue };
}

async function lock(op: UnitOfWork, queue: QueueName): Promise<Setting> {
  return (await op.query(LOCK, [queue]))[0]!;
}
