import * as v from "valibot";
import { command } from "../command.js";
import { demandVersion } from "../errors.js";
import { changesBetween, type EventTarget } from "../events.js";
import { statement, type Reader } from "../operation.js";
import { plainText } from "../plain-text.js";
import { FEWEST_MONTHS } from "./months.js";

/** How long entries are kept, in the whole installation: a month's partition holds those of all organisations. */
export interface AuditRetention {
  /** Null: for ever. */
  readonly months: number | null;
  /** Why nothing may be deleted at present, whatever the months say; null where nothing stands in the way. */
  readonly holdReason: string | null;
  readonly version: number;
}

const RETENTION: EventTarget = { type: "audit_retention", id: "installation" };

export const MOST_MONTHS = 1200;
const LONGEST_REASON = 500;

const COLUMNS =
  'audit_retention_months as months, audit_hold_reason as "holdReason", audit_retention_version as version';
const READ = statement<AuditRetention>("audit_retention", `select ${COLUMNS} from installation`);
const LOCK = statement<AuditRetention>(
  "audit_lock_retention",
  `select ${COLUMNS} from installation for no key update`,
);
const WRITE = statement<object>(
  "audit_write_retention",
  `update installation set audit_retention_months = $1, audit_hold_reason = $2,
     audit_retention_version = audit_retention_version + 1`,
);

export async function readRetention(reader: Reader): Promise<AuditRetention> {
  return (await reader.query(READ))[0]!;
}

/**
 * Changes what is given, for the whole installation; what is left out stays. Months that are over go in the following night,
 * and not while there is a hold. Writes installation; emits settings.updated. Throws BAD_USER_INPUT, CONFLICT with both versions.
 */
export const updateAuditRetention = command({
  name: "updateAuditRetention",
  permission: "system:settings",
  input: v.object({
    months: v.optional(
      v.nullable(
        v.pipe(
          v.number(),
          v.integer("months must be a whole number."),
          v.minValue(FEWEST_MONTHS, `months must be ${FEWEST_MONTHS} or more; null keeps entries for ever.`),
          v.maxValue(MOST_MONTHS, `months must be at most ${MOST_MONTHS}; null keeps entries for ever.`),
        ),
      ),
    ),
    holdReason: v.optional(
      v.nullable(
        v.pipe(
          v.string(),
          v.trim(),
          v.nonEmpty("holdReason must say why; null ends the hold."),
          v.maxLength(LONGEST_REASON, `holdReason must have at most ${LONGEST_REASON} characters.`),
          plainText,
        ),
      ),
    ),
    expectedVersion: v.nullish(v.number()),
  }),
  audits: () => ({ action: "settings.updated", targets: [RETENTION] }),
  async run(op, { months, holdReason, expectedVersion }): Promise<null> {
    const [stored] = await op.query(LOCK);
    demandVersion("audit retention", stored!.version, expectedVersion);
    const before = { months: stored!.months, holdReason: stored!.holdReason };
    const after = {
      months: months === undefined ? before.months : months,
      holdReason: holdReason === undefined ? before.holdReason : holdReason,
    };
    const changes = changesBetween<typeof before>(before, after);
    if (changes.length === 0) return null;
    await op.query(WRITE, [after.months, after.holdReason]);
    await op.emit("settings.updated", {
      targets: [RETENTION],
      changes,
    });
    return null;
  },
});
