const locale = "en-GB";
const whole = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat(locale, {
  day: "2-digit",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" });
const full = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long" });
const spelled = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "narrow" });

export const count = (value: number) => whole.format(value);
/** 1,240 stays whole; 12,400 becomes 12.4K. */
export const shortCount = (value: number) => (value < 10_000 ? whole.format(value) : compact.format(value));
export const share = (part: number, of: number) => (of === 0 ? "0%" : percent.format(part / of));
export const dateTime = (iso: string) => moment.format(new Date(iso));
/** A calendar day such as 2026-03-04, which has no time zone. */
export const calendarDay = (date: string) => day.format(new Date(`${date.slice(0, 10)}T00:00:00Z`));
/** For titles: the viewer's own time in words, then UTC. */
export const exactTime = (iso: string) => `${full.format(new Date(iso))} · ${new Date(iso).toISOString()}`;

const spans: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "Friday, 27 November 2026 at 09:00", in the viewer's own zone. */
export const spelledTime = (iso: string) => spelled.format(new Date(iso));
/** "2026-11-27 08:00 UTC" */
export const utcTime = (iso: string) => `${new Date(iso).toISOString().slice(0, 16).replace("T", " ")} UTC`;
/** "Europe/Berlin (GMT+1)", as it is at that moment. */
export function zoneAt(iso: string): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const parts = new Intl.DateTimeFormat("en", { timeZoneName: "shortOffset" }).formatToParts(new Date(iso));
  const offset = parts.find((part) => part.type === "timeZoneName")?.value ?? "GMT";
  return `${timeZone} (${offset})`;
}

/** For `<input type="datetime-local">`, in the viewer's own time. */
export function localInput(ms: number): string {
  const date = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 16);
}

/** "3 h ago"; under a minute it says "just now", so that the text does not tick. */
export function ago(iso: string, nowMs: number): string {
  const seconds = (Date.parse(iso) - nowMs) / 1000;
  const span = spans.find(([, length]) => Math.abs(seconds) >= length);
  if (!span) return "just now";
  if (span[0] === "day" && Math.abs(seconds) > 45 * 86_400) return day.format(new Date(iso));
  return relative.format(Math.round(seconds / span[1]), span[0]);
}

/** plural(1, "lead") is "1 lead", plural(3, "reply", "replies") is "3 replies". */
export const plural = (value: number, one: string, many = `${one}s`) =>
  `${whole.format(value)} ${value === 1 ? one : many}`;

const units = ["B", "KB", "MB", "GB", "TB"];

/** Bytes in steps of 1024: 13.4 GB. */
export function bytes(value: number): string {
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(value || 1) / 10)));
  const scaled = value / 1024 ** step;
  return `${scaled >= 100 || step === 0 ? Math.round(scaled) : scaled.toFixed(1)} ${units[step]}`;
}

const words: Record<string, string> = { CAMPAIGN_CANCELLED: "Campaign cancelled" };

/** HARD_BOUNCE becomes "Hard bounce". */
export function sentence(constant: string): string {
  const lower = constant.toLowerCase().replaceAll("_", " ");
  return words[constant] ?? lower.charAt(0).toUpperCase() + lower.slice(1);
}

/** Minutes as people say them: 90 → "1 h 30 min", 2880 → "2 days". */
export function duration(minutes: number): string {
  if (minutes === 0) return "at once";
  if (minutes % 1440 === 0) return plural(minutes / 1440, "day");
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours ? `${hours} h` : "", rest ? `${rest} min` : ""].filter(Boolean).join(" ");
}

/** A length of time in its two largest units: "3 days 4 h", "5 h 12 min". */
export function spanWords(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const parts = days
    ? [plural(days, "day"), hours && `${hours} h`]
    : [hours && `${hours} h`, (rest || !hours) && `${rest} min`];
  return parts.filter(Boolean).join(" ");
}

/** How long after the step before a step follows: "3 business days and 2 h". */
export function delayWords(step: { delayMinutes: number; delayBusinessDays: number }): string {
  const days = step.delayBusinessDays ? plural(step.delayBusinessDays, "business day") : "";
  if (days && step.delayMinutes === 0) return days;
  return [days, duration(step.delayMinutes)].filter(Boolean).join(" and ");
}

/** Up to two letters for a round badge. */
export function initials(name: string): string {
  const parts = name.split(/[\s@.]+/).filter(Boolean);
  return ((parts[0]?.[0] ?? "?") + (parts[1]?.[0] ?? "")).toUpperCase();
}
