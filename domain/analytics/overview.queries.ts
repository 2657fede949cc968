import { inScope, type Scope } from "../access/scope.js";
import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";

/** What a tenant sent in the last days, and in as many days before. Days are UTC. */
export interface OutreachTotals {
  readonly sent: number;
  readonly skipped: number;
  readonly failed: number;
  readonly uncertain: number;
  readonly previousSent: number;
}

/** SQL: a lead that was skipped before it had a message; one that was skipped later counts by its message. */
const NEVER_PLANNED = "not exists (select from message m where m.enrollment_id = e.id)";

/** SQL: messages and enrollments are their campaign's. */
const ofScope = (row: string): string =>
  `($3::uuid[] is null or exists (select from campaign c where c.id = ${row}.campaign_id and ${inScope("c.team_id", "$3")}))`;

const TOTALS = statement<OutreachTotals>(
  "outreach_totals",
  `with range as (select date_trunc('day', now()) - make_interval(days => $2 - 1) as since)
   select
     (select count(*) from message m where m.tenant_id = $1 and ${ofScope("m")} and m.sent_at >= r.since) as sent,
     (select count(*) from message m where m.tenant_id = $1 and ${ofScope("m")} and m.sent_at >= r.since - make_interval(days => $2) and m.sent_at < r.since) as "previousSent",
     (select count(*) from message m where m.tenant_id = $1 and ${ofScope("m")} and m.state = 'SKIPPED' and m.updated_at >= r.since)
       + (select count(*) from enrollment e where e.tenant_id = $1 and ${ofScope("e")} and e.state = 'SKIPPED' and e.created_at >= r.since and ${NEVER_PLANNED}) as skipped,
     (select count(*) from message m where m.tenant_id = $1 and ${ofScope("m")} and m.state in ('FAILED', 'BOUNCED_HARD', 'BOUNCED_SOFT') and m.updated_at >= r.since) as failed,
     (select count(*) from message m where m.tenant_id = $1 and ${ofScope("m")} and m.state = 'UNCERTAIN') as uncertain
   from range r`,
);

export async function outreachTotals(
  reader: Reader,
  { tenantId, teamIds }: Scope,
  days: number,
): Promise<OutreachTotals> {
  return (await reader.query(TOTALS, [tenantId, days, teamIds]))[0]!;
}

export interface DayCounts {
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly sent: number;
  readonly skipped: number;
  readonly failed: number;
}

const PER_DAY = statement<DayCounts>(
  "messages_per_day",
  `with days as (
     select generate_series(date_trunc('day', now()) - make_interval(days => $2 - 1), date_trunc('day', now()), interval '1 day') as day),
   counted as (
     select date_trunc('day', coalesce(m.sent_at, m.updated_at)) as day,
       count(*) filter (where m.sent_at is not null) as sent,
       count(*) filter (where m.sent_at is null and m.state = 'SKIPPED') as skipped,
       count(*) filter (where m.sent_at is null and m.state in ('FAILED', 'BOUNCED_HARD', 'BOUNCED_SOFT')) as failed
     from message m where m.tenant_id = $1 and ${ofScope("m")} and coalesce(m.sent_at, m.updated_at) >= (select min(day) from days)
     group by 1),
   unenrolled as (
     select date_trunc('day', e.created_at) as day, count(*) as skipped from enrollment e
     where e.tenant_id = $1 and ${ofScope("e")} and e.state = 'SKIPPED' and e.created_at >= (select min(day) from days) and ${NEVER_PLANNED} group by 1)
   select to_char(d.day, 'YYYY-MM-DD') as day, coalesce(c.sent, 0) as sent,
     coalesce(c.skipped, 0) + coalesce(u.skipped, 0) as skipped, coalesce(c.failed, 0) as failed
   from days d left join counted c on c.day = d.day left join unenrolled u on u.day = d.day order by d.day`,
);

/** One row a day, also for days without mail. */
export function messagesPerDay(
  reader: Reader,
  { tenantId, teamIds }: Scope,
  days: number,
): Promise<DayCounts[]> {
  return reader.query(PER_DAY, [tenantId, days, teamIds]);
}

export interface LeadTotals {
  readonly total: number;
  readonly mailable: number;
  readonly addedInRange: number;
}

const LEADS = statement<LeadTotals>(
  "lead_totals",
  `select count(*) as total, count(*) filter (where mailability = 'MAILABLE') as mailable,
     count(*) filter (where created_at >= date_trunc('day', now()) - make_interval(days => $2 - 1)) as "addedInRange"
   from lead where tenant_id = $1 and ${inScope("owner_team_id", "$3")}`,
);

export async function leadTotals(
  reader: Reader,
  { tenantId, teamIds }: Scope,
  days: number,
): Promise<LeadTotals> {
  return (await reader.query(LEADS, [tenantId, days, teamIds]))[0]!;
}

/** What somebody should look at: campaigns with unknown or failed mail, imports that were refused. */
export interface Concern {
  readonly kind: "UNCERTAIN_MAIL" | "FAILED_MAIL" | "FAILED_IMPORT" | "PAUSED_CAMPAIGN";
  readonly id: Id;
  readonly name: string;
  readonly count: number;
}

const CAMPAIGN_CONCERNS = statement<Concern>(
  "campaign_concerns",
  `select k.kind, c.id, c.name, k.count from campaign c, lateral (
     select 'UNCERTAIN_MAIL' as kind, count(*) as count from message m where m.campaign_id = c.id and m.state = 'UNCERTAIN'
     union all
     select 'FAILED_MAIL', count(*) from message m where m.campaign_id = c.id and m.state in ('FAILED', 'BOUNCED_HARD', 'BOUNCED_SOFT')
     union all
     select 'PAUSED_CAMPAIGN', count(*) from message m where c.status = 'PAUSED' and m.campaign_id = c.id and m.state in ('PLANNED', 'QUEUED', 'DEFERRED')
   ) k
   where c.tenant_id = $1 and ${inScope("c.team_id", "$3")} and c.launched_at >= now() - make_interval(days => $2) and k.count > 0
   order by k.kind desc, c.launched_at desc limit 20`,
);
const IMPORT_CONCERNS = statement<Concern>(
  "import_concerns",
  `select 'FAILED_IMPORT' as kind, i.id, coalesce(i.file_name, 'Pasted text') as name, 1 as count from import_batch i
   where i.tenant_id = $1 and ${inScope("i.team_id", "$2")} and i.status = 'FAILED' and i.created_at >= now() - interval '1 day' order by i.created_at desc limit 5`,
);

export function campaignConcerns(
  reader: Reader,
  { tenantId, teamIds }: Scope,
  days: number,
): Promise<Concern[]> {
  return reader.query(CAMPAIGN_CONCERNS, [tenantId, days, teamIds]);
}

export function importConcerns(reader: Reader, { tenantId, teamIds }: Scope): Promise<Concern[]> {
  return reader.query(IMPORT_CONCERNS, [tenantId, teamIds]);
}
