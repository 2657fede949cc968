/** What somebody meant to fill in and did not. */
export interface Leftover {
  readonly offset: number;
  readonly text: string;
}

/** What placeholders in square brackets are for. Anything else in brackets, e.g. [1] or [EXTERNAL], is left alone. */
const NOUNS = new Set(
  `link|url|text|name|first name|firstname|fname|last name|lastname|lname|surname|full name|fullname|company|company name|
   organisation|organization|title|job title|position|email|e mail|email address|phone|phone number|date|time|price|amount|
   product|product name|topic|subject|image|logo|picture|signature|address|city|country|industry|website|placeholder|tbd|
   todo|xxx|xx|…|...`
    .replaceAll(/\n\s*/g, "")
    .split("|"),
);
const OWNERS =
  /^(?:your|my|the|their|recipient(?:'s)?|prospect(?:'s)?|lead(?:'s)?|customer(?:'s)?|client(?:'s)?|sender(?:'s)?|contact(?:'s)?) /;

/** `insert a date`, `Your Company`, `FIRST_NAME`. */
function isNoun(inner: string): boolean {
  const words = inner.toLowerCase().replaceAll(/[\s_-]+/g, " ");
  return (
    words.startsWith("insert ") || NOUNS.has(words.trim()) || NOUNS.has(words.trim().replace(OWNERS, ""))
  );
}
/** `first_name`, `$company`, `Lead.Name`; or wordings to choose from, `Hi|Hello`, as other products have them. */
const isField = (inner: string): boolean =>
  /^\$?[a-z_][\w.]+(?: [\w.]+){0,2}$/i.test(inner) || inner.includes("|");

const PATTERNS: readonly (readonly [RegExp, (inner: string) => boolean])[] = [
  // Not the text of a Markdown link.
  [/\[\s{0,9}([^[\]\n]{1,60}?)\s{0,9}\](?!\(http)/g, isNoun],
  [/\{[^\S\n]{0,9}([^{}\n]{1,200}?)[^\S\n]{0,9}\}/g, isField],
  // Merge tags of other products: *|FNAME|*, %%name%%, %FIRST_NAME%, <<name>>, [[name]].
  [
    /\*\|([A-Z0-9_:]{1,40})\|\*|%%([a-z_]{2,40})%%|<<([^\n<>]{1,40})>>|\[\[([^\n[\]]{1,40})\]\]/gi,
    () => true,
  ],
  [/(?<![\w%])%[A-Z][A-Z_]{2,40}%/g, () => true],
  [/(?<![\p{L}\p{N}_-])(?:TBD|FIXME|X{3,})(?![\p{L}\p{N}_-])/gu, () => true],
  // "TODO INCLUIDO" is Spanish.
  [/(?<![\p{L}\p{N}_-]|\p{Lu}{2} )TODO(?![\p{L}\p{N}_-]| \p{Lu}{2})/gu, () => true],
  [/\blorem\s+ipsum\b/gi, () => true],
];

/** In order, each place once. Reads texts whose Liquid is blanked. */
export function leftoversIn(shown: string): Leftover[] {
  const found = new Map<number, Leftover>();
  for (const [pattern, counts] of PATTERNS)
    for (const match of shown.matchAll(pattern)) {
      const { index: offset, 0: text } = match;
      if (counts((match[1] ?? "").trim())) found.set(offset, { offset, text: text.replaceAll(/\s+/g, " ") });
    }
  return [...found.values()].sort((a, b) => a.offset - b.offset);
}

const REPLY =
  /^\s*(?:re|fw|fwd|aw|antw|wg|sv|vs|vb|vl|tr|rv|rif|res|enc|odp|pd|ynt|ilt|回复|回覆|答复|转发|轉寄|返信)\s*(?:\[\d+\]|\(\d+\))?\s*[:：]/i;

/** The subject claims to go on with a conversation, in one of the ways that mail programs have. */
export const claimsReply = (subject: string): boolean => REPLY.test(subject);
