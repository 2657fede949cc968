import { count, plural, spelledTime } from "./format";

/** When mail may leave, as the API has it. */
export interface Schedule {
  timezone: string;
  inLeadZone: boolean;
  weekdays: readonly number[];
  from: string;
  until: string;
  holidays: readonly string[];
  perHour: number | null;
  perDay: number | null;
  gapSeconds: number;
  jitterMinutes: number;
  endsAt: string | null;
}

export const weekdayNames = [
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
  "Sunday",
] as const;

const nameOf = (day: number) => weekdayNames[day - 1] ?? "";
const listed = new Intl.ListFormat("en-GB", { type: "conjunction" });

/** [1, 2, 3, 4, 5] is "Monday to Friday"; [1, 3] is "Monday and Wednesday". */
export function weekdayWords(days: readonly number[]): string {
  const sorted = [...new Set(days)].toSorted((a, b) => a - b);
  const [first = 0] = sorted;
  const last = sorted.at(-1) ?? 0;
  if (sorted.length === 0) return "On no day";
  if (sorted.length === 7) return "Every day";
  return sorted.length > 2 && last - first === sorted.length - 1
    ? `${nameOf(first)} to ${nameOf(last)}`
    : listed.format(sorted.map(nameOf));
}

/** Seconds as people say a short wait: "45 s", "2 min", "1 min 30 s". */
export function waitWords(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  return [minutes ? `${minutes} min` : "", rest ? `${rest} s` : ""].filter(Boolean).join(" ");
}

const isAllDay = ({ from, until }: Schedule) => from === "00:00" && until === "24:00";
const place = ({ inLeadZone, timezone }: Schedule) =>
  inLeadZone ? "each lead’s time" : `the time of ${timezone}`;

/** In one sentence: "Monday to Friday, 09:00–17:00 in each lead’s time, at most 80 a day." */
export function scheduleWords(schedule: Schedule | null | undefined): string {
  if (!schedule) return "As soon as it is launched, at any time of day.";
  const { perHour, perDay, gapSeconds, jitterMinutes, holidays, endsAt } = schedule;
  const limits = [perHour && `${count(perHour)} an hour`, perDay && `${count(perDay)} a day`].filter(Boolean);
  const parts = [
    weekdayWords(schedule.weekdays),
    isAllDay(schedule)
      ? `all day in ${place(schedule)}`
      : `${schedule.from}–${schedule.until} in ${place(schedule)}`,
    limits.length > 0 && `at most ${limits.join(" and ")}`,
    gapSeconds > 0 && `${waitWords(gapSeconds)} apart`,
    jitterMinutes > 0 && `each up to ${jitterMinutes} min later`,
    holidays.length > 0 && `not on ${plural(holidays.length, "holiday")}`,
    endsAt && `until ${spelledTime(endsAt)}`,
  ];
  return `${parts.filter(Boolean).join(", ")}.`;
}
