import type { Piece } from "./mjml-liquid.js";
import { LIQUID } from "./wording-text.js";

/** Elements whose content stays as it is written; between all others MJML drops every text. */
const KEEPING = new Set([
  "mj-accordion-text",
  "mj-accordion-title",
  "mj-button",
  "mj-html-attribute",
  "mj-navbar-link",
  "mj-preview",
  "mj-raw",
  "mj-social-element",
  "mj-style",
  "mj-table",
  "mj-text",
  "mj-title",
]);
// Bounded, so that quotes that are never closed cost no more than their place.
const MARKUP =
  /<!--[\s\S]*?(?:-->|$)|<(\/?)([a-z][\w-]*)((?:"[^"]{0,5000}"|'[^']{0,5000}'|[^"'>]){0,2000})>|<[!?][^>]*>/gi;
const BLANK = /^(?:\s|&nbsp;|&#160;|&#xa0;)*$/i;

/** The first text of an MJML source that would be gone without a word; its Liquid is looked at elsewhere. Null: there is none. */
export function lostText(source: string): Piece | null {
  const text = source.replaceAll(LIQUID, (piece) => piece.replaceAll(/[^\n]/g, " "));
  for (let at = 0; ;) {
    MARKUP.lastIndex = at;
    const markup = MARKUP.exec(text);
    const between = text.slice(at, markup?.index);
    if (!BLANK.test(between)) {
      const offset = at + between.search(/\S/);
      return { text: source.slice(offset, at + between.length).trim(), offset };
    }
    if (!markup) return null;
    at = markup.index + markup[0].length;
    const [, slash, name = "", attributes = ""] = markup;
    if (slash || attributes.endsWith("/") || !KEEPING.has(name.toLowerCase())) continue;
    const end = text.toLowerCase().indexOf(`</${name.toLowerCase()}`, at);
    if (end < 0) return null;
    at = end;
  }
}
