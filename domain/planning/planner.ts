import { createHash } from "node:crypto";
import { Temporal } from "temporal-polyfill";
import { Capacities } from "./capacities.js";
import { Capacity, type LimitHolder, type PlannedHour } from "./capacity.js";
import { LeadWindows, type PlannedLead } from "./lead-windows.js";
import { LAST_CALL_MS, MOST_DAYS_AHEAD, type SendSchedule } from "./send-schedule.js";
import { SharedCapacities } from "./shared-capacities.js";
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

/** All steps of one lead. */
export interface PlannedSequence {
  /** Whom all of them are from; null: the campaign's own address. */
  readonly senderId: string | null;
  /** A place for each step, in their order. */
  readonly places: readonly Place[];
  /** Whose limit kept each of them from being earlier; null: nobody's. */
  readonly heldBy: readonly (LimitHolder | null)[];
}

/** What of a lead's sequence is still to come. */
export interface Rest {
  /** How many steps it has had. */
  readonly from: number;
  /** ms of the epoch: when the last of them was sent, or is to be; without one, the start. */
  readonly after: number;
  /** ms of the epoch: none of them before. */
  readonly notBefore: number;
  readonly senderId: string | null;
}

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
  /** By zone, sender and domain: from the beginning of a full window to the first that may not be. */
  private readonly jumps = new Map<string, Map<number, Jump>>();
  private readonly end: number;
  private readonly holidays: ReadonlySet<string>;

  /** @param startAt ms of the epoch: nothing is planned before. */
  constructor(
    readonly schedule: SendSchedule,
    private readonly steps: readonly StepDelay[],
    readonly startAt: number,
    planned: readonly PlannedHour[] = [],
    private readonly shared = new SharedCapacities(),
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
    return [...this.planSequence(lead).places];
  }

  /**
   * The same with its sender: the one that is the lead's by its id, or the next in turn whose room for the first step ends not
   * before the schedule does. Later steps stay with it.
   */
  planSequence(lead: PlannedLead): PlannedSequence {
    const zone = this.windows.zoneOf(lead);
    const jitter = this.jitterOf(lead.leadId);
    const places: Place[] = [];
    const heldBy: (LimitHolder | null)[] = [];
    let senderId = this.senderAt(lead, 0);
    let before: Place = this.startAt;
    for (const step of this.steps) {
      let room = this.roomFor(lead, senderId);
      if (typeof before === "number") {
        const earliest: number = this.afterDelay(before, step, zone);
        before = this.place(earliest, zone, jitter, room);
        for (
          let turn = 1;
          places.length === 0 && isFull(before) && turn < this.shared.order.length;
          turn += 1
        ) {
          room = this.roomFor(lead, this.senderAt(lead, turn));
          before = this.place(earliest, zone, jitter, room);
          if (typeof before === "number") senderId = this.senderAt(lead, turn);
        }
      }
      places.push(before);
      heldBy.push(room.capacities.heldBy);
    }
    return { senderId, places, heldBy };
  }

  /** A place for each step of the lead that is still to come, in their order, all from the same sender. */
  planRest(lead: PlannedLead, { from, after, notBefore, senderId }: Rest): Place[] {
    const zone = this.windows.zoneOf(lead);
    const jitter = this.jitterOf(lead.leadId);
    const room = this.roomFor(lead, senderId);
    const places: Place[] = [];
    let before: Place = after;
    for (const step of this.steps.slice(from)) {
      if (typeof before === "number") {
        const earliest = Math.max(this.startAt, notBefore, this.afterDelay(before, step, zone));
        before = this.place(earliest, zone, jitter, room);
      }
      places.push(before);
    }
    return places;
  }

  /** The first place for one mail of a lead from `earliest` on. @param senderId whom it is from; null: the campaign's own address */
  placeOne(lead: PlannedLead, earliest: number, senderId: string | null = null): Place {
    const zone = this.windows.zoneOf(lead);
    return this.place(Math.max(this.startAt, earliest), zone, 0, this.roomFor(lead, senderId));
  }

  /** The same for a lead whenever it is planned, and as many leads for each of them. */
  private senderAt({ leadId }: PlannedLead, turn: number): string | null {
    const { order } = this.shared;
    if (order.length === 0) return null;
    return order[turnOf(leadId, order.length, turn)]!.id;
  }

  private roomFor({ domain }: PlannedLead, senderId: string | null): Room {
    const { tenant } = this.shared;
    const [ofSender, ofDomain] = [this.shared.ofSender(senderId), this.shared.ofDomain(domain)];
    const capacities = new Capacities([this.capacity, tenant, ofSender, ofDomain]);
    return { key: `|${ofSender ? senderId : ""}|${ofDomain ? domain : ""}`, capacities };
  }

  private place(earliest: number, zone: string, jitter: number, { key, capacities }: Room): Place {
    const full: Window[] = [];
    const jumps = this.jumps.get(zone + key);
    let isCrowded = false;
    let at = earliest;
    let place: number | null = null;
    while (at < this.end) {
      const free = capacities.firstFree(at);
      if (free > at) isCrowded = true;
      const window = this.windows.inZone(zone, free);
      if (!window || window.from >= this.end) break;
      const jump = jumps?.get(window.from);
      if (jump !== undefined) {
        isCrowded = true;
        at = jump.to;
        capacities.heldBy = jump.heldBy;
        continue;
      }
      const lastCall = Math.min(window.until - LAST_CALL_MS, this.end);
      const start = later(Math.max(window.from, free), jitter, lastCall);
      place = capacities.take(start, lastCall);
      if (place !== null) break;
      if (start < lastCall) isCrowded = true;
      if (Number.isFinite(window.from) && capacities.firstFree(window.from) >= lastCall) full.push(window);
      at = window.until;
    }
    // Whoever comes after need not look at each full window again.
    if (full.length > 0) this.remember(zone + key, full, { to: at, heldBy: capacities.heldBy });
    return place ?? (isCrowded ? "NO_SENDER_CAPACITY_BEFORE_END" : "WINDOW_CLOSED_BEFORE_END");
  }

  private remember(key: string, full: readonly Window[], jump: Jump): void {
    const jumps = this.jumps.get(key) ?? new Map<number, Jump>();
    this.jumps.set(key, jumps);
    for (const { from } of full) jumps.set(from, jump);
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
    return ownNumber(leadId, 0) % most;
  }
}

/** The limits that count for a mail, and what tells them from those of others. */
interface Room {
  readonly key: string;
  readonly capacities: Capacities;
}

/** Past windows that are full. */
interface Jump {
  readonly to: number;
  readonly heldBy: LimitHolder | null;
}

/** Which of `count` senders is a lead's: the same whenever it is asked. @param turn the how manieth after it, where it has no room */
export const turnOf = (leadId: string, count: number, turn = 0): number =>
  (ownNumber(leadId, 4) + turn) % count;

const isFull = (place: Place): boolean => place === "NO_SENDER_CAPACITY_BEFORE_END";

/** By the id alone, as good as at random. */
function ownNumber(leadId: string, offset: number): number {
  return createHash("sha256").update(leadId).digest().readUInt32BE(offset);
}

/** Later by the jitter where the window has room for it; by what fits otherwise. */
function later(at: number, jitter: number, until: number): number {
  const room = until - at;
  return room > 0 && Number.isFinite(room) ? at + (jitter % room) : at + jitter;
}
