import * as v from "valibot";
import { command } from "../command.js";
import { attempted, type EventAction } from "../events.js";
import { statement, type UnitOfWork } from "../operation.js";
import { DISCARDED, handOf, RETRIED } from "./change-job.js";
import { withHand } from "./history.js";
import { demandQueue, filterValues, MATCHES, type JobFilter } from "./job-filter.js";

/** In one call: its transaction stays short. Whoever has more calls again while `left` is not 0. */
const MOST = 1_000;

const DEAD = `j.queue = $7 and j.state = 'FAILED' and ${MATCHES}`;
const changing = (name: string, set: string, outcome: string) =>
  statement<{ changed: number }>(
    name,
    `with picked as (
       select j.id from job j where ${DEAD} order by j.finished_at, j.id limit ${MOST} for update skip locked
     ), changed as (
       update job set ${set}, history = ${withHand(`'${outcome}'`, "$8::text")} from picked where job.id = picked.id returning 1)
     select count(*) as changed from changed`,
  );
const RETRY = changing("retry_dead_jobs", RETRIED, "RETRIED_BY_HAND");
const DISCARD = changing("discard_dead_jobs", DISCARDED, "DISCARDED_BY_HAND");
const LEFT = statement<{ left: number }>(
  "count_dead_jobs",
  `select count(*) as left from job j where ${DEAD}`,
);

const Input = v.object({
  queue: v.string(),
  filter: v.nullish(
    v.object({
      type: v.nullish(v.string()),
      text: v.nullish(v.string()),
      errorGroup: v.nullish(v.string()),
      from: v.nullish(v.date()),
      to: v.nullish(v.date()),
    }),
  ),
});

/**
 * The oldest 1,000 dead jobs of the queue that match are tried again. One entry in the audit log for all, one in the
 * history of each. Writes job; emits job.retried unless there was none. Throws BAD_USER_INPUT.
 */
export const retryDeadJobs = command({
  name: "retryDeadJobs",
  permission: "system:jobs",
  input: Input,
  audits: attempted("job.retried", "queue", "queue"),
  async run(op, input): Promise<{ retried: number; left: number }> {
    const { changed, left } = await changeDead(op, RETRY, "job.retried", input);
    return { retried: changed, left };
  },
});

/** The same, and they will not run. Writes job; emits job.discarded unless there was none. Throws BAD_USER_INPUT. */
export const discardDeadJobs = command({
  name: "discardDeadJobs",
  permission: "system:jobs",
  input: Input,
  audits: attempted("job.discarded", "queue", "queue"),
  async run(op, input): Promise<{ discarded: number; left: number }> {
    const { changed, left } = await changeDead(op, DISCARD, "job.discarded", input);
    return { discarded: changed, left };
  },
});

async function changeDead(
  op: UnitOfWork,
  change: typeof RETRY,
  action: EventAction,
  input: { readonly queue: string; readonly filter?: JobFilter | null },
): Promise<{ changed: number; left: number }> {
  const queue = demandQueue(input.queue);
  const filter = input.filter ?? {};
  const values = [...filterValues(op.scope, filter), queue];
  const { changed } = (await op.query(change, [...values, handOf(op.actor)]))[0]!;
  const { left } = (await op.query(LEFT, values))[0]!;
  if (changed > 0)
    await op.emit(action, {
      targets: [{ type: "queue", id: queue }],
      changes: [
        { field: "jobs", before: null, after: changed },
        ...Object.entries(filter)
          .filter(([, value]) => value != null)
          .map(([field, value]) => ({ field: `filter.${field}`, before: null, after: value })),
      ],
    });
  return { changed, left };
}
