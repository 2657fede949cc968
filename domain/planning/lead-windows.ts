import { isZone, type SendSchedule } from "./send-schedule.js";
import { Windows, type Window } from "./windows.js";

export interface PlannedLead {
  readonly leadId: string;
  readonly timezone: string | null;
  /** The part of its address after the @, in ASCII; left out: no limit of a domain counts. */
  readonly domain?: string | null;
}

/** The windows of a schedule for each lead, on the clock that counts for it. */
export class LeadWindows {
  private readonly windows = new Map<string, Windows>();
  private readonly zones = new Map<string, string>();

  constructor(private readonly schedule: SendSchedule) {}

  /** The zone whose clock the lead's window is read on. */
  zoneOf({ timezone }: PlannedLead): string {
    const { schedule } = this;
    if (!schedule.inLeadZone || timezone === null) return schedule.timezone;
    let zone = this.zones.get(timezone);
    if (zone === undefined) {
      zone = isZone(timezone) ? timezone : schedule.timezone;
      this.zones.set(timezone, zone);
    }
    return zone;
  }

  /** The window of a zone that `at` is in, or the next one; null when there is none within a year. */
  inZone(zone: string, at: number): Window | null {
    let windows = this.windows.get(zone);
    if (!windows) {
      windows = new Windows(this.schedule, zone);
      this.windows.set(zone, windows);
    }
    return windows.at(at);
  }

  /** `at` itself where a mail to the lead may leave then, otherwise when the next window opens; null: not within a year. */
  opensAt(lead: PlannedLead, at: number): number | null {
    const window = this.inZone(this.zoneOf(lead), at);
    return window && Math.max(window.from, at);
  }
}
