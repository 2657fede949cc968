import { Arg, Ctx, ID, Query, Resolver } from "type-graphql";
import {
  checkTemplate,
  compileTemplate,
  render,
  templateVariables,
  withPostalAddress,
  type TemplateParts,
} from "#domain/emails/index.js";
import { findAnyLead, findLeads, type LeadView } from "#domain/leads/index.js";
import { can } from "#domain/access/actor.js";
import type { Operation } from "#domain/operation.js";
import { found, idArgument } from "../arguments.js";
import type { SchemaContext } from "../context.js";
import { shownTo } from "../masking.js";
import { leadOf } from "../leads/lead.type.js";
import { TemplatePreview } from "./preview.type.js";

/** For whom a template is shown while there is no lead at all. */
const NOBODY = {
  email: "ana@example.com",
  firstName: "Ana",
  lastName: "Example",
  company: "Example Ltd",
  title: null,
  timezone: null,
  customFields: {},
};

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
    @Arg("postalAddress", () => String, { nullable: true }) postalAddress?: string | null,
  ): Promise<TemplatePreview> {
    const parts: TemplateParts = { subject, html, text: text?.trim() ? text : null };
    const lead = await leadFor(op, leadId);
    const nothing = {
      subject: "",
      html: "",
      text: "",
      variables: [],
      missing: [],
      problems: [],
      lead: lead && leadOf(op, lead),
    };
    const problems = checkTemplate(parts);
    if (problems.length > 0) return { ...nothing, problems };
    const variables = templateVariables(parts);
    const rendering = render(compileTemplate(parts), lead ?? NOBODY);
    if (rendering.kind === "rendered")
      return { ...nothing, ...withPostalAddress(rendering, postalAddress?.trim() || null), variables };
    if (rendering.kind === "missing") return { ...nothing, variables, missing: rendering.variables };
    const problem = { path: ["html"], rule: "render", message: rendering.message, value: null };
    return { ...nothing, variables, problems: [problem] };
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
