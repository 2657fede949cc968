import type { Scope } from "../access/scope.js";
import {
  checkTemplate,
  compileTemplate,
  conversions,
  render,
  withFooter,
  type RenderedMail,
} from "../emails/index.js";
import { invalid, NotFoundError } from "../errors.js";
import type { Id } from "../ids.js";
import { findLeads, type LeadView } from "../leads/index.js";
import type { Reader } from "../operation.js";
import { senderOfLead } from "./campaign-senders.js";
import { findCampaign, stepsOfCampaigns, type CampaignView } from "./campaigns.queries.js";
import { wordingOf, type WantedWording } from "./wording-of.js";

export interface WantedTest extends WantedWording {
  readonly campaignId: Id;
  readonly leadId: Id;
}

export interface TestMail {
  readonly campaign: CampaignView;
  readonly lead: LeadView;
  /** Marked as a test. */
  readonly mail: RenderedMail;
  readonly variant: number;
}

/**
 * A mail of a campaign as it is now, with a lead's data.
 * @param unsubscribeUrl of the page that says that it is a test
 * @throws NotFoundError for a campaign or a lead beyond the scope; InvalidInputError when there is no such step, or the
 * lead would not get the mail.
 */
export async function composeTest(
  reader: Reader,
  scope: Scope,
  wanted: WantedTest,
  unsubscribeUrl?: string,
): Promise<TestMail> {
  const draft = await findCampaign(reader, scope, wanted.campaignId);
  if (!draft) throw new NotFoundError("campaign");
  const [lead] = await findLeads(reader, scope, [wanted.leadId]);
  if (!lead) throw new NotFoundError("lead");
  const campaign = await fromOwnSender(reader, scope, draft, lead.id);
  const steps = await stepsOfCampaigns(reader, scope.tenantId, [campaign.id]);
  const { parts, variant } = wordingOf(steps, wanted, lead.id);
  await conversions()(parts.html);
  const [fault] = checkTemplate(parts);
  if (fault) throw invalid(["step"], "template", `The mail cannot be rendered: ${fault.message}`);
  const rendering = render(compileTemplate(parts), { ...lead, unsubscribeUrl });
  if (rendering.kind === "missing")
    throw invalid(
      ["leadId"],
      "missing_variable",
      `The lead lacks ${rendering.variables.join(", ")}, so it would be skipped: choose another lead, or give the template defaults.`,
      rendering.variables.join(", "),
    );
  if (rendering.kind === "failed")
    throw invalid(["step"], "template", `The mail cannot be rendered: ${rendering.message}.`);
  const { subject, html, text } = withFooter(rendering, {
    postalAddress: campaign.postalAddress,
    unsubscribeUrl,
  });
  return { campaign, lead, variant, mail: { subject: `[Test] ${subject}`, html, text } };
}

/** Of a campaign with senders a test is from the one that is the lead's. */
async function fromOwnSender(
  reader: Reader,
  { tenantId }: Scope,
  campaign: CampaignView,
  leadId: Id,
): Promise<CampaignView> {
  const sender = await senderOfLead(reader, tenantId, campaign.senderIds, leadId);
  if (!sender) return campaign;
  const { name: fromName, address: fromEmail, replyTo, postalAddress } = sender;
  return { ...campaign, fromName, fromEmail, replyTo, postalAddress };
}
