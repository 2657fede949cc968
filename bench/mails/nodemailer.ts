import { createTransport } from "nodemailer";
import {
  addressOf,
  CONNECTIONS,
  FROM,
  HTML,
  personal,
  SUBJECT,
  TEXT,
  type Contestant,
  type Servers,
} from "./contestant.js";

export function openTransport(smtpUrl: string) {
  const { hostname, port } = new URL(smtpUrl);
  return createTransport({
    host: hostname,
    port: Number(port),
    pool: true,
    maxConnections: CONNECTIONS,
    maxMessages: Infinity,
    ignoreTLS: true,
  });
}

export const mailOf = (n: number) => ({
  from: FROM,
  to: addressOf(n),
  subject: personal(SUBJECT, n),
  html: personal(HTML, n),
  text: personal(TEXT, n),
});

/** The limit: a loop over nodemailer's pool. Nothing is stored, and nobody knows afterwards who was mailed. */
export async function openNodemailer({ smtpUrl }: Servers): Promise<Contestant> {
  const transport = openTransport(smtpUrl);
  let count = 0;
  return {
    async prepare(wanted) {
      count = wanted;
    },
    async send() {
      let next = 0;
      const loop = async () => {
        while (next < count) await transport.sendMail(mailOf(next++));
      };
      await Promise.all(Array.from({ length: CONNECTIONS }, loop));
    },
    async close() {
      transport.close();
    },
  };
}
