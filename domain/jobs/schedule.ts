import { Cron } from "croner";

/** What becomes of times that passed while no worker ran: the newest is made up for, each is, or none. */
export const MISSED_RUNS = ["LAST", "ALL", "SKIP"] as const;
export type MissedRuns = (typeof MISSED_RUNS)[number];

/** When something is due again and again. */
export interface ScheduleDefinition {
  /** Five fields of cron (POSIX crontab), read in the time zone. */
  readonly pattern: string;
  /** A name of the IANA database, e.g. Europe/Berlin. Around a change of the clocks croner fires a time once. */
  readonly timezone: string;
  readonly missedRuns: MissedRuns;
}

export const inUtc = (pattern: string, missedRuns: MissedRuns = "LAST"): ScheduleDefinition => ({
  pattern,
  timezone: "UTC",
  missedRuns,
});

/** What is wrong with it, as a sentence; null when it can be followed. */
export function scheduleFault({ pattern, timezone }: Pick<ScheduleDefinition, "pattern" | "timezone">): {
  readonly field: "pattern" | "timezone";
  readonly message: string;
} | null {
  if (!isTimezone(timezone))
    return { field: "timezone", message: "Name a time zone of the IANA database, such as Europe/Berlin." };
  if (pattern.trim().split(/\s+/).length !== 5)
    return { field: "pattern", message: "Five fields: minute, hour, day, month, weekday." };
  try {
    if (nextTime({ pattern, timezone }, new Date()) === null)
      return { field: "pattern", message: "This pattern never fires." };
  } catch (error) {
    return { field: "pattern", message: (error as Error).message.replace(/^CronPattern: /, "") };
  }
  return null;
}

function isTimezone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}

/** The first time after this one; null when there is none. @throws Error when the pattern cannot be read */
export function nextTime(
  { pattern, timezone }: Pick<ScheduleDefinition, "pattern" | "timezone">,
  after: Date,
): Date | null {
  return new Cron(pattern, { timezone, paused: true }).nextRun(after);
}
