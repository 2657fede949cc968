import { LATE_SECONDS } from "../jobs/fleet.queries.js";
import { QUEUE_NAMES, type QueueName } from "../jobs/queue-names.js";
import { statement, type Reader } from "../operation.js";
import type { SignalName } from "./signals.js";
import type { ThresholdChanges } from "./thresholds.js";

/** Longer silence is not told apart: nobody was there for an hour. */
const LONGEST_SILENCE_SECONDS = 3600;

/** SQL: the seconds that have passed since; 0 for what is to come or is not there. */
const secondsSince = (time: string): string =>
  `coalesce(greatest(0, extract(epoch from clock_timestamp() - ${time})), 0)::float8`;

interface Row {
  readonly oldestDueMessage: number;
  readonly oldestWaiting: Readonly<Partial<Record<QueueName, number>>>;
  readonly deadLetters: number;
  readonly workerSilence: number;
  readonly workerStall: number;
  readonly outboxLag: number;
  readonly sealLag: number;
  readonly anchorLag: number;
  readonly auditFaults: number;
  readonly thresholds: ThresholdChanges;
}

// Each part reads the first entry of an index or those of the last hour only: the look costs the same on an empty
// ledger and on one of millions.
const LOOK = statement<Row>(
  "health_signals",
  `with due as materialized (
     select min(oldest.due_at) as at from campaign c
     join tenant t on t.id = c.tenant_id and t.frozen_at is null
     cross join lateral (
       select m.due_at from message m
       where m.campaign_id = c.id and m.state in ('PLANNED', 'QUEUED', 'DEFERRED') order by m.due_at limit 1) as oldest
     where c.status = 'RUNNING'),
   waiting as materialized (
     select wanted.queue, (
       select j.due_at from job j where j.queue = wanted.queue and j.state = 'WAITING' order by j.due_at limit 1) as at
     from unnest($1::text[]) as wanted (queue)),
   seen as materialized (
     select queues, at from worker_heartbeat where at > now() - make_interval(secs => ${LONGEST_SILENCE_SECONDS})),
   silence as (
     select (select max(at) from seen) as at
     union all
     -- Work that is due, and how long nobody who takes it has given a sign of life.
     select (select max(at) from seen where waiting.queue = any(seen.queues)) from waiting
     where waiting.at <= now() or (waiting.queue = 'emails' and (select at from due) <= now()))
   select (select ${secondsSince("at")} from due) as "oldestDueMessage",
     (select jsonb_object_agg(queue, ${secondsSince("at")}) from waiting) as "oldestWaiting",
     (select count(*) from job where state = 'FAILED' and finished_at > now() - interval '1 hour') as "deadLetters",
     (select max(coalesce(least(${LONGEST_SILENCE_SECONDS}, extract(epoch from clock_timestamp() - at)), ${LONGEST_SILENCE_SECONDS}))::float8
      from silence) as "workerSilence",
     (select coalesce(max(stalled_seconds), 0) from worker_heartbeat
      where stopped_at is null and at > now() - make_interval(secs => ${LATE_SECONDS})) as "workerStall",
     ${secondsSince("(select at from pending_event order by event_id limit 1)")} as "outboxLag",
     ${secondsSince("(select noted_at from pending_seal order by event_id limit 1)")} as "sealLag",
     ${secondsSince(`(select sealed_at from audit_seal
       where sealed_at > coalesce((select audit_anchored_until from installation), '-infinity') order by sealed_at limit 1)`)} as "anchorLag",
     coalesce((select fault_count from audit_check order by finished_at desc limit 1), 0) as "auditFaults",
     (select health_thresholds from installation) as thresholds`,
);

/** What the database says of how things are. */
export type DatabaseSignal = Extract<
  SignalName,
  `OLDEST_${string}` | `AUDIT_${string}` | "DEAD_LETTERS" | "WORKER_SILENCE" | "WORKER_STALL" | "OUTBOX_LAG"
>;

export interface DatabaseLook {
  readonly values: Readonly<Record<DatabaseSignal, number>>;
  /** What the installation has decided about limits. */
  readonly thresholds: ThresholdChanges;
}

/** All signals that are in the database, and the limits in force, in one statement. Seconds by the database's clock. */
export async function readDatabaseSignals(reader: Reader): Promise<DatabaseLook> {
  const [row] = await reader.query(LOOK, [QUEUE_NAMES]);
  const { oldestDueMessage, oldestWaiting, deadLetters, workerSilence, workerStall, thresholds } = row!;
  const values = {
    OLDEST_DUE_MESSAGE: rounded(oldestDueMessage),
    OLDEST_WAITING_EMAILS: rounded(oldestWaiting.emails ?? 0),
    OLDEST_WAITING_CAMPAIGNS: rounded(oldestWaiting.campaigns ?? 0),
    OLDEST_WAITING_ANALYTICS: rounded(oldestWaiting.analytics ?? 0),
    DEAD_LETTERS: deadLetters,
    WORKER_SILENCE: rounded(workerSilence),
    WORKER_STALL: workerStall,
    OUTBOX_LAG: rounded(row!.outboxLag),
    AUDIT_SEAL_LAG: rounded(row!.sealLag),
    AUDIT_ANCHOR_LAG: rounded(row!.anchorLag),
    AUDIT_FAULTS: row!.auditFaults,
  };
  return { values, thresholds };
}

const rounded = (seconds: number): number => Math.round(seconds * 10) / 10;
