import * as v from "valibot";
import { selfOf } from "../access/actor.js";
import { command } from "../command.js";
import { countUncertain, resolvableOf, type UncertainCount } from "../emails/index.js";
import { attempted } from "../events.js";
import { IdSchema, type Id } from "../ids.js";
import { campaignTarget } from "./campaign-facts.js";
import { Campaign } from "./campaign.entity.js";
import { EvidenceText, ResolutionSchema } from "./resolve-message.js";
import { resolveUncertain } from "./resolve-uncertain.js";

export interface ResolvedMessages extends UncertainCount {
  readonly campaignId: Id;
  /** By this call, at most 1,000. */
  readonly resolved: number;
}

/**
 * The same for what is uncertain of a campaign, at most 1,000 messages a call, and one entry on record for all of them.
 * What cannot be resolved so is held back and stays uncertain. Writes and emits as resolveMessage does, nothing where
 * there is nothing to resolve.
 */
export const resolveMessages = command({
  name: "resolveMessages",
  permission: "campaign:launch",
  input: v.object({ campaignId: IdSchema, outcome: ResolutionSchema, evidence: EvidenceText }),
  audits: attempted("campaign.mail_resolved", "campaign", "campaignId"),
  async run(op, { campaignId, outcome, evidence }): Promise<ResolvedMessages> {
    const campaign = await op.lock(Campaign, "campaign", campaignId);
    const messages = await resolvableOf(op, op.tenantId, campaignId, outcome);
    const said = { source: "person", actorId: selfOf(op), texts: [evidence] };
    const { ids, changes } = await resolveUncertain(op, campaign, outcome, messages, said);
    if (ids.length > 0)
      await op.emit("campaign.mail_resolved", {
        targets: [campaignTarget(campaign)],
        changes: [...changes, { field: "evidence", before: null, after: evidence, personal: true }],
      });
    const count = await countUncertain(op, op.tenantId, campaignId, outcome);
    return { campaignId, resolved: ids.length, ...count };
  },
});
