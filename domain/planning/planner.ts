import { createHash } from "node:crypto";
import { Temporal } from "temporal-polyfill";
import { Capacity, type PlannedHour } from "./capacity.js";
import { LeadWindows, type PlannedLead } from "./lead-windows.js";
import { LAST_CALL_MS, MOST_DAYS_AHEAD, type SendSchedule } from "./send-schedule.js";
import type { Window } from "./windows.js";

/** How long after the step before it was sent a step follows; the first follows the start. */
export interface StepDelay {
  readonly delayMinutes: number;
  /** Working days, Monday to Friday without the holidays, counted on the lead's calendar before the minutes. */
  readonly delayBusinessDays: number;
}

/** Why a step has no time. */
export type NoPlace = "WINDOW_CLOSED_BEFORE_END" | "NO_SENDER_CAPACITY_BEFORE_END";

/** ms of the epoch; or why not. A step without a place has none after it either. */
export type Place = number | NoPlace;

const DAY = 86_400_000;
const QUARTER = 900_000;
const MOST_SPANS = 20_000;

/**
 * The one planner: schedule, steps and a clock that is handed in make the timetable. Dry run, launch, resumption and
 * its previews all ask it; it reads no clock and no database. A lead's whole sequence is placed before the next lead's, so that follow-ups have their
 * place before later leads begin. Memory grows with hours and zones, not with leads.
 */
export class Planner {
  private readonly capacity: Capacity;
  private readonly windows: LeadWindows;
  private readonly spans = new Map<string, number>();
  /** By zone: from the beginning of a full window to the first that may not be. */
  private readonly jumps = new Map<string, Map<number, number>>();
  private readonly end: number;
  private readonly holidays: ReadonlySet<string>;

  /** @param startAt ms of the epoch: nothing is planned before. */
  constructor(
    readonly schedule: SendSchedule,
    private readonly steps: readonly StepDelay[],
    readonly startAt: number,
    planned: readonly PlannedHour[] = [],
  ) {
    this.windows = new LeadWindows(schedule);
    this.capacity = new Capacity(schedule);
    this.capacity.add(planned);
    const horizon = startAt + MOST_DAYS_AHEAD * DAY;
    this.end = schedule.endsAt === null ? horizon : Math.min(horizon, Date.parse(schedule.endsAt));
    this.holidays = new Set(schedule.holidays);
  }

  /** A place for each step of the lead, in their order. */
  planLead(lead: PlannedLead): Place[] {
    const zone = this.windows.zoneOf(lead);
    const jitter = this.jitterOf(lead.leadId);
    const places: Place[] = [];
    let before: Place = this.startAt;
    for (const step of this.steps) {
      if (typeof before === "number") before = this.place(this.afterDelay(before, step, zone), zone, jitter);
      places.push(before);
    }
    return places;
  }

  /** The first place for one mail of a lead from `earliest` on. */
  placeOne(lead: PlannedLead, earliest: number): Place {
    return this.place(Math.max(this.startAt, earliest), this.windows.zoneOf(lead), 0);
  }

  private place(earliest: number, zone: string, jitter: number): Place {
    const full: Window[] = [];
    const jumps = this.jumps.get(zone) ?? new Map<number, number>();
    this.jumps.set(zone, jumps);
    let isCrowded = false;
    let at = earliest;
    let place: number | null = null;
    while (at < this.end) {
      const free = this.capacity.firstFree(at);
      if (free > at) isCrowded = true;
      const window = this.windows.inZone(zone, free);
      if (!window || window.from >= this.end) break;
      const jump = jumps.get(window.from);
      if (jump !== undefined) {
        isCrowded = true;
        at = jump;
        continue;
      }
      const lastCall = Math.min(window.until - LAST_CALL_MS, this.end);
      const start = later(Math.max(window.from, free), jitter, lastCall);
      place = this.capacity.take(start, lastCall);
      if (place !== null) break;
      if (start < lastCall) isCrowded = true;
      if (Number.isFinite(window.from) && this.capacity.firstFree(window.from) >= lastCall) full.push(window);
      at = window.until;
    }
    // Whoever comes after need not look at each full window again.
    for (const { from } of full) jumps.set(from, at);
    return place ?? (isCrowded ? "NO_SENDER_CAPACITY_BEFORE_END" : "WINDOW_CLOSED_BEFORE_END");
  }

  private afterDelay(before: number, { delayMinutes, delayBusinessDays }: StepDelay, zone: string): number {
    const delay = delayMinutes * 60_000;
    if (delayBusinessDays === 0) return before + delay;
    return before + this.businessDays(before, delayBusinessDays, zone) + delay;
  }

  /** How long the working days after `before` take: the same for all in a quarter of an hour, on which clocks change. */
  private businessDays(before: number, count: number, zone: string): number {
    const quarter = Math.floor(before / QUARTER);
    const key = `${zone}:${count}:${quarter}`;
    const known = this.spans.get(key);
    if (known !== undefined) return known;
    const start = Temporal.Instant.fromEpochMilliseconds(quarter * QUARTER).toZonedDateTimeISO(zone);
    let day = start;
    for (let left = count; left > 0;) {
      day = day.add({ days: 1 });
      if (day.dayOfWeek <= 5 && !this.holidays.has(day.toPlainDate().toString())) left -= 1;
    }
    if (this.spans.size >= MOST_SPANS) this.spans.clear();
    const span = day.epochMilliseconds - start.epochMilliseconds;
    this.spans.set(key, span);
    return span;
  }

  /** The same for a lead whenever it is planned: by its id, not by chance. */
  private jitterOf(leadId: string): number {
    const most = this.schedule.jitterMinutes * 60_000;
    if (most === 0) return 0;
    return createHash("sha256").update(leadId).digest().readUInt32BE(0) % most;
  }
}

/** Later by the jitter where the window has room for it; by what fits otherwise. */
function later(at: number, jitter: number, until: number): number {
  const room = until - at;
  return room > 0 && Number.isFinite(room) ? at + (jitter % room) : at + jitter;
}
