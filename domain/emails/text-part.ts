import { compile } from "html-to-text";

const toText = compile({
  wordwrap: false,
  limits: { maxDepth: 100 },
  selectors: [
    ...["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({ selector, options: { uppercase: false } })),
    {
      selector: "a",
      options: { hideLinkHrefIfSameAsText: true, linkBrackets: ["<", ">"] as [string, string] },
    },
    { selector: "img", format: "skip" },
  ],
});

/** The readable text of a finished HTML part. */
export function textOfHtml(html: string): string {
  return tidyText(toText(html));
}

/** Without blanks at the ends of lines and without more than one empty line in a row, which Liquid tags leave behind. */
export function tidyText(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.trimEnd());
  return lines
    .filter((line, index) => line !== "" || (index > 0 && lines[index - 1] !== ""))
    .join("\n")
    .trimEnd();
}

const LIQUID = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;
// Private-use characters: no mark-up to the converter, and not in anybody's letter.
const OPEN = "\uE000";
const CLOSE = "\uE001";

/**
 * A text template made from an HTML template, so that the conversion is paid once a version instead of once a mail.
 * Null when a Liquid tag would get lost on the way (e.g. a loop between table rows): then each mail's own HTML has to
 * be converted.
 */
export function textTemplateOf(html: string): string | null {
  const pieces: string[] = [];
  const marked = html
    .replaceAll(/[\uE000\uE001]/g, "")
    .replaceAll(LIQUID, (piece) => `${OPEN}${pieces.push(piece) - 1}${CLOSE}`);
  const text = toText(marked);
  const kept = [...text.matchAll(/\uE000(\d+)\uE001/g)].map((match) => pieces[Number(match[1])] ?? "");
  const tags = (list: readonly string[]) => list.filter((piece) => piece.startsWith("{%")).join("");
  if (tags(kept) !== tags(pieces)) return null;
  return text.replaceAll(/\uE000(\d+)\uE001/g, (_, index) => pieces[Number(index)] ?? "");
}
