import * as v from "valibot";
import { command } from "../command.js";
import { statement } from "../operation.js";

export interface PurgedMonth {
  readonly chains: number;
  readonly seals: number;
  readonly entries: number;
}

const PURGE = statement<PurgedMonth>(
  "audit_purge_month",
  "select chains, seals, entries from audit_purge_month(to_date($1, 'YYYY-MM'))",
);

const FORGET_COUNTS = statement<object>(
  "audit_purge_quarters",
  `delete from audit_quarter where begins_at >= $1::timestamptz and begins_at < $1::timestamptz + interval '1 month'`,
);

/**
 * Deletes the entries of a month that is over, for all organisations; their seals stay, and audit_purge says what went. The
 * database judges: it refuses while there is a hold, before the time, and when the month's entries are not those that
 * were sealed. Emits system.retention.purged.
 */
export const purgeAuditMonth = command({
  name: "purgeAuditMonth",
  permission: "internal",
  input: v.object({ month: v.pipe(v.string(), v.regex(/^\d{4}-\d{2}$/)) }),
  async run(op, { month }): Promise<PurgedMonth> {
    const [purged] = await op.query(PURGE, [month]);
    await op.query(FORGET_COUNTS, [`${month}-01T00:00:00Z`]);
    // A month in which nothing was written down leaves nothing to tell.
    if (purged!.entries === 0) return purged!;
    await op.emit("system.retention.purged", {
      targets: [{ type: "audit_month", id: month }],
      changes: [
        { field: "entries", before: purged!.entries, after: 0 },
        { field: "seals", before: purged!.seals, after: purged!.seals },
        { field: "chains", before: purged!.chains, after: purged!.chains },
      ],
    });
    return purged!;
  },
});
