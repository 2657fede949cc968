import * as v from "valibot";
import { selfOf } from "../access/actor.js";
import { command } from "../command.js";
import { ConflictError, demandVersion, invalid } from "../errors.js";
import { attempted, changesBetween, type FieldChange } from "../events.js";
import { newId, type Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";
import { MISSED_RUNS, scheduleFault, type MissedRuns } from "./schedule.js";
import { claimOccurrence, isUnfinished, noteJobOfOccurrence } from "./schedule.queries.js";
import { decided, demandScheduled, type ScheduledJob, type StoredDecision } from "./schedules.js";

/** Makes the row when there is none; in either case nobody else decides at the same time. */
const LOCK = statement<StoredDecision & { readonly isPaused: boolean; readonly version: number }>(
  "lock_schedule_setting",
  `insert into schedule_setting (task) values ($1) on conflict (task) do update set task = excluded.task
   returning pattern, timezone, missed_runs as "missedRuns", paused_at is not null as "isPaused", version`,
);
const PAUSE = statement<object>(
  "pause_schedule",
  "update schedule_setting set paused_at = now(), paused_by = $2, version = version + 1 where task = $1",
);
const RESUME = statement<object>(
  "resume_schedule",
  `update schedule_setting set paused_at = null, paused_by = null, effective_from = now(), version = version + 1
   where task = $1`,
);
const SET = statement<object>(
  "set_schedule",
  `update schedule_setting set pattern = $2, timezone = $3, missed_runs = $4, version = version + 1,
     effective_from = case when $5 then now() else effective_from end
   where task = $1`,
);

const Named = v.object({ name: v.string() });

/**
 * Runs what is scheduled once, now, whether the schedule is paused or not. Writes schedule_run and job; emits
 * schedule.run_now. Throws BAD_USER_INPUT, CONFLICT while a tick waits or runs.
 */
export const runScheduleNow = command({
  name: "runScheduleNow",
  permission: "system:jobs",
  input: Named,
  audits: attempted("schedule.run_now", "schedule", "name"),
  async run(op, { name }): Promise<{ name: string; jobId: Id }> {
    const job = demandScheduled(name);
    await op.query(LOCK, [job.type]);
    if (job.policy === "P0" && (await isUnfinished(op, job.queue, job.type)))
      throw new ConflictError(`${job.type} waits or runs already; only one of it does at a time.`, ["name"]);
    const fireAt = op.now;
    const claimedBy = selfOf(op) ?? newId();
    const at = fireAt.toISOString();
    const isFirst = await claimOccurrence(op, { task: job.type, fireAt, cause: "NOW", claimedBy });
    const jobId = isFirst ? await op.enqueue(job, { fireAt: at }, { key: at, isOwn: true }) : null;
    if (jobId === null) throw new ConflictError(`${job.type} was started at this very moment.`, ["name"]);
    await noteJobOfOccurrence(op, job.type, fireAt, jobId);
    await op.emit("schedule.run_now", {
      targets: [
        { type: "schedule", id: job.type },
        { type: "job", id: jobId, label: job.type },
      ],
    });
    return { name: job.type, jobId };
  },
});

/** Its times pass without a job, and are not made up for. Writes schedule_setting; emits settings.updated. Throws BAD_USER_INPUT. */
export const pauseSchedule = command({
  name: "pauseSchedule",
  permission: "system:jobs",
  input: Named,
  audits: attempted("settings.updated", "schedule", "name"),
  run: (op, { name }) => setPaused(op, name, true),
});

/** From its next time on. Writes schedule_setting; emits settings.updated. Throws BAD_USER_INPUT. */
export const resumeSchedule = command({
  name: "resumeSchedule",
  permission: "system:jobs",
  input: Named,
  audits: attempted("settings.updated", "schedule", "name"),
  run: (op, { name }) => setPaused(op, name, false),
});

/**
 * Changes what is given; `reset` takes everything back to what the product has. Workers follow within five seconds;
 * a time of the new pattern that has passed already is not made up for. Writes schedule_setting; emits settings.updated. Throws BAD_USER_INPUT for a pattern that cannot be read or never fires
 * and for a time zone that there is not, CONFLICT with both versions.
 */
export const updateSchedule = command({
  name: "updateSchedule",
  permission: "system:jobs",
  input: v.object({
    name: v.string(),
    pattern: v.nullish(v.pipe(v.string(), v.maxLength(100, "A pattern has at most 100 characters."))),
    timezone: v.nullish(v.pipe(v.string(), v.maxLength(64, "A time zone's name has at most 64 characters."))),
    missedRuns: v.nullish(v.picklist(MISSED_RUNS)),
    reset: v.nullish(v.boolean()),
    expectedVersion: v.nullish(v.number()),
  }),
  audits: attempted("settings.updated", "schedule", "name"),
  async run(op, { name, reset, expectedVersion, ...given }): Promise<{ name: string }> {
    const job = demandScheduled(name);
    const stored = (await op.query(LOCK, [job.type]))[0]!;
    demandVersion("schedule", stored.version, expectedVersion);
    const before = decided(job, stored);
    const base = reset ? job.schedule : before;
    const after = {
      pattern: given.pattern?.trim() ?? base.pattern,
      timezone: given.timezone ?? base.timezone,
      missedRuns: given.missedRuns ?? base.missedRuns,
    };
    const fault = scheduleFault(after);
    if (fault) throw invalid([fault.field], "schedule", fault.message, after[fault.field]);
    const changes = changesBetween<typeof after>(before, after);
    if (changes.length === 0) return { name };
    const hasOtherTimes = before.pattern !== after.pattern || before.timezone !== after.timezone;
    await op.query(SET, [name, ...differing(job, after), hasOtherTimes]);
    await tell(op, name, changes);
    return { name };
  },
});

/** A later release may come with a better time: only what somebody has decided is stored. */
function differing(
  { schedule }: ScheduledJob,
  after: { readonly pattern: string; readonly timezone: string; readonly missedRuns: MissedRuns },
): (string | null)[] {
  return (["pattern", "timezone", "missedRuns"] as const).map((field) =>
    after[field] === schedule[field] ? null : after[field],
  );
}

async function setPaused(op: UnitOfWork, name: string, isPaused: boolean): Promise<{ name: string }> {
  demandScheduled(name);
  const before = (await op.query(LOCK, [name]))[0]!;
  if (before.isPaused === isPaused) return { name };
  await op.query(isPaused ? PAUSE : RESUME, isPaused ? [name, selfOf(op)] : [name]);
  await tell(op, name, [{ field: "paused", before: before.isPaused, after: isPaused }]);
  return { name };
}

async function tell(op: UnitOfWork, name: string, changes: FieldChange[]): Promise<void> {
  await op.emit("settings.updated", { targets: [{ type: "schedule", id: name }], changes });
}
