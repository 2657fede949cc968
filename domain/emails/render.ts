import type { Template } from "liquidjs";
import { asHtml } from "./mjml.js";
import { mergeScope, type MergeLead } from "./merge-fields.js";
import {
  htmlEngine,
  listingEngine,
  missingVariables,
  plainEngine,
  renderPart,
  RENDER_BUDGET_MS,
} from "./template-engine.js";
import { textOfHtml, textTemplateOf, tidyText } from "./text-part.js";

/** The wording of a mail, in Liquid. Without `text` the text part is made from the HTML. */
export interface TemplateParts {
  readonly subject: string;
  readonly html: string;
  readonly text: string | null;
}

export interface CompiledTemplate {
  readonly subject: Template[];
  readonly html: Template[];
  /** Null: made from each mail's finished HTML. */
  readonly text: Template[] | null;
  /** The text template was made from the HTML, not written by somebody. */
  readonly isTextMade: boolean;
}

/** `missing`: the lead lacks variables that have no default. `failed`: the template itself is at fault. */
export type Rendering =
  | { readonly kind: "rendered"; readonly subject: string; readonly html: string; readonly text: string }
  | { readonly kind: "missing"; readonly variables: readonly string[] }
  | { readonly kind: "failed"; readonly message: string };

/**
 * A wording as somebody wrote it; of MJML the HTML that it was converted to just before (see conversions).
 * @throws Error of liquidjs for a syntax error, an unknown tag or filter, or a part that is too long; MjmlError
 */
export const compileTemplate = (given: TemplateParts): CompiledTemplate => compileFrozen(asHtml(given));

/** A wording of a version, which is HTML: it is mailed as it was frozen. @throws Error of liquidjs */
export function compileFrozen(parts: TemplateParts): CompiledTemplate {
  const subject = plainEngine.parse(parts.subject);
  const html = htmlEngine.parse(parts.html);
  return { subject, html, text: compileText(parts), isTextMade: parts.text === null };
}

function compileText(parts: TemplateParts): Template[] | null {
  if (parts.text !== null) return plainEngine.parse(parts.text);
  const made = textTemplateOf(parts.html);
  if (made === null) return null;
  try {
    return plainEngine.parse(made);
  } catch {
    // A tag was torn by the conversion.
    return null;
  }
}

/** Renders a mail for a lead in one pass: values are printed, never evaluated. Does not throw. */
export function render(compiled: CompiledTemplate, lead: MergeLead): Rendering {
  const scope = mergeScope(lead);
  const end = performance.now() + RENDER_BUDGET_MS;
  try {
    const html = renderPart(htmlEngine, compiled.html, scope, end);
    return {
      kind: "rendered",
      subject: oneLine(renderPart(plainEngine, compiled.subject, scope, end)),
      html,
      text: renderText(compiled, scope, html, end),
    };
  } catch (error) {
    const first = missingVariables(error);
    if (first.length > 0) return nameAllMissing(compiled, scope, end, first);
    return { kind: "failed", message: sentence(error) };
  }
}

function renderText(compiled: CompiledTemplate, scope: object, html: string, end: number): string {
  if (compiled.text === null) return textOfHtml(html);
  const text = renderPart(plainEngine, compiled.text, scope, end);
  return compiled.isTextMade ? tidyText(text) : text;
}

function nameAllMissing(
  compiled: CompiledTemplate,
  scope: object,
  end: number,
  first: readonly string[],
): Rendering {
  const variables = new Set<string>();
  for (const part of [compiled.subject, compiled.html, compiled.text ?? []]) {
    try {
      renderPart(listingEngine, part, scope, end);
    } catch (error) {
      // Also when the budget ends on the way: some of the names are better than none.
      for (const name of missingVariables(error)) variables.add(name);
    }
  }
  return { kind: "missing", variables: variables.size > 0 ? [...variables] : first };
}

/** A line break in a subject would start another header. */
function oneLine(subject: string): string {
  return subject.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

function sentence(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n")[0]!.slice(0, 300);
}
