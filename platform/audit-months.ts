import { keepMonthsAhead } from "#domain/audit/months.queries.js";
import type { Database } from "./database/database.js";
import type { Logger } from "./logger.js";
import { repeat, type Repetition } from "./repeat.js";

const LOOK_EVERY_MS = 3_600_000;

/**
 * Every process that writes entries sees to it, at its start and every hour, that there are partitions for them: no pause of a
 * schedule or a queue can leave the record without a place.
 */
export function startAuditMonths(database: Database, log: Logger): Repetition {
  return repeat(
    "making months of the audit record",
    async () => {
      const made = await keepMonthsAhead(database);
      if (made > 0) log.info({ made }, "partitions of the audit record were made");
      return LOOK_EVERY_MS;
    },
    log,
  );
}
