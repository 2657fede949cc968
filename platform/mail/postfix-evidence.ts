import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { EvidenceSource, MailFinding } from "#domain/emails/index.js";

/** From the end of a log. */
const MOST_BYTES = 256 * 1024 * 1024;
const LONGEST_EVIDENCE = 500;
/** A file that was last written so long before the oldest mail tells of none: clocks differ. */
const CLOCKS_DIFFER_MS = 3_600_000;

/** "Nov 27 10:02:11" or an ISO time, the host, the program: only what Postfix itself has written is read. */
const HEAD = String.raw`^(?:[A-Z][a-z]{2} [ \d]\d [\d:]{8}|\d{4}-\d\d-\d\dT\S+) \S+ postfix[\w./-]*`;
const CLEANUP = new RegExp(String.raw`${HEAD}/cleanup\[\d+\]: ([0-9A-Za-z]{6,20}): message-id=(.*?)\s*$`);
const QUEUED = new RegExp(String.raw`${HEAD}/qmgr\[\d+\]: ([0-9A-Za-z]{6,20}): from=<.*\(queue active\)\s*$`);
const REMOVED = new RegExp(String.raw`${HEAD}/qmgr\[\d+\]: ([0-9A-Za-z]{6,20}): removed\s*$`);
const DELIVERY = new RegExp(
  String.raw`${HEAD}/[\w-]+\[\d+\]: ([0-9A-Za-z]{6,20}): to=<.*?, dsn=[\d.]+, status=\w+ `,
);

/**
 * The log file of the relay that mail is handed to, where that is Postfix. `cleanup` says the Message-ID of a queue file
 * while the mail is still coming in; the mail was accepted when `qmgr` has taken the file up (`queue active`), or somebody
 * has tried to deliver it:
 *
 *     Nov 27 10:02:11 mx1 postfix/cleanup[124]: 4Gz7xYk1: message-id=<c.….…@example.com>
 *     Nov 27 10:02:11 mx1 postfix/qmgr[99]: 4Gz7xYk1: from=<news@example.com>, size=1234, nrcpt=1 (queue active)
 *     Nov 27 10:02:12 mx1 postfix/smtp[125]: 4Gz7xYk1: to=<ana@example.org>, …, dsn=2.0.0, status=sent (250 2.0.0 OK)
 *
 * What a log lacks proves nothing: syslog drops lines, and files are rotated. The file before (`.1`) is read too,
 * of each the last 256 MiB, once for all mails.
 * @param file its path; only read, never followed
 */
export function postfixEvidence(file: string): EvidenceSource {
  return {
    name: "Postfix log",
    async ask(mails) {
      const log = new PostfixLog(new Set(mails.map(({ messageIdHeader }) => messageIdHeader)));
      const oldest = mails.reduce((least, mail) => Math.min(least, Date.parse(mail.handedOverAt)), Infinity);
      await readInto(log, `${file}.1`, oldest).catch(() => {});
      await readInto(log, file, oldest);
      return log.findings();
    },
  };
}

async function readInto(log: PostfixLog, file: string, oldest: number): Promise<void> {
  const { size, mtimeMs } = await stat(file);
  if (mtimeMs < oldest - CLOCKS_DIFFER_MS) return;
  const lines = createInterface({
    input: createReadStream(file, { encoding: "utf8", start: Math.max(0, size - MOST_BYTES) }),
    crlfDelay: Infinity,
  });
  for await (const line of lines) log.read(line);
}

class PostfixLog {
  /** By the id of a queue file, as long as it is this mail's. */
  private readonly headerOf = new Map<string, string>();
  /** The last line that says so, of each Message-ID. */
  private readonly accepted = new Map<string, string>();

  constructor(private readonly wanted: ReadonlySet<string>) {}

  read(line: string): void {
    const [, queueId, given] = line.includes(": message-id=") ? (CLEANUP.exec(line) ?? []) : [];
    if (queueId !== undefined) {
      // A queue id is used again after some time: it now stands for this mail, whatever its Message-ID is.
      this.headerOf.delete(queueId);
      if (this.wanted.has(given!)) this.headerOf.set(queueId, given!);
    } else if (this.headerOf.size > 0) this.follow(line);
  }

  private follow(line: string): void {
    const removed = REMOVED.exec(line)?.[1];
    if (removed !== undefined) return void this.headerOf.delete(removed);
    const [, queueId] = DELIVERY.exec(line) ?? QUEUED.exec(line) ?? [];
    const header = queueId === undefined ? undefined : this.headerOf.get(queueId);
    if (header !== undefined) this.accepted.set(header, line.trim().slice(0, LONGEST_EVIDENCE));
  }

  findings(): Map<string, MailFinding> {
    return new Map(
      [...this.accepted].map(([header, line]) => [
        header,
        {
          isAccepted: true,
          evidence: `The Postfix log: ${line}`,
          reply: null,
        },
      ]),
    );
  }
}
