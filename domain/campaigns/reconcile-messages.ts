import * as v from "valibot";
import { command } from "../command.js";
import { resolvableAmong, type Resolution, type UncertainMessage } from "../emails/index.js";
import { IdSchema } from "../ids.js";
import { campaignTarget } from "./campaign-facts.js";
import { Campaign } from "./campaign.entity.js";
import { resolveUncertain } from "./resolve-uncertain.js";

const Finding = v.object({
  messageId: IdSchema,
  isAccepted: v.boolean(),
  evidence: v.string(),
  reply: v.nullable(v.string()),
});
type Finding = v.InferOutput<typeof Finding>;

/**
 * Settles what a source of evidence knows of one campaign's mail: what was accepted counts as sent, what certainly was not
 * is sent again, or given up where its lead has stopped meanwhile. What somebody else has settled is left alone.
 * Writes and emits as resolveMessage does, one entry an outcome. Answers how many it has settled.
 */
export const reconcileMessages = command({
  name: "reconcileMessages",
  permission: "internal",
  input: v.object({ campaignId: IdSchema, source: v.string(), findings: v.array(Finding) }),
  async run(op, { campaignId, source, findings }): Promise<{ settled: number }> {
    const campaign = await op.lock(Campaign, "campaign", campaignId);
    const byId = new Map(findings.map((finding) => [finding.messageId, finding]));
    const messages = await resolvableAmong(op, op.tenantId, [...byId.keys()]);
    const groups = new Map<Resolution, UncertainMessage[]>();
    for (const message of messages) {
      const outcome = outcomeOf(message, byId.get(message.id)!);
      if (outcome) groups.set(outcome, [...(groups.get(outcome) ?? []), message]);
    }
    let settled = 0;
    for (const [outcome, group] of groups) {
      const own = group.map(({ id }) => byId.get(id)!);
      const evidence = {
        source,
        actorId: null,
        texts: own.map((finding) => finding.evidence),
        replies: own.map(({ reply }) => reply),
      };
      const { ids, changes } = await resolveUncertain(op, campaign, outcome, group, evidence);
      settled += ids.length;
      if (ids.length > 0)
        await op.emit("campaign.mail_resolved", {
          targets: [campaignTarget(campaign)],
          changes: [...changes, { field: "evidence", before: null, after: `The ${source}` }],
        });
    }
    return { settled };
  },
});

function outcomeOf({ obstacle }: UncertainMessage, { isAccepted }: Finding): Resolution | null {
  if (obstacle === "AWAITED") return null;
  if (isAccepted) return "ACCEPTED";
  return obstacle === null ? "SEND_AGAIN" : "GIVE_UP";
}
