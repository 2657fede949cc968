import type { Introspected } from "../../api/graphql";
import { sentence } from "../../lib/format";
import type { DayOf } from "../../ui/DayBars";
import type { Tone } from "../../ui/Tag";

type Difference = Introspected<"PlanDifference">;

/** How much a difference matters: none, one that passes, one to look at, one that is a loss. */
export const differences: Record<Difference, { tone: Tone; label: string }> = {
  AS_PLANNED: { tone: "ok", label: "As planned" },
  NOT_YET: { tone: "plain", label: "Not yet due" },
  FOLLOWS_LATE_STEP: { tone: "warn", label: "Follows a late step" },
  SHIFTED: { tone: "accent", label: "Moved by a pause" },
  CAUGHT_UP: { tone: "accent", label: "Caught up" },
  CAMPAIGN_EDITED: { tone: "accent", label: "Moved by an edit" },
  LIMITS_CHANGED: { tone: "accent", label: "Moved by a limit" },
  LEAD_PAUSED: { tone: "accent", label: "Not now" },
  PAUSED: { tone: "warn", label: "Late: paused" },
  FROZEN: { tone: "warn", label: "Late: sending frozen" },
  WINDOW_WAS_CLOSED: { tone: "warn", label: "Late: window closed" },
  DEFERRED_BY_SERVER: { tone: "warn", label: "Put off by the server" },
  GIVEN_BACK: { tone: "warn", label: "Late: worker lost" },
  LIMIT_REACHED: { tone: "warn", label: "Late: limit used up" },
  SENDER_PAUSED: { tone: "warn", label: "Late: sender paused" },
  WAITED_ITS_TURN: { tone: "warn", label: "Late: waited its turn" },
  NOTHING_LEFT: { tone: "bad", label: "Late: nothing left" },
  NO_PLACE: { tone: "bad", label: "No place in the plan" },
  STEP_BEFORE_IT: { tone: "warn", label: "Waits for the step before" },
  LEFT_OUT: { tone: "plain", label: "Left out" },
  STOPPED: { tone: "plain", label: "Stopped" },
  CANCELLED: { tone: "plain", label: "Cancelled" },
  FAILED: { tone: "bad", label: "Failed" },
  UNCERTAIN: { tone: "warn", label: "Uncertain" },
  NO_PLAN: { tone: "plain", label: "No plan kept" },
};

const reasons: Record<string, string> = {
  SUPPRESSED: "may not be mailed",
  ERASED: "erased",
  INVALID_ADDRESS: "invalid address",
  MISSING_VARIABLE: "lacks a variable",
  SENDER_LIMIT: "the sender’s limit is used up",
  DOMAIN_LIMIT: "the domain’s limit is used up",
  ORGANISATION_LIMIT: "the organisation’s limit is used up",
  SENDER_PAUSED: "the sender is paused",
  NOT_IN_SCOPE: "not the team’s to mail",
  NO_SENDER_CAPACITY_BEFORE_END: "no room before the end",
  WINDOW_CLOSED_BEFORE_END: "window closed before the end",
};

/** Whose limit keeps a mail from being earlier. */
export const holders: Record<Introspected<"LimitHolder">, string> = {
  CAMPAIGN: "Held by the campaign’s limit",
  ORGANISATION: "Held by the organisation’s limit",
  SENDER: "Held by the sender’s limit",
  DOMAIN: "Held by its domain’s limit",
};

/** Why somebody gets no mail, in words. */
export const reasonWords = (reason: string) => reasons[reason] ?? sentence(reason).toLowerCase();

/** The wall clock of an RFC 3339 time with its distance from UTC: "Fri, 1 Jan 2027, 09:00", "GMT-5". */
export function wallClock(localTime: string): { clock: string; offset: string } {
  const [, wall = "", offset = ""] = /^(.{16}).*?(Z|[+-]\d{2}:\d{2})$/.exec(localTime) ?? [];
  const clock = wallFormat.format(new Date(`${wall}Z`));
  const [, sign = "", hours = "", minutes = ""] = /^([+-])(\d{2}):(\d{2})$/.exec(offset) ?? [];
  const isZero = Number(hours) === 0 && Number(minutes) === 0;
  return {
    clock,
    offset: isZero ? "GMT" : `GMT${sign}${Number(hours)}${minutes === "00" ? "" : `:${minutes}`}`,
  };
}

const wallFormat = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});

const dayMs = 86_400_000;

/** Every day from the first to the last, also those on which nothing leaves. */
export function everyDay(
  days: readonly { date: string; first: number; followUps: number }[],
): DayOf<"first" | "followUps">[] {
  const known = new Map(days.map(({ date, ...counts }) => [date, counts]));
  const [start, end] = [days[0]?.date, days.at(-1)?.date].map((date) => Date.parse(`${date}T00:00:00Z`));
  if (!start || !end) return [];
  return Array.from({ length: Math.round((end - start) / dayMs) + 1 }, (_, index) => {
    const day = new Date(start + index * dayMs).toISOString().slice(0, 10);
    return { day, ...(known.get(day) ?? { first: 0, followUps: 0 }) };
  });
}

/** 0 is the step's own wording; the others are called by letters. */
export const wordingName = (variant: number) =>
  variant === 0 ? "Original" : `Variant ${String.fromCharCode(64 + variant)}`;
