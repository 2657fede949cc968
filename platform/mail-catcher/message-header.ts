/** What the list of mails shows, read from the head of a message without parsing its body. */
export interface MessageHeader {
  /** As sent, with its angle brackets; null when there is none. */
  readonly messageId: string | null;
  /** "Ada Lovelace <ada@example.org>"; empty when there is none. */
  readonly from: string;
  readonly subject: string;
}

/** No header of a sane mail is longer; what follows is not looked at. */
const LONGEST_HEAD = 64 * 1024;

export function readMessageHeader(raw: Buffer): MessageHeader {
  const fields = readFields(raw, ["message-id", "from", "subject"]);
  return {
    messageId: fields.get("message-id") ?? null,
    from: decodeWords(fields.get("from") ?? ""),
    subject: decodeWords(fields.get("subject") ?? ""),
  };
}

/** The first value of each wanted field, unfolded, not decoded. */
function readFields(raw: Buffer, wanted: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  const head = raw.toString("utf8", 0, Math.min(headEnd(raw), LONGEST_HEAD));
  for (const line of head.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/)) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    if (wanted.includes(name) && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

function headEnd(raw: Buffer): number {
  const ends = [raw.indexOf("\r\n\r\n"), raw.indexOf("\n\n")].filter((index) => index >= 0);
  return ends.length ? Math.min(...ends) : raw.length;
}

const ENCODED_WORD = /=\?([\w-]+)(?:\*[\w-]*)?\?([bq])\?([^?]*)\?=/gi;

/** RFC 2047. White space between two encoded words belongs to neither; a word we cannot read stays as it is. */
export function decodeWords(text: string): string {
  return joinSplitCharacters(text).replace(
    ENCODED_WORD,
    (word, charset: string, encoding: string, body: string) => {
      try {
        return new TextDecoder(charset).decode(bytesOf(encoding, body));
      } catch {
        return word;
      }
    },
  );
}

/** Neighbouring words of one charset are decoded together: senders split in the midst of a character. */
function joinSplitCharacters(text: string): string {
  const tight = text.replace(/(\?=)\s+(?==\?)/g, "$1");
  return tight.replace(
    /(=\?[\w-]+(?:\*[\w-]*)?\?q\?)([^?]*)\?=(?:\1([^?]*)\?=)+/gi,
    (run, start: string) => start + [...run.matchAll(ENCODED_WORD)].map((word) => word[3]).join("") + "?=",
  );
}

function bytesOf(encoding: string, body: string): Buffer {
  if (encoding.toLowerCase() === "b") return Buffer.from(body, "base64");
  const plain = body
    .replaceAll("_", " ")
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(plain, "latin1");
}
