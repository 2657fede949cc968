import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { callbackify } from "node:util";
import { SMTPServer, type SMTPServerDataStream } from "smtp-server";
import type { MessageStore } from "./message-store.js";

const LARGEST_MESSAGE_BYTES = 25 * 1024 * 1024;

export interface SmtpIntake {
  readonly port: number;
  close(): Promise<void>;
}

/** Accepts every mail from anybody who reaches the port, and answers 250 only when the store has it on disk. */
export async function openSmtpIntake(store: MessageStore, host: string, port: number): Promise<SmtpIntake> {
  const server = new SMTPServer({
    name: "postwatch-mail-catcher",
    authOptional: true,
    // STARTTLS could only offer a certificate that nobody trusts, and clients would turn away.
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    logger: false,
    size: LARGEST_MESSAGE_BYTES,
    onData: (stream, session, callback) => {
      callbackify(async () => {
        const raw = await read(stream);
        if (stream.sizeExceeded)
          throw refusal(552, `5.3.4 The mail is larger than ${LARGEST_MESSAGE_BYTES} bytes`);
        const { mailFrom, rcptTo } = session.envelope;
        const envelope = {
          from: mailFrom ? mailFrom.address : "",
          to: rcptTo.map((recipient) => recipient.address),
        };
        const { id } = await store.add(raw, envelope).catch((error: Error) => {
          throw refusal(452, `4.3.1 The mail could not be stored: ${error.message}`);
        });
        return `2.0.0 Caught as ${id}`;
      })((error: Error | null, answer?: string) => callback(error, answer));
    },
  });
  server.on("error", () => {}); // lines that clients cut
  server.listen(port, host);
  await once(server.server, "listening");
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        for (const connection of server.connections) connection.close();
      }),
  };
}

/** What goes beyond the limit is read and thrown away, so that the client hears the answer. */
async function read(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function refusal(code: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode: code });
}
