import {
  compileTemplate,
  render,
  type MergeLead,
  type Rendering,
  type TemplateParts,
} from "../../domain/emails/index.js";

export const LEAD: MergeLead = {
  email: "ada@example.org",
  firstName: "Ada",
  lastName: "Lovelace",
  company: "Analytical & Sons",
  title: null,
  timezone: "Europe/London",
  customFields: { plan: "gold", seats: 3, "favourite colour": "blue", first_name: "Mallory", note: "" },
};

export const parts = (wording: Partial<TemplateParts>): TemplateParts => ({
  subject: "Hello",
  html: "<p>Hello</p>",
  text: "Hello",
  ...wording,
});
export const renderAll = (wording: Partial<TemplateParts>, lead: Partial<MergeLead> = {}) =>
  render(compileTemplate(parts(wording)), { ...LEAD, ...lead });
/** What the HTML part prints; the whole rendering when it does not. */
export const html = (source: string, lead: Partial<MergeLead> = {}): string | Rendering => {
  const rendering = renderAll({ html: source }, lead);
  return rendering.kind === "rendered" ? rendering.html : rendering;
};
