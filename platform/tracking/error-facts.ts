import type { Actor } from "#domain/access/actor.js";
import type { RequestFacts } from "#domain/operation.js";

/** What is known about an error besides itself. */
export interface ErrorFacts {
  /** What the caller got instead of the cause. */
  readonly errorId?: string;
  readonly request?: RequestFacts;
  readonly actor?: Actor;
  /** Of a document, e.g. "query Campaigns". */
  readonly operation?: string;
  readonly job?: {
    readonly id: string;
    readonly type: string;
    readonly queue?: string;
    readonly tenantId?: string | null;
  };
  /** Which part of the product met it, e.g. "the relay". */
  readonly where?: string;
  /** Nobody caught it, and the process ends. */
  readonly isFatal?: boolean;
}

export interface ErrorTags {
  readonly tags: Readonly<Record<string, string>>;
  readonly userId: string | undefined;
}

/** Names by which an error is found: ids only, for names and addresses of people are not to leave. */
export function tagsOf({ errorId, request, actor, operation, job, where }: ErrorFacts): ErrorTags {
  const person = actor?.kind === "USER" ? actor : undefined;
  const tags = {
    error_id: errorId,
    request_id: request?.requestId,
    job_id: job?.id ?? request?.jobId,
    job_type: job?.type,
    queue: job?.queue,
    tenant: person?.tenantId ?? job?.tenantId ?? undefined,
    session_id: person?.sessionId,
    viewed_by: person?.viewedBy?.userId,
    operation: operation?.slice(0, 100),
    where,
  };
  const known = Object.entries(tags).filter((tag): tag is [string, string] => tag[1] !== undefined);
  return { tags: Object.fromEntries(known), userId: person?.userId };
}

/** One click from an error to what the audit log has of the same request. */
export function auditLink(publicUrl: string, request: RequestFacts | undefined): string | undefined {
  return request && `${publicUrl}/admin/audit?requestId=${encodeURIComponent(request.requestId)}`;
}
