import type { QueueName } from "../jobs/queue-names.js";
import { statement, type Reader } from "../operation.js";

/** Ends of a mail's way, as message_event names them. */
export const MAIL_OUTCOMES = [
  "sent",
  "deferred",
  "bounced_hard",
  "bounced_soft",
  "policy_blocked",
  "failed",
  "uncertain",
  "skipped",
  "cancelled",
] as const;
export type MailOutcome = (typeof MAIL_OUTCOMES)[number];

export type JobGaugeState = "WAITING" | "DELAYED" | "ACTIVE" | "FAILED";

export interface MetricsLook {
  readonly jobs: readonly {
    readonly queue: QueueName;
    readonly state: JobGaugeState;
    readonly count: number;
  }[];
  /** Since the mark of the look before. */
  readonly mails: Readonly<Partial<Record<MailOutcome, number>>>;
  /** Up to where events were counted; hand it to the next look. */
  readonly mark: number;
}

// Events of this second may commit after younger ones: what is counted is old enough to be whole.
const LOOK = statement<MetricsLook>(
  "metrics_look",
  `with counted as (
     select queue, 'WAITING' as state, count(*) from job where state = 'WAITING' and due_at <= now() group by queue
     union all select queue, 'DELAYED', count(*) from job where state = 'WAITING' and due_at > now() group by queue
     union all select queue, 'ACTIVE', count(*) from job where state = 'ACTIVE' group by queue
     union all select queue, 'FAILED', count(*) from job where state = 'FAILED' group by queue),
   old as materialized (
     select type, seq from message_event where seq > $1 and at < clock_timestamp() - interval '5 seconds'),
   mails as (select type, count(*) from old where type = any($2::text[]) group by type)
   select (select coalesce(jsonb_agg(counted), '[]') from counted) as jobs,
     (select coalesce(jsonb_object_agg(type, count), '{}') from mails) as mails,
     (select coalesce(max(seq), $1) from old) as mark`,
);
const NEWEST = statement<{ mark: number }>(
  "metrics_newest_event",
  "select coalesce(max(seq), 0) as mark from message_event",
);

/** What counts by mails begin with: everything before this is not counted. */
export async function newestMailEvent(reader: Reader): Promise<number> {
  return (await reader.query(NEWEST))[0]!.mark;
}

/** What the database has for metrics, in one statement; mails from `mark` on, five seconds late. */
export async function readMetrics(reader: Reader, mark: number): Promise<MetricsLook> {
  return (await reader.query(LOOK, [mark, MAIL_OUTCOMES]))[0]!;
}
