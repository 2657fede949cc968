import { Arg, Ctx, ID, Query, Resolver } from "type-graphql";
import { senderOfLead } from "#domain/campaigns/index.js";
import type { TemplateParts } from "#domain/emails/index.js";
import { findAnyLead, findLeads, type LeadView } from "#domain/leads/index.js";
import { can } from "#domain/access/actor.js";
import type { Operation } from "#domain/operation.js";
import { found, idArgument } from "../arguments.js";
import type { SchemaContext } from "../context.js";
import { shownTo } from "../masking.js";
import { senderOf } from "../senders/sender.type.js";
import { previewOf } from "./preview.js";
import { TemplatePreview } from "./preview.type.js";

@Resolver()
export class PreviewResolver {
  @Query(() => TemplatePreview, {
    description: "A template rendered for a lead; the newest one when none is named.",
  })
  async previewTemplate(
    @Arg("subject", () => String) subject: string,
    @Arg("html", () => String) html: string,
    @Ctx() { op }: SchemaContext,
    @Arg("text", () => String, { nullable: true }) text?: string | null,
    @Arg("leadId", () => ID, { nullable: true }) leadId?: string | null,
    @Arg("postalAddress", () => String, {
      nullable: true,
      description: "Of the campaign; with senders it is the sender's.",
    })
    postalAddress?: string | null,
    @Arg("senderIds", () => [ID], {
      nullable: true,
      description: "Among whom the campaign's leads are dealt out, in their order.",
    })
    senderIds?: string[] | null,
  ): Promise<TemplatePreview> {
    const parts: TemplateParts = { subject, html, text: text?.trim() ? text : null };
    const lead = await leadFor(op, leadId);
    const ids = (senderIds ?? []).map((id) => idArgument(id, "sender"));
    const isTold = lead !== null || ids.length === 1;
    const sender = isTold ? await senderOfLead(op, op.tenantId, ids, lead?.id ?? "") : null;
    const ofCampaign = ids.length === 0 ? postalAddress?.trim() || null : null;
    const preview = await previewOf(op, parts, lead, sender ? sender.postalAddress : ofCampaign);
    return { ...preview, sender: sender && senderOf(sender) };
  }
}

/** Reading a lead needs its own permission, also on this way. */
async function leadFor(op: Operation, leadId: string | null | undefined): Promise<LeadView | null> {
  if (!can(op.actor, "lead:read")) return null;
  const lead = leadId
    ? found((await findLeads(op, op.scope, [idArgument(leadId, "lead")]))[0], "lead")
    : await findAnyLead(op, op.scope);
  // Also what is rendered must not show a masked address.
  return lead && shownTo(op, lead);
}
