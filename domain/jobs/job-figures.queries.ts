import type { Scope } from "../access/scope.js";
import { invalid } from "../errors.js";
import { statement, type Reader } from "../operation.js";
import { jobsInScope } from "./job-filter.js";
import type { QueueName } from "./queue-names.js";

/** Dead jobs whose errors differ in numbers and ids only. */
export interface FailedJobGroup {
  readonly errorGroup: string;
  /** The error of the newest. */
  readonly example: string;
  readonly types: readonly string[];
  readonly count: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

const FAILED_GROUPS = statement<FailedJobGroup>(
  "failed_job_groups",
  `select coalesce(error_group, '') as "errorGroup", coalesce((array_agg(error order by finished_at desc nulls last))[1], '') as example,
     array_agg(distinct type) as types, count(*) as count, min(coalesce(finished_at, created_at)) as "firstAt",
     max(coalesce(finished_at, created_at)) as "lastAt"
   from job where queue = any($2::text[]) and state = 'FAILED' and ${jobsInScope("job", "$1")}
   group by error_group order by count(*) desc, error_group limit 100`,
);

/** The hundred largest, largest first. */
export function failedJobGroups(
  reader: Reader,
  { tenantId }: Scope,
  queues: readonly QueueName[],
): Promise<FailedJobGroup[]> {
  return reader.query(FAILED_GROUPS, [tenantId, queues]);
}

/** What became of the jobs of a type. Milliseconds; null without runs. */
export interface JobTypeMetrics {
  readonly type: string;
  readonly queue: QueueName;
  readonly runs: number;
  readonly failed: number;
  readonly waitP50Ms: number | null;
  readonly waitP95Ms: number | null;
  readonly runP50Ms: number | null;
  readonly runP95Ms: number | null;
}

const WAIT = "greatest(0, extract(epoch from started_at - due_at) * 1000)";
const RUN = "extract(epoch from finished_at - started_at) * 1000";
const percentile = (share: number, of: string): string =>
  `(percentile_cont(${share}) within group (order by ${of}))::float8`;
const METRICS = statement<JobTypeMetrics>(
  "job_metrics",
  `select type, queue, count(*) as runs, count(*) filter (where state = 'FAILED') as failed,
     ${percentile(0.5, WAIT)} as "waitP50Ms", ${percentile(0.95, WAIT)} as "waitP95Ms",
     ${percentile(0.5, RUN)} as "runP50Ms", ${percentile(0.95, RUN)} as "runP95Ms"
   from job where queue = any($2::text[]) and finished_at > now() - make_interval(hours => $3)
     and state in ('SUCCEEDED', 'FAILED') and started_at is not null and ${jobsInScope("job", "$1")}
   group by type, queue order by type`,
);

/** The jobs that ended in so many hours. @throws InvalidInputError unless hours are from 1 to 168 */
export function jobMetrics(
  reader: Reader,
  { tenantId }: Scope,
  queues: readonly QueueName[],
  hours: number,
): Promise<JobTypeMetrics[]> {
  if (hours < 1 || hours > 168) throw invalid(["hours"], "range", "hours must be from 1 to 168.", hours);
  return reader.query(METRICS, [tenantId, queues, hours]);
}
