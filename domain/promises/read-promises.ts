import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import type { OffendingRow } from "./look.queries.js";
import { PROMISES } from "./promises.js";

export const PROMISE_STATUSES = ["KEPT", "BROKEN", "UNKNOWN"] as const;
export type PromiseStatus = (typeof PROMISE_STATUSES)[number];

/** A promise as it stands for one organisation. Times are ISO 8601 text. */
export interface PromiseView {
  readonly id: string;
  readonly title: string;
  readonly sentence: string;
  readonly status: PromiseStatus;
  /** Why it is UNKNOWN, or why it is not known whether it is still BROKEN. */
  readonly doubt: string | null;
  readonly checkedAt: string | null;
  readonly checkedWholeAt: string | null;
  readonly durationMs: number | null;
  readonly brokenSince: string | null;
  readonly count: number;
  readonly offending: readonly OffendingRow[];
}

interface Row {
  readonly id: string;
  readonly checkedAt: string | null;
  readonly checkedWholeAt: string | null;
  readonly durationMs: number | null;
  readonly doubt: string | null;
  readonly brokenSince: string | null;
  readonly count: number | null;
  readonly offending: readonly OffendingRow[] | null;
}

// Silence is no good news: a look that is old says nothing of now.
const READ = statement<Row>(
  "promises",
  `select p.id, l.checked_at as "checkedAt", l.whole_at as "checkedWholeAt", l.duration_ms as "durationMs",
     case when l.promise is null then 'It has not been looked at yet.'
       when l.checked_at < now() - interval '5 minutes' then 'It has not been looked at for more than five minutes.'
       when l.doubt is not null then l.doubt
       when l.whole_at is null then 'It has not been looked at as a whole yet.'
       when l.whole_at < now() - interval '2 days' then 'It has not been looked at as a whole for more than two days.' end as doubt,
     b.broken_since as "brokenSince", b.count, b.offending
   from unnest($2::text[]) with ordinality p (id, place) left join promise_look l on l.promise = p.id
     left join promise_breach b on b.promise = p.id and b.tenant_id = $1
   order by p.place`,
);

/** All promises, with the organisation's own offending rows alone. */
export async function readPromises(reader: Reader, tenantId: Id): Promise<PromiseView[]> {
  const rows = await reader.query(READ, [tenantId, PROMISES.map(({ id }) => id)]);
  return rows.map(({ count, offending, ...row }, place) => {
    const { title, sentence } = PROMISES[place]!;
    const status = count !== null ? "BROKEN" : row.doubt !== null ? "UNKNOWN" : "KEPT";
    return { ...row, title, sentence, status, count: count ?? 0, offending: offending ?? [] };
  });
}
