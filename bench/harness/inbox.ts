import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

export interface Inbox {
  readonly url: string;
  /** Mails by the address that they were for. */
  readonly mails: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

/** A mail server that takes everything, `slowMs` for each mail, and counts who got how many. */
export async function openInbox(slowMs: number): Promise<Inbox> {
  const mails = new Map<string, number>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    logger: false,
    onData(stream, { envelope }, callback) {
      stream.resume().once("end", () => {
        for (const { address } of envelope.rcptTo) mails.set(address, (mails.get(address) ?? 0) + 1);
        setTimeout(callback, slowMs);
      });
    },
  });
  server.on("error", () => {}); // lines that a worker cuts
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
