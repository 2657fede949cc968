import { Temporal } from "temporal-polyfill";

/** `2026-03-08T09:00:00-04:00`: the wall clock of a zone with its distance from UTC (RFC 3339). @param at ms of the epoch */
export function localTime(at: number, zone: string): string {
  return zoned(at, zone).toString({ timeZoneName: "never", smallestUnit: "second" });
}

const QUARTER = 900_000;
const MOST_KNOWN = 10_000;
const dates = new Map<string, string>();

/** ISO date of an instant in a zone; worked out once a quarter of an hour, within which no clock changes its day. */
export function localDate(at: number, zone: string): string {
  const key = `${zone}:${Math.floor(at / QUARTER)}`;
  let date = dates.get(key);
  if (date === undefined) {
    date = zoned(at, zone).toPlainDate().toString();
    if (dates.size >= MOST_KNOWN) dates.clear();
    dates.set(key, date);
  }
  return date;
}

const zoned = (at: number, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(zone);
