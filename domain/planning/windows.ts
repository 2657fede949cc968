import { Temporal } from "temporal-polyfill";
import { MOST_DAYS_AHEAD, minutesOf, type SendSchedule } from "./send-schedule.js";

/** A stretch of time, in ms of the epoch; `until` is not in it. */
export interface Window {
  readonly from: number;
  readonly until: number;
}

const ALWAYS: Window = { from: -Infinity, until: Infinity };

/**
 * The windows of a schedule in one zone, as instants: local times are read with the rules of the IANA database, so that
 * 09:00 is 09:00 on either side of a change of clocks. A time that a change leaves out is read after it, one that comes
 * twice is the first of both (RFC 5545, section 3.3.5). Days are worked out once each, whoever asks.
 */
export class Windows {
  private readonly days: Window[] = [];
  private readonly holidays: ReadonlySet<string>;
  private readonly isAlways: boolean;
  /** ms of the epoch: from here on the days are known without a gap. */
  private coveredFrom = Infinity;
  private nextDay: Temporal.PlainDate | null = null;

  constructor(
    private readonly schedule: SendSchedule,
    private readonly zone: string,
  ) {
    this.holidays = new Set(schedule.holidays);
    this.isAlways =
      schedule.weekdays.length === 7 &&
      schedule.holidays.length === 0 &&
      minutesOf(schedule.until) - minutesOf(schedule.from) === 24 * 60;
  }

  /** The window that `at` is in, or the next one; null when there is none within a year. */
  at(at: number): Window | null {
    if (this.isAlways) return ALWAYS;
    const known = at >= this.coveredFrom ? this.search(at) : null;
    if (known) return known;
    const day = this.dayOf(at);
    if (!(at >= this.coveredFrom)) {
      this.days.length = 0;
      this.nextDay = day;
      this.coveredFrom = this.instant(day, "00:00");
    }
    const end = day.add({ days: MOST_DAYS_AHEAD });
    while (Temporal.PlainDate.compare(this.nextDay!, end) <= 0) {
      const window = this.addDay();
      if (window && window.until > at) return window;
    }
    return null;
  }

  private search(at: number): Window | null {
    let [low, high] = [0, this.days.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.days[middle]!.until > at) high = middle;
      else low = middle + 1;
    }
    return this.days[low] ?? null;
  }

  private addDay(): Window | null {
    const day = this.nextDay!;
    this.nextDay = day.add({ days: 1 });
    if (!this.schedule.weekdays.includes(day.dayOfWeek) || this.holidays.has(day.toString())) return null;
    const window = {
      from: this.instant(day, this.schedule.from),
      until: this.instant(day, this.schedule.until),
    };
    // A change of clocks may leave nothing of a short window.
    if (window.until <= window.from) return null;
    this.days.push(window);
    return window;
  }

  private instant(day: Temporal.PlainDate, localTime: string): number {
    const isMidnight = localTime === "24:00";
    const plainTime = isMidnight ? "00:00" : localTime;
    return (isMidnight ? day.add({ days: 1 }) : day).toZonedDateTime({ timeZone: this.zone, plainTime })
      .epochMilliseconds;
  }

  private dayOf(at: number): Temporal.PlainDate {
    return Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(this.zone).toPlainDate();
  }
}
