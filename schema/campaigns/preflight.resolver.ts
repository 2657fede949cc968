import { Arg, Ctx, ID, Int, Query, Resolver } from "type-graphql";
import {
  findCampaign,
  preflight,
  senderOfLead,
  stepsOfCampaigns,
  wordingOf,
} from "#domain/campaigns/index.js";
import { findLeads } from "#domain/leads/index.js";
import { found, idArgument } from "../arguments.js";
import type { SchemaContext } from "../context.js";
import { previewOf } from "../emails/preview.js";
import { TemplatePreview } from "../emails/preview.type.js";
import { shownTo } from "../masking.js";
import { senderOf } from "../senders/sender.type.js";
import { CampaignPreflight } from "./preflight.type.js";

@Resolver()
export class PreflightResolver {
  @Query(() => CampaignPreflight, {
    description: "What a launch would be refused for, and what should be thought of before it.",
  })
  async campaignPreflight(
    @Arg("id", () => ID) id: string,
    @Ctx() { op }: SchemaContext,
  ): Promise<CampaignPreflight> {
    const campaign = found(await findCampaign(op, op.scope, idArgument(id, "campaign")), "campaign");
    const steps = await stepsOfCampaigns(op, op.tenantId, [campaign.id]);
    return preflight(op, op.tenantId, campaign, steps);
  }

  @Query(() => TemplatePreview, {
    description:
      "A mail of a campaign as this lead would get it. Without `variant` the wording that falls to the lead; 0 is the step's own.",
  })
  async campaignPreview(
    @Arg("id", () => ID) id: string,
    @Arg("leadId", () => ID) leadId: string,
    @Ctx() { op }: SchemaContext,
    @Arg("step", () => Int, { nullable: true, defaultValue: 1 }) step?: number | null,
    @Arg("variant", () => Int, { nullable: true }) variant?: number | null,
  ): Promise<TemplatePreview> {
    const campaign = found(await findCampaign(op, op.scope, idArgument(id, "campaign")), "campaign");
    // Reading a lead needs its own permission, also on this way.
    await op.authorise("lead:read", "Query.campaignPreview");
    const lead = found((await findLeads(op, op.scope, [idArgument(leadId, "lead")]))[0], "lead");
    const steps = await stepsOfCampaigns(op, op.tenantId, [campaign.id]);
    const { parts } = wordingOf(steps, { step: step ?? 1, variant: variant ?? null }, lead.id);
    const sender = await senderOfLead(op, op.tenantId, campaign.senderIds, lead.id);
    const { postalAddress } = sender ?? campaign;
    const preview = await previewOf(op, parts, shownTo(op, lead), postalAddress);
    return { ...preview, sender: sender && senderOf(sender) };
  }
}
