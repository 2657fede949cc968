import { isDeepStrictEqual } from "node:util";
import type { Campaign } from "./campaign.entity.js";
import type { MatchedSteps } from "./match-steps.js";

const FIELDS: Partial<Record<keyof Campaign, string>> = {
  name: "Name",
  fromName: "Sender's name",
  fromEmail: "Sender's address",
  replyTo: "Reply address",
  postalAddress: "Postal address",
  schedule: "Schedule",
  stopRules: "Stop rules",
};
const PARTS = [
  ["subject", "subject"],
  ["html", "HTML"],
  ["text", "text part"],
  ["variants", "variants"],
  ["delayMinutes", "delay"],
  ["delayBusinessDays", "delay"],
] as const;

/** What an edit changes, a line each; none: nothing. */
export function versionChanges(
  before: Campaign,
  fields: Partial<Campaign>,
  matched: MatchedSteps | null,
): string[] {
  const lines = (Object.keys(fields) as (keyof Campaign)[])
    .filter((field) => !isDeepStrictEqual(before[field] ?? null, fields[field] ?? null))
    .map((field) => FIELDS[field] ?? String(field));
  matched?.dropped.forEach((step) => lines.push(`Step ${step.position} dropped`));
  matched?.steps.forEach(({ input, was }, at) => {
    if (!was) return void lines.push(`Step ${at + 1} added`);
    const parts = PARTS.filter(([field]) => !isDeepStrictEqual(was[field] ?? null, input[field] ?? null));
    const names = [...new Set(parts.map(([, name]) => name))];
    if (names.length > 0) lines.push(`Step ${at + 1}: ${names.join(", ")}`);
  });
  return lines;
}

/** Whether what is planned has to be planned anew: when mail may leave, or which step follows when. */
export function changesTimes(
  before: Campaign,
  fields: Partial<Campaign>,
  matched: MatchedSteps | null,
): boolean {
  if ("schedule" in fields && !isDeepStrictEqual(before.schedule ?? null, fields.schedule ?? null))
    return true;
  if (!matched) return false;
  return (
    matched.dropped.length > 0 ||
    matched.steps.some(
      ({ input, was }) =>
        !was || was.delayMinutes !== input.delayMinutes || was.delayBusinessDays !== input.delayBusinessDays,
    )
  );
}
