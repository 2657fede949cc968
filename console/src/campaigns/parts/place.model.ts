import { plural, sentence, spelledTime } from "../../lib/format";
import type { Goal, Place } from "./place.gql";

/** What somebody records of a lead. */
export type Ask = "REPLY" | "GOAL" | "PAUSE" | "STOP";

export const goals: readonly { value: Goal; label: string }[] = [
  { value: "MEETING_BOOKED", label: "Meeting booked" },
  { value: "DEMO_DONE", label: "Demo done" },
  { value: "WON", label: "Won" },
  { value: "OTHER", label: "Another goal, said in the note" },
];

export const asks: Record<Ask, { label: string; title: string; text: string; confirm: string }> = {
  REPLY: {
    label: "Record reply",
    title: "They have answered",
    text: "Their sequence ends: what has not been begun is not sent. By the campaign's rule their company is stopped too.",
    confirm: "Record reply",
  },
  GOAL: {
    label: "Record goal",
    title: "A goal is reached",
    text: "By the campaign's rule their sequence ends with it.",
    confirm: "Record goal",
  },
  PAUSE: {
    label: "Not now until…",
    title: "Not now",
    text: "Nothing is sent before that day. The rest of their sequence is planned from then on, and goes on by itself.",
    confirm: "Let them rest",
  },
  STOP: {
    label: "Stop",
    title: "Stop their sequence",
    text: "What has not been begun is not sent. This campaign only: who must never be mailed is suppressed.",
    confirm: "Stop sequence",
  },
};

const live: readonly Place["state"][] = ["PENDING", "ACTIVE", "WAITING", "PAUSED"];
export const isLive = (place: Place) => live.includes(place.state);

/** What may be recorded now: a reply and a goal always, the rest while something may still be sent. */
export const offered = (place: Place): readonly Ask[] =>
  isLive(place) ? ["REPLY", "GOAL", "PAUSE", "STOP"] : ["REPLY", "GOAL"];

const standings: Record<Place["state"], string> = {
  PENDING: "Not begun",
  ACTIVE: "Going on",
  WAITING: "Waits for the next step",
  PAUSED: "Not now",
  FINISHED: "Has had all steps",
  STOPPED: "Stopped",
  SKIPPED: "Left out",
};

/** Where a lead stands, in words. */
export function standing({ state, stopReason, skipReason, pausedUntil }: Place): string {
  if (state === "PAUSED" && pausedUntil) return `Not now, until ${spelledTime(pausedUntil)}`;
  const reason = state === "STOPPED" ? stopReason : state === "SKIPPED" ? skipReason : null;
  return reason ? `${standings[state]}: ${sentence(reason).toLowerCase()}` : standings[state];
}

/** One entry of the history, in words. */
export function told({ type, label, until }: Place["events"][number]): string {
  switch (type) {
    case "REPLIED":
      return "Replied";
    case "GOAL":
      return `Goal: ${sentence(label ?? "OTHER").toLowerCase()}`;
    case "STOPPED":
      return `Stopped: ${sentence(label ?? "MANUAL").toLowerCase()}`;
    case "PAUSED":
      return until ? `Not now, until ${spelledTime(until)}` : "Not now";
    case "RESUMED":
      return "Goes on";
  }
}

export const companyWords = (stopped: number): string | undefined =>
  stopped > 0 ? `${plural(stopped, "other lead")} of the company stopped.` : undefined;
