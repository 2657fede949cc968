import { statement, type Reader } from "../operation.js";

const ENSURE = statement<{ made: number }>(
  "audit_ensure_months",
  `select audit_ensure_months((now() at time zone 'UTC')::date, (now() at time zone 'UTC' + interval '2 months')::date) as made`,
);

/** Entries stand in the partition of their month: there is one for this month and for the two that follow. */
export async function keepMonthsAhead(reader: Reader): Promise<number> {
  return (await reader.query(ENSURE))[0]!.made;
}

/** The months that are over by the retention, oldest first; the same rule as that of audit_purge_month. */
const OVER = statement<{ month: string }>(
  "audit_months_over",
  `select to_char(month, 'YYYY-MM') as month from installation,
     (select to_date(right(c.relname, 7), 'YYYY_MM') as month from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'event'::regclass) partitions
   where audit_hold_reason is null
     and (month + make_interval(months => audit_retention_months + 1)) at time zone 'UTC' <= now()
   order by month`,
);

export async function findMonthsOver(reader: Reader): Promise<string[]> {
  return (await reader.query(OVER)).map(({ month }) => month);
}
