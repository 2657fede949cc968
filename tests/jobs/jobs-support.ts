import { randomUUID } from "node:crypto";
import type { Api, Speaker } from "../support/api.js";

export interface JobRowFacts {
  readonly id?: string;
  readonly tenantId?: string | null;
  readonly type?: string;
  readonly queue?: string;
  readonly payload?: object;
  readonly state?: string;
  readonly attempts?: number;
  readonly crashes?: number;
  readonly error?: string | null;
  readonly history?: readonly object[];
  readonly workerId?: string | null;
  /** Seconds from now. */
  readonly createdIn?: number;
  readonly dueIn?: number;
  readonly startedIn?: number | null;
  readonly finishedIn?: number | null;
}

/** Writes a job as the machinery would have left it; the tenant is the API's unless another is named. */
export async function makeJob(api: Api, facts: JobRowFacts = {}): Promise<string> {
  const id = facts.id ?? randomUUID();
  const seconds = (value: number | null | undefined, otherwise: number | null) =>
    value === undefined ? otherwise : value;
  const isOver = !["WAITING", "ACTIVE"].includes(facts.state ?? "FAILED");
  await api.db.sql(
    `insert into job (id, tenant_id, type, queue, payload, state, attempts, crashes, max_attempts, error, history, worker_id,
       created_at, due_at, started_at, finished_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 3, $9, $10, $11, now() + make_interval(secs => $12), now() + make_interval(secs => $13),
       now() + make_interval(secs => $14), now() + make_interval(secs => $15))`,
    [
      id,
      facts.tenantId === undefined ? api.tenantId : facts.tenantId,
      facts.type ?? "campaigns.plan",
      facts.queue ?? "campaigns",
      JSON.stringify(facts.payload ?? { campaignId: randomUUID() }),
      facts.state ?? "FAILED",
      facts.attempts ?? 3,
      facts.crashes ?? 0,
      facts.error === undefined ? (isOver ? "It broke." : null) : facts.error,
      JSON.stringify(facts.history ?? []),
      facts.workerId ?? null,
      facts.createdIn ?? -60,
      facts.dueIn ?? -50,
      seconds(facts.startedIn, isOver ? -40 : null),
      seconds(facts.finishedIn, isOver ? -30 : null),
    ],
  );
  return id;
}

export const OUTCOME = `__typename ... on Error { code message path } ... on InvalidInput { issues { path rule value } }`;
export const MOVED = "... on InvalidTransition { from to allowed }";
export const LATE = "... on Conflict { expectedVersion currentVersion }";
export const JOB = `id type queue state attempts maxAttempts crashes isUrgent isQuarantined error payload progress availableActions
  history { attempt outcome error by workerId startedAt endedAt } initiatedBy subject { type id label href } worker { id host pid }`;

/** The answer of a mutation whose field is `m`. */
export async function mutate<T = Record<string, unknown>>(
  who: Promise<Speaker> | Speaker,
  call: string,
  success: string,
  variables: object = {},
  declared = "",
): Promise<T & { __typename: string }> {
  const answer = await (
    await who
  ).ask<{ m: T & { __typename: string } }>(
    `mutation ${declared} { m: ${call} { ${OUTCOME} ${success} } }`,
    variables,
  );
  if (!answer.data?.m) throw new Error(answer.text);
  return answer.data.m;
}
