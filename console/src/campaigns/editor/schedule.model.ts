import type { VariablesOf } from "../../api/graphql";
import { localInput } from "../../lib/format";
import { scheduleWords, type Schedule } from "../../lib/schedule-words";
import type { CreateCampaign, Editable } from "./editor.gql";

/** What is typed under "When it is sent". Numbers are digits as typed; empty is no limit. */
export interface DraftSchedule {
  /** False: everything leaves at once. The window stays typed meanwhile. */
  isWindow: boolean;
  timezone: string;
  inLeadZone: boolean;
  weekdays: number[];
  from: string;
  /** "00:00" is the day's end, which the API calls 24:00. */
  until: string;
  holidays: string[];
  perHour: string;
  perDay: string;
  gapSeconds: string;
  jitterMinutes: string;
  /** In the viewer's own time, as a field of day and time has it. */
  endsAt: string;
}

const ownZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What a window begins with when somebody first asks for one: office hours of each lead. */
export const atOnce = (): DraftSchedule => ({
  isWindow: false,
  timezone: ownZone(),
  inLeadZone: true,
  weekdays: [1, 2, 3, 4, 5],
  from: "09:00",
  until: "17:00",
  holidays: [],
  perHour: "",
  perDay: "",
  gapSeconds: "",
  jitterMinutes: "",
  endsAt: "",
});

const typed = (value: number | null) => (value ? String(value) : "");

export const scheduleOf = (stored: Editable["schedule"]): DraftSchedule =>
  stored
    ? {
        isWindow: true,
        timezone: stored.timezone,
        inLeadZone: stored.inLeadZone,
        weekdays: [...stored.weekdays],
        from: stored.from,
        until: stored.until === "24:00" ? "00:00" : stored.until,
        holidays: [...stored.holidays],
        perHour: typed(stored.perHour),
        perDay: typed(stored.perDay),
        gapSeconds: typed(stored.gapSeconds),
        jitterMinutes: typed(stored.jitterMinutes),
        endsAt: stored.endsAt ? localInput(Date.parse(stored.endsAt)) : "",
      }
    : atOnce();

const numberOf = (digits: string) => (digits === "" ? null : Number(digits));
const instantOf = (local: string) => {
  const ms = Date.parse(local);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
};

const windowOf = (draft: DraftSchedule): Schedule => ({
  timezone: draft.timezone,
  inLeadZone: draft.inLeadZone,
  weekdays: draft.weekdays.toSorted((a, b) => a - b),
  from: draft.from,
  until: draft.until === "00:00" ? "24:00" : draft.until,
  holidays: draft.holidays,
  perHour: numberOf(draft.perHour),
  perDay: numberOf(draft.perDay),
  gapSeconds: numberOf(draft.gapSeconds) ?? 0,
  jitterMinutes: numberOf(draft.jitterMinutes) ?? 0,
  endsAt: instantOf(draft.endsAt),
});

/** As the API takes it; null: at once, at any time. */
export function scheduleInput(draft: DraftSchedule): VariablesOf<typeof CreateCampaign>["input"]["schedule"] {
  if (!draft.isWindow) return null;
  const { weekdays, holidays, ...rest } = windowOf(draft);
  return { ...rest, weekdays: [...weekdays], holidays: [...holidays] };
}

/** What it comes to in one sentence, also while it is being typed. */
export function draftWords(draft: DraftSchedule): string {
  if (!draft.isWindow) return scheduleWords(null);
  const typed = windowOf(draft);
  return scheduleWords({ ...typed, from: typed.from || "…", until: typed.until || "…" });
}
