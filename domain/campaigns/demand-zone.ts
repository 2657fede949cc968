import { InvalidInputError, shown } from "../errors.js";
import { statement, type UnitOfWork } from "../operation.js";
import type { SendSchedule } from "../planning/index.js";

const KNOWN_ZONE = statement<{ known: boolean }>(
  "known_zone",
  "select exists (select from pg_timezone_names where lower(name) = lower($1)) as known",
);

/** The days that a limit counts are the database's to cut. @throws InvalidInputError when it does not know the zone. */
export async function demandZone(op: UnitOfWork, schedule: SendSchedule | null | undefined): Promise<void> {
  if (!schedule || schedule.timezone === "UTC") return;
  if ((await op.query(KNOWN_ZONE, [schedule.timezone]))[0]!.known) return;
  const message = "The database does not know this time zone yet; choose another name of it.";
  throw new InvalidInputError([
    { path: ["schedule", "timezone"], rule: "zone", message, value: shown(schedule.timezone) },
  ]);
}
