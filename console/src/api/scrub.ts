/**
 * What texts lose before they leave the browser for an error tracker. The twin of platform/scrub.ts, which a console may
 * not import: tests/console/scrub.test.ts puts one table of secrets to both and wants the same words back.
 */
const REDACTED = "[redacted]";
const LONGEST = 1000;

/** Names whose values are secrets, in whatever notation: JSON, headers, assignments, query parameters. */
const SECRET_NAME =
  "(?:passw(?:or)?d|passphrase|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credential|" +
  "authorization|cookie|signature|jwt|session[-_]?(?:key|token))[\\w.-]{0,40}";
/** What stands in mails and in what callers send; secret only where it is quoted, as in JSON. */
const CONTENT_NAME = "(?:subject|html|body|text|preview|payload|variables)";
const QUOTED = `"(?:[^"\\\\]|\\\\.)*"|'(?:[^'\\\\]|\\\\.)*'`;

type Rule = readonly [pattern: RegExp, replacement: string];

/** In this order: the longer form first, before a shorter one takes a piece out of it. */
const RULES: readonly Rule[] = [
  [/-----BEGIN [A-Z0-9 ]+-----[^]*?(?:-----END [A-Z0-9 ]+-----|$)/g, "[key]"],
  [/<(?:!doctype|html|head|body|table|div|span|style|img|a|p|br|h[1-6])\b[^]*>/gi, "[markup]"],
  [
    /\bselect\s[^]+?\sfrom\s+["\w(][^]*|\binsert\s+into\s+["\w][^]*|\bupdate\s+["\w.]+\s+(?:as\s+\w+\s+)?set\s[^]*|\bdelete\s+from\s+["\w][^]*/gi,
    "[statement]",
  ],
  [
    /\b(?:postgres(?:ql)?|rediss?|smtps?|amqps?|mongodb(?:\+srv)?|mysql|ldaps?):\/\/[^\s"'<>]+/gi,
    "[connection]",
  ],
  [/\b(https?|wss?):\/\/(?:[^\s"'<>/?#@]*@)?([^\s"'<>?#]*)[?#][^\s"'<>]*/gi, `$1://$2?${REDACTED}`],
  [/\b(https?|wss?):\/\/[^\s"'<>/?#@]*@/gi, "$1://"],
  [
    /\b((?:proxy-)?authorization|(?:set-)?cookie|dkim-signature|subject|bcc|cc)\s*[:=]\s*[^\s"'][^\r\n"']*/gi,
    `$1: ${REDACTED}`,
  ],
  [
    new RegExp(
      `(${SECRET_NAME})(["']?\\s*(?:=>|[:=])\\s*|\\s+(?=["']))(?:${QUOTED}|[^\\s,;&)}\\]"']+)`,
      "gi",
    ),
    `$1$2${REDACTED}`,
  ],
  [new RegExp(`\\b(${CONTENT_NAME}["']?\\s*[:=]\\s*)(?:${QUOTED})`, "gi"), `$1${REDACTED}`],
  [/\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?/g, REDACTED],
  [/\b(bearer|apikey)\s+[\w.~+/=-]{4,}/gi, `$1 ${REDACTED}`],
  [/\b(basic|digest)\s+(?=\S*[\d=+/])[\w.~+/=-]{4,}/gi, `$1 ${REDACTED}`],
  [
    /\b(?:(?:sk|pk|rk)[-_](?:live|test)[-_]\w{6,}|sk-[\w-]{16,}|whsec_[\w+/=]{8,}|gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{8,}|A[KS]IA[A-Z0-9]{12,}|AIza[\w-]{20,}|SG\.[\w-]{8,}\.[\w-]{8,}|npm_\w{20,})/g,
    REDACTED,
  ],
  [/\$(?:argon2\w*|2[abxy]|scrypt|s2|6|5)\$[^\s"']+/g, REDACTED],
  [/"[^]*" is not valid JSON/g, `${REDACTED} is not valid JSON`],
  // PostgreSQL repeats the value that it cannot read.
  [/\b((?:invalid|malformed|out of range)[^"\n]{0,80}?):?\s*"[^"]*"/gi, `$1: ${REDACTED}`],
  [/(?:"[^"\n]{1,64}"|[^\s"'<>(),:;@[\]]{1,64})@[\w-]+(?:\.[\w-]+)+/g, "[address]"],
  [/\b[0-9a-f]{32,}\b/gi, REDACTED],
  [/(?<![\w/.-])(?=[\w-]*\d)(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{24,}={0,2}/g, REDACTED],
  [
    /(?<![\w/.+-])(?=[A-Za-z0-9+/]*\d)(?=[A-Za-z0-9+/]*[A-Z])(?=[A-Za-z0-9+/]*[a-z])[A-Za-z0-9+][A-Za-z0-9+/]{39,}={0,2}/g,
    REDACTED,
  ],
];

/** A text without what looks like a secret or somebody's address; at most 1,000 characters. */
export function scrub(text: string): string {
  const clean = RULES.reduce(
    (rest, [pattern, replacement]) => rest.replace(pattern, replacement),
    text.slice(0, LONGEST * 4),
  );
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST - 1)}…` : clean;
}
