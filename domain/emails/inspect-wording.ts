import { htmlOf, isMjml } from "./mjml.js";
import { checkTemplate } from "./check-template.js";
import { faultsOfTag } from "./inspect-links.js";
import { claimsReply, leftoversIn } from "./leftovers.js";
import type { TemplateParts } from "./render.js";
import { excerptOf, placeOf, readHtml, withoutLiquid, type ReadHtml } from "./wording-text.js";

/** BLOCKING keeps a campaign from being launched. */
export const SEVERITIES = ["BLOCKING", "WARNING", "INFO"] as const;
export type Severity = (typeof SEVERITIES)[number];
export const MAIL_PARTS = ["SUBJECT", "HTML", "TEXT"] as const;
export type MailPart = (typeof MAIL_PARTS)[number];

/** Something about a wording that its author should know; the message says what to do. */
export interface WordingFinding {
  readonly rule: string;
  readonly severity: Severity;
  readonly part: MailPart;
  /** From 1; null where it is about the whole part. */
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
  readonly excerpt: string | null;
}

/** Of one rule in one part; who has mended these sees the next ones. */
const MOST_OF_A_RULE = 5;

/**
 * What can be said of a wording without any lead. A template that does not parse has only its faults.
 * @param isFirst it is the first mail that a lead gets: it goes on with nothing
 */
export function inspectWording(parts: TemplateParts, isFirst: boolean): WordingFinding[] {
  const faults = faultsOf(parts);
  if (faults.length > 0) return faults;
  const source = htmlOf(parts.html);
  const html = readHtml(source);
  const ofHtml = [...ofLeftovers("HTML", source, html.shown), ...ofTags(source, html)];
  return [
    ...ofSubject(parts.subject, isFirst),
    ...ofLeftovers("SUBJECT", parts.subject, withoutLiquid(parts.subject)),
    ...(parts.text === null ? [] : ofLeftovers("TEXT", parts.text, withoutLiquid(parts.text))),
    // Of MJML the lines are not those that somebody has written.
    ...(isMjml(parts.html) ? ofHtml.map((finding) => ({ ...finding, line: null, column: null })) : ofHtml),
    ...ofTextPart(parts),
  ];
}

const PART_OF: Readonly<Record<string, MailPart>> = { subject: "SUBJECT", html: "HTML", text: "TEXT" };
const whole = { line: null, column: null, excerpt: null };
const placed = (source: string, offset: number) => ({
  ...placeOf(source, offset),
  excerpt: excerptOf(source, offset),
});

function faultsOf(parts: TemplateParts): WordingFinding[] {
  return checkTemplate(parts).map(({ path, message, value }) => {
    const [, line, rest] = /^Line (\d+): (.*)$/s.exec(message) ?? [];
    return {
      rule: "template",
      severity: "BLOCKING",
      part: PART_OF[path.at(-1)!] ?? "HTML",
      line: line === undefined ? null : Number(line),
      column: null,
      message: `The template cannot be rendered: ${rest ?? message}`,
      excerpt: value ?? null,
    };
  });
}

function ofSubject(subject: string, isFirst: boolean): WordingFinding[] {
  if (!isFirst || !claimsReply(withoutLiquid(subject))) return [];
  return [
    {
      rule: "fake_reply",
      severity: "BLOCKING",
      part: "SUBJECT",
      ...placed(subject, 0),
      message:
        "The first mail goes on with no conversation, so its subject must not begin like a reply or a forward: take the beginning away.",
    },
  ];
}

function ofLeftovers(part: MailPart, source: string, shown: string): WordingFinding[] {
  return leftoversIn(shown)
    .slice(0, MOST_OF_A_RULE)
    .map(({ offset, text }) => ({
      rule: "placeholder",
      severity: "BLOCKING",
      part,
      ...placed(source, offset),
      message: `“${text}” looks like a placeholder that was not filled in: write what belongs there, or delete it.`,
    }));
}

function ofTags(source: string, { tags }: ReadHtml): WordingFinding[] {
  const counts = new Map<string, number>();
  return tags.flatMap(faultsOfTag).flatMap(({ rule, severity, offset, message }) => {
    const count = (counts.get(rule) ?? 0) + 1;
    counts.set(rule, count);
    if (count > MOST_OF_A_RULE) return [];
    return [{ rule, severity, part: "HTML" as const, ...placed(source, offset), message }];
  });
}

function ofTextPart({ text }: TemplateParts): WordingFinding[] {
  if (text !== null) return [];
  const message = "There is no plain text: it is made from the HTML.";
  return [{ rule: "text_made", severity: "INFO", part: "TEXT", ...whole, message }];
}
