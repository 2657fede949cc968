/** A mail server in a process of its own that takes everything; told anything, it says what came since it was asked last. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

export interface Taken {
  readonly mails: number;
  /** How many addresses got more than one. */
  readonly twice: number;
  /** From the first to the last, seconds. */
  readonly seconds: number;
  readonly bytes: number;
}

let addresses = new Map<string, number>();
let [first, last, bytes] = [0, 0, 0];

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ["AUTH", "STARTTLS"],
  disableReverseLookup: true,
  logger: false,
  onData(stream, { envelope }, callback) {
    stream.on("data", (chunk: Buffer) => (bytes += chunk.length));
    stream.once("end", () => {
      last = performance.now();
      if (addresses.size === 0) first = last;
      for (const { address } of envelope.rcptTo) addresses.set(address, (addresses.get(address) ?? 0) + 1);
      callback();
    });
  },
});
server.on("error", () => {}); // lines that a contestant cuts
server.listen(0, "127.0.0.1");
await once(server.server, "listening");
process.on("message", () => {
  const counts = [...addresses.values()];
  const mails = counts.reduce((sum, count) => sum + count, 0);
  const twice = counts.filter((count) => count > 1).length;
  process.send?.({ mails, twice, seconds: (last - first) / 1000, bytes } satisfies Taken);
  addresses = new Map();
  bytes = 0;
});
process.on("disconnect", () => process.exit(0));
process.send?.((server.server.address() as AddressInfo).port);
