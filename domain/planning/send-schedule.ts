import { Temporal } from "temporal-polyfill";
import * as v from "valibot";

/** When mail may leave, and how much of it. Frozen with a campaign's version: the planner and the lanes read the same. */
export interface SendSchedule {
  /** IANA zone: of the window where it is not the lead's own, of leads without a zone, of holidays, and of the days that `perDay` counts. */
  readonly timezone: string;
  /** The window is meant in the zone of each lead. */
  readonly inLeadZone: boolean;
  /** ISO 8601 weekdays, 1 is Monday. */
  readonly weekdays: readonly number[];
  /** Local times `HH:MM`; `until` is not in the window, and may be 24:00. */
  readonly from: string;
  readonly until: string;
  /** ISO dates on which nothing leaves, and which are no business days. */
  readonly holidays: readonly string[];
  /** Mails in one hour (as the clock of UTC cuts it) and in one day; null: as many as there are. */
  readonly perHour: number | null;
  readonly perDay: number | null;
  /** From one mail of the campaign to the next, at least. */
  readonly gapSeconds: number;
  /** A mail is planned up to this much later than it could, each lead always by the same. */
  readonly jitterMinutes: number;
  /** ISO instant after which nothing is planned any more. */
  readonly endsAt: string | null;
}

/** What a campaign without a schedule has: everything at once, at any time. */
export const AT_ONCE: SendSchedule = {
  timezone: "UTC",
  inLeadZone: false,
  weekdays: [1, 2, 3, 4, 5, 6, 7],
  from: "00:00",
  until: "24:00",
  holidays: [],
  perHour: null,
  perDay: null,
  gapSeconds: 0,
  jitterMinutes: 0,
  endsAt: null,
};

/** So long before its end a window counts as closed: what is planned or claimed in it should leave in it. */
export const LAST_CALL_MS = 60_000;

/** Nothing is planned further ahead. */
export const MOST_DAYS_AHEAD = 366;

const time = (name: string) =>
  v.pipe(v.string(), v.regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, `${name} is a time of day such as 09:00.`));
const whole = (name: string, least: number, most: number) =>
  v.pipe(
    v.number(),
    v.integer(`${name} is a whole number.`),
    v.minValue(least, `${name} is at least ${least}.`),
    v.maxValue(most, `${name} is at most ${most.toLocaleString("en")}.`),
  );
const date = v.pipe(
  v.string(),
  v.check((value) => {
    try {
      return Temporal.PlainDate.from(value).toString() === value;
    } catch {
      return false;
    }
  }, "A holiday is a date such as 2027-01-01."),
);

export function isZone(value: string): boolean {
  // Temporal reads a zone out of a whole date and time too; PostgreSQL does not.
  if (!/^[A-Za-z][\w+-]*(\/[\w+-]+)*$/.test(value)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(value);
    return true;
  } catch {
    return false;
  }
}

function isInstant(value: string): boolean {
  try {
    Temporal.Instant.from(value);
    return true;
  } catch {
    return false;
  }
}

/** As callers give it: what is left out is without a limit. */
export const SendScheduleField = v.nullish(
  v.pipe(
    v.object({
      timezone: v.nullish(
        v.pipe(
          v.string(),
          v.check(isZone, "The zone is a name of the IANA time zone database such as Europe/Zurich."),
        ),
        AT_ONCE.timezone,
      ),
      inLeadZone: v.nullish(v.boolean(), true),
      weekdays: v.nullish(
        v.pipe(
          v.array(whole("A weekday", 1, 7)),
          v.minLength(1, "At least one weekday is needed."),
          v.transform((days) => [...new Set(days)].toSorted((a, b) => a - b)),
        ),
        [...AT_ONCE.weekdays],
      ),
      from: v.nullish(time("The window's beginning"), AT_ONCE.from),
      until: v.nullish(time("The window's end"), AT_ONCE.until),
      holidays: v.nullish(
        v.pipe(
          v.array(date),
          v.maxLength(400, "At most 400 holidays."),
          v.transform((days) => [...new Set(days)].toSorted()),
        ),
        [],
      ),
      perHour: v.nullish(whole("The limit of an hour", 1, 10_000_000), null),
      perDay: v.nullish(whole("The limit of a day", 1, 100_000_000), null),
      gapSeconds: v.nullish(whole("The gap", 0, 3600), 0),
      jitterMinutes: v.nullish(whole("The jitter", 0, 240), 0),
      endsAt: v.nullish(
        v.pipe(
          v.string(),
          v.check(isInstant, "The end is an instant such as 2027-03-01T00:00:00Z."),
          v.transform((value) => new Date(Temporal.Instant.from(value).epochMilliseconds).toISOString()),
        ),
        null,
      ),
    }),
    v.forward(
      v.check(
        ({ from, until }) => minutesOf(until) - minutesOf(from) >= 5,
        "The window ends at least 5 minutes after it begins.",
      ),
      ["until"],
    ),
  ),
  null,
);

export function minutesOf(localTime: string): number {
  return Number(localTime.slice(0, 2)) * 60 + Number(localTime.slice(3));
}
