import {
  render,
  textOfHtml,
  withFooter,
  type CompiledTemplate,
  type MailPart,
  type MergeLead,
  type RenderedMail,
  type Severity,
  type TemplateParts,
  type WordingFinding,
} from "../emails/index.js";

/** Gmail shows what is beyond only after a click. */
const CLIPPED_BEYOND = 102 * 1024;
/** Both parts together; many servers take such a mail for a mistake or an attack. */
const MOST_BYTES = 1_000_000;

const about = (
  rule: string,
  severity: Severity,
  part: MailPart,
  message: string,
  excerpt: string | null = null,
): WordingFinding => ({ rule, severity, part, line: null, column: null, message, excerpt });
const kilobytes = (bytes: number): string => `${Math.ceil(bytes / 1024).toLocaleString("en")} KB`;

/** What only shows when a wording is rendered for leads: that it fails, is empty, or is too long. */
export function inspectSamples(
  parts: TemplateParts,
  compiled: CompiledTemplate,
  people: readonly MergeLead[],
  postalAddress: string | null,
  mayGoOn: () => boolean,
): WordingFinding[] {
  const found = new Map<string, WordingFinding>();
  const add = (finding: WordingFinding) => {
    if (!found.has(finding.rule)) found.set(finding.rule, finding);
  };
  let mails: RenderedMail[] = [];
  for (const lead of people) {
    if (!mayGoOn()) {
      add(
        about(
          "not_tried",
          "WARNING",
          "HTML",
          "Rendering all mails takes so long that this one was not tried: preview it.",
        ),
      );
      break;
    }
    const first = render(compiled, lead);
    // It may have run out of its time because the machine was busy: what fails twice is the template's doing.
    const rendering = first.kind === "failed" && mayGoOn() ? render(compiled, lead) : first;
    if (rendering.kind === "failed")
      add(
        about(
          "template_fails",
          "BLOCKING",
          "HTML",
          `It cannot be rendered for a lead: ${rendering.message}.`,
        ),
      );
    if (rendering.kind === "rendered") mails = [...mails, withFooter(rendering, { postalAddress })];
    if (rendering.kind === "rendered") emptyParts(rendering).forEach(add);
  }
  ofSize(mails.length > 0 ? mails : [{ ...parts, text: parts.text ?? "" }]).forEach(add);
  return [...found.values()];
}

function emptyParts({ subject, html }: RenderedMail): WordingFinding[] {
  const findings: WordingFinding[] = [];
  if (subject === "")
    findings.push(
      about(
        "subject_empty",
        "BLOCKING",
        "SUBJECT",
        "The subject is empty for some leads: give it words for all.",
      ),
    );
  if (!/<img\b/i.test(html) && textOfHtml(html).trim() === "")
    findings.push(
      about("body_empty", "BLOCKING", "HTML", "The mail is empty for some leads: give it words for all."),
    );
  return findings;
}

function ofSize(mails: readonly RenderedMail[]): WordingFinding[] {
  const bytes = (text: string) => Buffer.byteLength(text);
  const html = Math.max(...mails.map((mail) => bytes(mail.html)));
  const all = Math.max(...mails.map((mail) => bytes(mail.html) + bytes(mail.text)));
  if (all > MOST_BYTES)
    return [
      about(
        "size",
        "BLOCKING",
        "HTML",
        `The mail has ${kilobytes(all)}; at most ${kilobytes(MOST_BYTES)} are sent: shorten it.`,
      ),
    ];
  if (html <= CLIPPED_BEYOND) return [];
  return [
    about(
      "size_clipped",
      "WARNING",
      "HTML",
      `The HTML has ${kilobytes(html)}; Gmail hides what is beyond ${kilobytes(CLIPPED_BEYOND)}: shorten it.`,
    ),
  ];
}
