import { simpleParser, type ParsedMail } from "mailparser";
import { pino } from "pino";
import { sendTransactional } from "../../domain/emails/index.js";
import { openOperation } from "../../platform/database/open-operation.js";
import { sendTransactionalHandler } from "../../worker/emails/send-transactional.js";
import type { Api } from "./api.js";

/** Where links in mails lead in these tests; give it to the server too. */
export const PUBLIC_URL = "https://mail.example.com";

/** The mails that somebody waits for, as their receivers get them. */
export interface Post {
  /** Does what the worker does with the jobs that wait, in order. */
  deliver(): Promise<void>;
  /** Everything that this address has got so far. */
  mailsTo(email: string): Promise<ParsedMail[]>;
  /** Delivers what waits; the link in the newest mail to the address. */
  linkFor(email: string): Promise<string>;
  /** The secret part of that link. */
  tokenFor(email: string): Promise<string>;
}

export function postOf(api: Api): Post {
  const handler = sendTransactionalHandler({ smtpUrl: api.smtp.url, publicUrl: PUBLIC_URL });
  const post: Post = {
    async deliver() {
      const jobs = await api.db.sql<{ id: string; tenant_id: string; payload: never; request_id: string }>(
        `update job set state = 'SUCCEEDED' where type = $1 and state = 'WAITING' returning id, tenant_id, payload, request_id`,
        [sendTransactional.type],
      );
      for (const job of jobs) {
        const op = openOperation(
          api.db.database,
          { kind: "JOB", name: sendTransactional.type },
          { requestId: job.request_id, jobId: job.id },
          job.tenant_id,
        );
        const { signal } = new AbortController();
        const log = pino({ level: "silent" });
        await handler({ op, payload: job.payload, signal, progress: async () => {}, bus: api.bus, log });
      }
    },
    mailsTo: (email) =>
      Promise.all(
        api.smtp.accepted.filter(({ to }) => to.includes(email)).map(({ raw }) => simpleParser(raw)),
      ),
    async linkFor(email) {
      await post.deliver();
      const { text } = (await post.mailsTo(email)).at(-1)!;
      return /https?:\/\/\S+/.exec(text!)![0];
    },
    tokenFor: async (email) => new URL(await post.linkFor(email)).hash.slice("#token=".length),
  };
  return post;
}
