import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { EventTarget } from "../events.js";
import type { Campaign } from "./campaign.entity.js";
import type { Step } from "./step.entity.js";
import { DEFAULT_STOP_RULES } from "./stop-rules.js";

/** A campaign as what an entry of the audit log is about. */
export const campaignTarget = ({ id, name }: Pick<Campaign, "id" | "name">): EventTarget => ({
  type: "campaign",
  id,
  label: name,
});

type Draft = Pick<
  Campaign,
  | "name"
  | "fromName"
  | "fromEmail"
  | "replyTo"
  | "postalAddress"
  | "trackOpens"
  | "trackClicks"
  | "audience"
  | "schedule"
  | "stopRules"
> & { readonly senderIds?: readonly string[]; readonly teamId?: string | null };
type Content = Pick<Step, "subject" | "delayMinutes" | "delayBusinessDays" | "html" | "text" | "variants">;

/** What somebody has decided about a campaign, as it is on record when it is made or deleted. */
export function campaignFacts(draft: Draft, steps: readonly Content[]): object {
  const {
    name,
    fromName,
    fromEmail,
    replyTo,
    postalAddress,
    trackOpens,
    trackClicks,
    audience,
    schedule,
    teamId,
    senderIds = [],
    stopRules,
  } = draft;
  const own = {
    name,
    fromName,
    fromEmail,
    replyTo,
    postalAddress,
    trackOpens,
    trackClicks,
    audience,
    schedule,
    teamId,
    // Where they are not as for any campaign.
    ...(isDeepStrictEqual(stopRules, DEFAULT_STOP_RULES) ? {} : { stopRules }),
  };
  return { ...own, ...(senderIds.length > 0 && { senderIds }), steps: stepFacts(steps) };
}

/** Steps as they are on record: of their content a digest, which tells two wordings apart. */
export function stepFacts(steps: readonly Content[]): object[] {
  return steps.map(({ subject, delayMinutes, delayBusinessDays, html, text, variants }) => {
    const wordings = variants.map((variant) => [variant.subject, variant.html, variant.text, variant.weight]);
    const content = JSON.stringify([html, text ?? null, wordings]);
    const delay = delayBusinessDays > 0 ? { delayMinutes, delayBusinessDays } : { delayMinutes };
    return { subject, ...delay, contentSha256: createHash("sha256").update(content).digest("hex") };
  });
}
