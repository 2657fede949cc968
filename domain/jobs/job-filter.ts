import type { Scope } from "../access/scope.js";
import { invalid } from "../errors.js";
import { likeText } from "../like.js";
import { isPlainText } from "../plain-text.js";
import { QUEUE_NAMES, type QueueName } from "./queue-names.js";
import { searchableText } from "./shown-payload.js";

export interface JobFilter {
  readonly type?: string | null;
  /** Part of the id, the error or the payload. */
  readonly text?: string | null;
  readonly errorGroup?: string | null;
  /** Made at this time or later. */
  readonly from?: Date | null;
  /** Made before. */
  readonly to?: Date | null;
}

/** SQL: the organisation's jobs and the product's own. */
export const jobsInScope = (job: string, tenantId: string): string =>
  `(${job}.tenant_id = ${tenantId} or ${job}.tenant_id is null)`;

/** SQL over a job `j`; $1 to $6 are `filterValues`. */
export const MATCHES = `${jobsInScope("j", "$1")} and ($2::text is null or j.type = $2)
  and ($3::text is null or j.id::text ilike '%' || $3 || '%' or j.error ilike '%' || $3 || '%'
    or j.payload::text ilike '%' || $3 || '%' and ${searchableText("j.payload")} ilike '%' || $3 || '%')
  and ($4::text is null or j.error_group = $4)
  and ($5::timestamptz is null or j.created_at >= $5) and ($6::timestamptz is null or j.created_at < $6)`;

const LONGEST = { type: 100, text: 200, errorGroup: 200 } as const;

/** @throws InvalidInputError for a text that is too long or none */
export function filterValues({ tenantId }: Scope, filter: JobFilter): unknown[] {
  for (const [field, most] of Object.entries(LONGEST)) {
    const text = filter[field as keyof typeof LONGEST];
    if (text && text.length > most)
      throw invalid(["filter", field], "max_length", `${field} has at most ${most} characters.`, text);
    if (text && !isPlainText(text))
      throw invalid(
        ["filter", field],
        "check",
        "Must be text: it has NUL characters or broken Unicode in it.",
        text,
      );
  }
  const { type, text, errorGroup, from, to } = filter;
  return [
    tenantId,
    type || null,
    likeText(text),
    errorGroup || null,
    from?.toISOString() ?? null,
    to?.toISOString() ?? null,
  ];
}

/** @throws InvalidInputError naming the three */
export function demandQueue(name: string, field = "queue"): QueueName {
  const queue = QUEUE_NAMES.find((known) => known === name);
  if (!queue) throw invalid([field], "picklist", `${field} must be one of ${QUEUE_NAMES.join(", ")}.`, name);
  return queue;
}

/** Null or left out: all of them. @throws InvalidInputError */
export const demandQueues = (name: string | null | undefined): readonly QueueName[] =>
  name == null ? QUEUE_NAMES : [demandQueue(name)];
