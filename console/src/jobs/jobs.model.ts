import type { Introspected } from "../api/graphql";
import type { Tone } from "../ui/Tag";
import type { JobState } from "./jobs.gql";

/** The three, in the order in which they are shown everywhere. */
export const queueNames = ["emails", "campaigns", "analytics"] as const;
export type QueueName = (typeof queueNames)[number];

export const queueLabels: Record<string, string> = {
  emails: "Emails",
  campaigns: "Campaigns",
  analytics: "Analytics",
};

export const jobStates = [
  "ACTIVE",
  "WAITING",
  "DELAYED",
  "FAILED",
  "SUCCEEDED",
  "CANCELLED",
  "DISCARDED",
] as const satisfies readonly JobState[];

export const stateLabels: Record<JobState, string> = {
  ACTIVE: "Active",
  WAITING: "Waiting",
  DELAYED: "Delayed",
  FAILED: "Failed",
  SUCCEEDED: "Done",
  CANCELLED: "Cancelled",
  DISCARDED: "Discarded",
};

export const stateTones: Record<JobState, Tone> = {
  ACTIVE: "accent",
  WAITING: "plain",
  DELAYED: "warn",
  FAILED: "bad",
  SUCCEEDED: "ok",
  CANCELLED: "plain",
  DISCARDED: "plain",
};

type AttemptOutcome = Introspected<"JobAttemptOutcome">;

interface OutcomeWords {
  label: string;
  tone: Tone;
  /** Done by a person, not by a run. */
  byHand?: boolean;
}

export const outcomes: Record<AttemptOutcome, OutcomeWords> = {
  SUCCEEDED: { label: "Done", tone: "ok" },
  FAILED: { label: "Failed for good", tone: "bad" },
  RETRIED: { label: "Failed, tried again later", tone: "warn" },
  CANCELLED: { label: "Cancelled", tone: "plain" },
  GIVEN_BACK: { label: "Given back by its worker", tone: "plain" },
  SNOOZED: { label: "Put off", tone: "plain" },
  PARKED: { label: "Left for a newer worker", tone: "plain" },
  CRASHED: { label: "Its worker ended or fell silent", tone: "bad" },
  RETRIED_BY_HAND: { label: "Retried", tone: "accent", byHand: true },
  DISCARDED_BY_HAND: { label: "Discarded", tone: "plain", byHand: true },
  RESTORED_BY_HAND: { label: "Restored", tone: "accent", byHand: true },
  PROMOTED_BY_HAND: { label: "Run ahead of its time", tone: "accent", byHand: true },
};

/** 340 ms, 4.2 s, 3 min 20 s, 2 h 5 min, 3 d 4 h: two units at most. */
export function span(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = ms / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const units = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor((whole % 86_400) / 3_600), "h"],
    [Math.floor((whole % 3_600) / 60), "min"],
    [whole % 60, "s"],
  ] as const;
  const from = units.findIndex(([value]) => value > 0);
  return units
    .slice(from, from + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(" ");
}

/** The same of seconds, without a fraction: for what is counted while somebody watches. */
export const wholeSpan = (seconds: number) =>
  seconds < 10 ? `${Math.max(0, Math.floor(seconds))} s` : span(Math.floor(seconds) * 1_000);

/** A figure that may not be known. */
export const spanOrDash = (ms: number | null) => (ms === null ? "–" : span(ms));

interface Progress {
  /** 0 to 1; undefined where a job does not know how much there is. */
  share?: number;
  text: string;
}

const isCount = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** How far a job is: `done` of `total` as a share, whatever else it says as words. Undefined: it says nothing. */
export function progressOf(progress: Record<string, unknown> | null): Progress | undefined {
  if (!progress) return undefined;
  const { done, total } = progress;
  if (isCount(done) && isCount(total) && total > 0) {
    const share = Math.min(1, Math.max(0, done / total));
    return { share, text: `${done.toLocaleString("en")} of ${total.toLocaleString("en")}` };
  }
  const words = Object.entries(progress)
    .filter(([, value]) => isCount(value) || typeof value === "string")
    .slice(0, 3)
    .map(([key, value]) => `${isCount(value) ? value.toLocaleString("en") : String(value)} ${wordsOf(key)}`);
  return words.length ? { text: words.join(", ") } : undefined;
}

/** webhooksSent becomes "webhooks sent". */
const wordsOf = (key: string) => key.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();

/** The first line of an error; the rest is for the job's own page. */
export const firstLine = (text: string) => text.split("\n", 1)[0] ?? "";

/** The part of an id that tells neighbours apart. */
export const shortId = (id: string) => id.slice(-8);
