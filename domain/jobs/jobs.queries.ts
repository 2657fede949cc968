import type { Scope } from "../access/scope.js";
import type { Id } from "../ids.js";
import { keyset, keysetValues, type Direction, type OrderColumn } from "../keyset.js";
import { statement, type Reader } from "../operation.js";
import { pageOf, type Page, type PageRequest } from "../page.js";
import type { JobAttempt } from "./history.js";
import { filterValues, jobsInScope, MATCHES, type JobFilter } from "./job-filter.js";
import type { VisibleJobState } from "./job.lifecycle.js";
import type { QueueName } from "./queue-names.js";
import { MOST_CRASHES } from "./sweep.queries.js";

/** A job as lists and pages show it. Times are ISO 8601 text. */
export interface JobView {
  readonly id: Id;
  /** Null: the product's own. */
  readonly tenantId: Id | null;
  readonly type: string;
  readonly queue: QueueName;
  readonly state: VisibleJobState;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly crashes: number;
  readonly isUrgent: boolean;
  readonly isQuarantined: boolean;
  readonly createdAt: string;
  readonly dueAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly error: string | null;
  readonly progress: object | null;
  readonly payload: unknown;
  /** Oldest first. */
  readonly history: readonly JobAttempt[];
  readonly initiatedById: Id | null;
  readonly requestId: string | null;
  readonly idempotencyKey: string | null;
  readonly workerId: Id | null;
  readonly workerHost: string | null;
  readonly workerPid: number | null;
}

const VISIBLE_STATE = "case when j.state = 'WAITING' and j.due_at > now() then 'DELAYED' else j.state end";
const COLUMNS = `j.id, j.tenant_id as "tenantId", j.type, j.queue, ${VISIBLE_STATE} as state, j.attempts,
  j.max_attempts as "maxAttempts", j.crashes, j.priority = 0 as "isUrgent",
  j.state = 'FAILED' and j.crashes >= ${MOST_CRASHES} as "isQuarantined", j.created_at as "createdAt", j.due_at as "dueAt",
  j.started_at as "startedAt", j.finished_at as "finishedAt", j.error, j.progress, j.payload, j.history,
  j.initiated_by as "initiatedById", j.request_id as "requestId", j.idempotency_key as "idempotencyKey",
  j.worker_id as "workerId", w.host as "workerHost", w.pid as "workerPid"`;
const WORKER = "left join worker_heartbeat w on w.id = j.worker_id";

const BY_IDS = statement<JobView>(
  "jobs_by_ids",
  `select ${COLUMNS} from job j ${WORKER} where j.id = any($2::uuid[]) and ${jobsInScope("j", "$1")}`,
);

export async function findJob(reader: Reader, { tenantId }: Scope, id: Id): Promise<JobView | null> {
  return (await reader.query(BY_IDS, [tenantId, [id]]))[0] ?? null;
}

const OF_ALL = statement<JobView>(
  "jobs_of_all_by_ids",
  `select ${COLUMNS} from job j ${WORKER} where j.id = any($1::uuid[])`,
);

/** Of every organisation: whoever shows them looks at `tenantId`. */
export function jobsOfAll(reader: Reader, ids: readonly Id[]): Promise<JobView[]> {
  return reader.query(OF_ALL, [ids]);
}

const RUNNING = statement<JobView>(
  "jobs_running",
  `select ${COLUMNS} from job j ${WORKER} where j.state = 'ACTIVE' and j.worker_id = any($1::uuid[])
   order by j.started_at, j.id limit 1000`,
);

/** What these workers do now, of every organisation; at most 1,000. */
export function jobsRunningOn(reader: Reader, workerIds: readonly Id[]): Promise<JobView[]> {
  return reader.query(RUNNING, [workerIds]);
}

const ORDERS = {
  CREATED_AT: { column: "j.created_at", type: "timestamptz" },
  FINISHED_AT: { column: "j.finished_at", type: "timestamptz" },
  DUE_AT: { column: "j.due_at", type: "timestamptz" },
} as const satisfies Record<string, OrderColumn>;
export const JOB_ORDER_FIELDS = ["CREATED_AT", "FINISHED_AT", "DUE_AT"] as const;
export type JobOrderField = (typeof JOB_ORDER_FIELDS)[number];

/** What is asked for beside the filter. */
export interface JobPlace {
  readonly queues: readonly QueueName[];
  readonly state: VisibleJobState | null;
}

const STORED_STATES = ["WAITING", "ACTIVE", "SUCCEEDED", "FAILED", "CANCELLED", "DISCARDED"] as const;

function placeValues({ queues, state }: JobPlace): unknown[] {
  const waits = state === "WAITING" || state === "DELAYED";
  return [
    queues,
    state === null ? STORED_STATES : [waits ? "WAITING" : state],
    waits ? state === "DELAYED" : null,
  ];
}

const IN_TIME = "($9::boolean is null or (j.due_at > now()) = $9)";

/**
 * One short walk along the index for each queue and state, merged: a page of a hundred thousand jobs costs what a page
 * of ten does. By FINISHED_AT, what has not ended is left out.
 */
export async function listJobs(
  reader: Reader,
  scope: Scope,
  place: JobPlace,
  filter: JobFilter,
  order: { readonly field: JobOrderField; readonly direction: Direction },
  request: PageRequest,
): Promise<Page<JobView & { readonly sortKey: string }>> {
  const column = ORDERS[order.field];
  const { name, beyond, tail } = keyset(column, order.direction, request.isBackward, "j.id", 10);
  const list = statement<JobView & { sortKey: string }>(
    `list_jobs_${name}`,
    `select ${COLUMNS}, ${column.column}::text as "sortKey"
     from unnest($7::text[]) as queues (queue) cross join unnest($8::text[]) as states (state)
     cross join lateral (select j.* from job j where j.queue = queues.queue and j.state = states.state
       and ${column.column} is not null and ${IN_TIME} and ${MATCHES} and ${beyond} ${tail}) j ${WORKER} ${tail}`,
  );
  const values = [...filterValues(scope, filter), ...placeValues(place), ...keysetValues(column, request)];
  return pageOf(await reader.query(list, values), request);
}

const COUNT = statement<{ count: number }>(
  "count_jobs",
  `select count(*) as count from job j where j.queue = any($7::text[]) and j.state = any($8::text[])
   and ${IN_TIME} and ($10 or j.finished_at is not null) and ${MATCHES}`,
);

export async function countJobs(
  reader: Reader,
  scope: Scope,
  place: JobPlace,
  filter: JobFilter,
  field: JobOrderField,
): Promise<number> {
  const values = [...filterValues(scope, filter), ...placeValues(place), field !== "FINISHED_AT"];
  return (await reader.query(COUNT, values))[0]!.count;
}
