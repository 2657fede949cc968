import type { Tone } from "../../ui/Tag";
import type { Rule } from "../alerts.gql";
import { figure, span } from "../health.model";

/** What the words for a signal are taken from. */
export type Labels = readonly { name: string; label: string; unit: string }[];

export const labelOf = (labels: Labels, signal: string) =>
  labels.find(({ name }) => name === signal)?.label ?? signal;
export const unitOf = (labels: Labels, signal: string) =>
  labels.find(({ name }) => name === signal)?.unit ?? "";

/** "Disk over 90% for 5 min". */
export function condition(
  rule: Pick<Rule, "signal" | "threshold" | "unit" | "forSeconds">,
  labels: Labels,
): string {
  const over = `${labelOf(labels, rule.signal)} over ${figure(rule.threshold, rule.unit)}`;
  return rule.forSeconds ? `${over} for ${span(rule.forSeconds)}` : over;
}

export const isMuted = (rule: Pick<Rule, "mutedUntil">, nowMs: number) =>
  rule.mutedUntil !== null && Date.parse(rule.mutedUntil) > nowMs;

/** A rule's state in a word. */
export function standing(rule: Pick<Rule, "isEnabled" | "state">): { word: string; tone: Tone } {
  if (!rule.isEnabled) return { word: "Off", tone: "plain" };
  if (rule.state === "FIRING") return { word: "Firing", tone: "bad" };
  if (rule.state === "PENDING") return { word: "Pending", tone: "warn" };
  return { word: "Quiet", tone: "ok" };
}

const waits = [0, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 14_400, 86_400];

/** For how long it must last; with the one that is set now, if it is none of the usual. */
export const waitChoices = (now: number | undefined) =>
  [...new Set([...waits, ...(now === undefined ? [] : [now])])]
    .toSorted((one, other) => one - other)
    .map((seconds) => ({ value: String(seconds), label: seconds ? span(seconds) : "At once" }));

export const muteChoices = [
  { hours: 1, label: "1 hour" },
  { hours: 8, label: "8 hours" },
  { hours: 24, label: "1 day" },
  { hours: 168, label: "1 week" },
] as const;
