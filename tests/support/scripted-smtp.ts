import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

export type SmtpMoment = "connect" | "EHLO" | "MAIL" | "RCPT" | "DATA" | "dot" | "RSET" | "QUIT";

/** A reply; `hang`: silence; `cut`: the line breaks instead; `reply then cut`: it breaks right after the reply. */
export type SmtpAct = string | "hang" | "cut" | { readonly reply: string; readonly thenCut: true };

export interface ScriptedSmtp {
  readonly url: string;
  readonly port: number;
  /** Every command line that came, and "." for the end of a mail. */
  readonly lines: string[];
  /** The raw data of every mail whose final dot came. */
  readonly bodies: string[];
  connectionCount(): number;
  stop(): Promise<void>;
}

const USUAL: Readonly<Record<string, string>> = {
  connect: "220 script ESMTP",
  EHLO: "250-script\r\n250-SIZE 100000\r\n250 8BITMIME",
  MAIL: "250 2.1.0 ok",
  RCPT: "250 2.1.5 ok",
  DATA: "354 go on",
  dot: "250 2.0.0 queued",
  RSET: "250 2.0.0 ok",
  QUIT: "221 2.0.0 bye",
};

/**
 * A mail server that answers line by line as told: `script` overrules the usual answer of a moment, by the how manieth
 * time (from 1) that moment comes.
 */
export async function startScriptedSmtp(
  script: (moment: SmtpMoment, time: number) => SmtpAct | undefined = () => undefined,
): Promise<ScriptedSmtp> {
  const sockets = new Set<Socket>();
  const lines: string[] = [];
  const bodies: string[] = [];
  const times = new Map<SmtpMoment, number>();
  const act = (socket: Socket, moment: SmtpMoment): void => {
    const time = (times.get(moment) ?? 0) + 1;
    times.set(moment, time);
    const chosen = script(moment, time) ?? USUAL[moment] ?? "502 5.5.1 not known";
    if (chosen === "hang") return;
    if (chosen === "cut") return void socket.destroy();
    if (typeof chosen === "string") return void socket.write(`${chosen}\r\n`);
    socket.write(`${chosen.reply}\r\n`, () => socket.destroy());
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    let held = "";
    let isData = false;
    socket.setEncoding("latin1").on("data", (chunk: string) => {
      held += chunk;
      for (;;) {
        // A mail may be empty: then its dot is the first thing that comes.
        if (isData && held.startsWith(".\r\n")) held = `\r\n${held}`;
        const end = held.indexOf(isData ? "\r\n.\r\n" : "\r\n");
        if (end < 0 || socket.destroyed) return;
        const part = held.slice(0, end);
        held = held.slice(end + (isData ? 5 : 2));
        if (isData) {
          isData = false;
          bodies.push(part);
          lines.push(".");
          act(socket, "dot");
          continue;
        }
        lines.push(part);
        const verb = part.slice(0, 4).toUpperCase();
        const moment = (verb === "HELO" ? "EHLO" : verb) as SmtpMoment;
        const answer = script("DATA", (times.get("DATA") ?? 0) + 1) ?? USUAL.DATA!;
        isData = moment === "DATA" && typeof answer === "string" && /^[23]/.test(answer);
        act(socket, moment);
      }
    });
    act(socket, "connect");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    lines,
    bodies,
    connectionCount: () => sockets.size,
    async stop() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
