import { Temporal } from "temporal-polyfill";
import type { SendSchedule } from "./send-schedule.js";

const HOUR = 3_600_000;

export type Limits = Pick<SendSchedule, "timezone" | "perHour" | "perDay" | "gapSeconds">;

/** Whose limits they are. */
export const LIMIT_HOLDERS = ["CAMPAIGN", "ORGANISATION", "SENDER", "DOMAIN"] as const;
export type LimitHolder = (typeof LIMIT_HOLDERS)[number];

/** What is planned of a campaign in one hour of UTC. */
export interface PlannedHour {
  /** ms of the epoch. */
  readonly hour: number;
  readonly count: number;
  /** The earliest and the latest of them. */
  readonly first: number;
  readonly last: number;
}

/**
 * How much of each hour and day is taken, and where there is still room. Hours are those of UTC, so that a day of 23 or 25 hours changes nothing
 * about them; days are those of the schedule's zone. Memory grows with the hours that are planned, never with the mails.
 */
export class Capacity {
  private readonly hours = new Taken();
  private readonly days = new Taken();
  /** By hour, where a gap is kept: the earliest that is taken in it, and when the gap after the latest is over. */
  private readonly firstTaken = new Map<number, number>();
  private readonly nextFree = new Map<number, number>();
  readonly isUnlimited: boolean;

  constructor(
    private readonly limits: Limits,
    readonly holder: LimitHolder = "CAMPAIGN",
  ) {
    this.isUnlimited = limits.perHour === null && limits.perDay === null && limits.gapSeconds === 0;
  }

  /** What was planned before, e.g. by a run of the planner that was interrupted. */
  add(planned: readonly PlannedHour[]): void {
    if (this.isUnlimited) return;
    for (const { hour, count, first, last } of planned) {
      this.hours.add(hour / HOUR, count, this.limits.perHour);
      this.days.add(this.dayOf(hour), count, this.limits.perDay);
      this.keepGap(first);
      this.keepGap(last);
    }
  }

  /** Takes the first place from `at` on and before `until`; null when there is none. */
  take(at: number, until: number): number | null {
    const place = this.find(at, until);
    if (place !== null) this.occupy(place);
    return place;
  }

  /** The first place from `at` on and before `until`, which stays free; null when there is none. */
  find(at: number, until: number): number | null {
    if (this.isUnlimited) return at < until ? at : null;
    const gap = this.limits.gapSeconds * 1000;
    for (let place = this.firstFree(at); place < until; place = this.firstFree(place)) {
      const hour = Math.floor(place / HOUR);
      const end = (hour + 1) * HOUR;
      const free = Math.max(place, this.nextFree.get(hour) ?? 0);
      if (free >= until) return null;
      // Gaps have filled the hour, or it would come too close to what the next one begins with.
      if (free >= end || (this.firstTaken.get(hour + 1) ?? Infinity) - free < gap) {
        if (free >= end) this.hours.close(hour);
        place = end;
        continue;
      }
      return free;
    }
    return null;
  }

  /** Takes a place that was found. */
  occupy(place: number): void {
    if (this.isUnlimited) return;
    this.hours.add(Math.floor(place / HOUR), 1, this.limits.perHour);
    this.days.add(this.dayOf(place), 1, this.limits.perDay);
    this.keepGap(place);
  }

  /** The first instant from `at` on whose hour and day are not full. */
  firstFree(at: number): number {
    if (this.isUnlimited) return at;
    for (let place = at; ;) {
      const day = this.dayOf(place);
      const freeDay = this.days.firstFree(day);
      if (freeDay !== day) {
        place = this.startOfDay(freeDay);
        continue;
      }
      const hour = Math.floor(place / HOUR);
      const freeHour = this.hours.firstFree(hour);
      if (freeHour === hour) return place;
      place = freeHour * HOUR;
    }
  }

  /** A gap is an hour at most, so that it reaches no further than into the next. */
  private keepGap(taken: number): void {
    const gap = this.limits.gapSeconds * 1000;
    if (gap === 0) return;
    const hour = Math.floor(taken / HOUR);
    this.firstTaken.set(hour, Math.min(taken, this.firstTaken.get(hour) ?? Infinity));
    for (const reached of [hour, Math.floor((taken + gap) / HOUR)])
      this.nextFree.set(reached, Math.max(taken + gap, this.nextFree.get(reached) ?? 0));
  }

  /** Days since 1970-01-01 in the zone. */
  private dayOf(at: number): number {
    const guess = Math.floor(at / (24 * HOUR));
    for (const day of [guess, guess - 1, guess + 1])
      if (this.startOfDay(day) <= at && at < this.startOfDay(day + 1)) return day;
    throw new RangeError(`No day of ${this.limits.timezone} has the instant ${at}.`);
  }

  private readonly starts = new Map<number, number>();
  private startOfDay(day: number): number {
    const known = this.starts.get(day);
    if (known !== undefined) return known;
    const start = EPOCH_DAY.add({ days: day }).toZonedDateTime(this.limits.timezone).epochMilliseconds;
    this.starts.set(day, start);
    return start;
  }
}

const EPOCH_DAY = Temporal.PlainDate.from("1970-01-01");

/** Counts of numbered places, and the next that is not full: paths over full ones are cut short as they are walked (union-find). */
class Taken {
  private readonly counts = new Map<number, number>();
  private readonly next = new Map<number, number>();

  add(place: number, count: number, most: number | null): void {
    if (most === null) return;
    const sum = (this.counts.get(place) ?? 0) + count;
    this.counts.set(place, sum);
    if (sum >= most) this.close(place);
  }

  close(place: number): void {
    this.next.set(place, place + 1);
  }

  firstFree(place: number): number {
    let free = place;
    for (let next = this.next.get(free); next !== undefined; next = this.next.get(free)) free = next;
    for (let at = place; at !== free;) {
      const next = this.next.get(at)!;
      this.next.set(at, free);
      at = next;
    }
    return free;
  }
}
