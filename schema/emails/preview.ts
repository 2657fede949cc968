import {
  checkTemplate,
  compileTemplate,
  conversions,
  render,
  templateVariables,
  withFooter,
  type MergeLead,
  type TemplateParts,
} from "#domain/emails/index.js";
import type { LeadView } from "#domain/leads/index.js";
import type { Operation } from "#domain/operation.js";
import { leadOf } from "../leads/lead.type.js";
import type { TemplatePreview } from "./preview.type.js";

/** For whom a template is shown while there is no lead at all. */
const NOBODY: MergeLead = {
  email: "ana@example.com",
  firstName: "Ana",
  lastName: "Example",
  company: "Example Ltd",
  title: null,
  timezone: null,
  customFields: {},
};

/** A wording rendered for a lead, or why it cannot be. @param lead as the caller may see them */
export async function previewOf(
  op: Operation,
  parts: TemplateParts,
  lead: LeadView | null,
  postalAddress: string | null,
): Promise<TemplatePreview> {
  const nothing = {
    subject: "",
    html: "",
    text: "",
    variables: [],
    missing: [],
    problems: [],
    lead: lead && leadOf(op, lead),
    sender: null,
  };
  await conversions()(parts.html);
  const problems = checkTemplate(parts);
  if (problems.length > 0) return { ...nothing, problems };
  const variables = templateVariables(parts);
  const rendering = render(compileTemplate(parts), lead ?? NOBODY);
  if (rendering.kind === "rendered")
    return { ...nothing, ...withFooter(rendering, { postalAddress }), variables };
  if (rendering.kind === "missing") return { ...nothing, variables, missing: rendering.variables };
  const problem = { path: ["html"], rule: "render", message: rendering.message, value: null };
  return { ...nothing, variables, problems: [problem] };
}
