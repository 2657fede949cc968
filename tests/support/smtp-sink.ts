import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { callbackify } from "node:util";
import { SMTPServer, type SMTPServerSession } from "smtp-server";
import { readMessageHeader } from "../../platform/mail-catcher/message-header.js";
import { waitUntil } from "../../platform/embedded/wait-until.js";

export interface SmtpReply {
  /** 4xx or 5xx */
  readonly code: number;
  readonly message: string;
}

export interface SinkMessage {
  readonly from: string;
  readonly to: readonly string[];
  /** With angle brackets; null when the mail has none. */
  readonly messageId: string | null;
  readonly subject: string;
  /** Empty when the sink was told not to keep it. */
  readonly raw: Buffer;
  readonly receivedAt: Date;
}

type Refusal = SmtpReply | undefined | void;

export interface SmtpSinkOptions {
  /** Told of each MAIL FROM. */
  readonly onSender?: (address: string) => void;
  /** Answers a RCPT TO with a refusal; nothing returned accepts. */
  readonly onRecipient?: (address: string) => Refusal | Promise<Refusal>;
  /** Answers the end of the data with a refusal; the message is then not accepted. May wait to be slow. */
  readonly onData?: (message: SinkMessage) => Refusal | Promise<Refusal>;
  /** True: the message counts as accepted, but the line is cut instead of answering 250. */
  readonly cutAfterAccept?: (message: SinkMessage) => boolean;
  /** True: the line is cut at the end of the data and the message is not accepted. */
  readonly cutBeforeAccept?: (message: SinkMessage) => boolean;
  /** Default true. */
  readonly keepRaw?: boolean;
  /** Default: a free port. To come back on the port of a sink that was stopped. */
  readonly port?: number;
}

export interface SmtpSink {
  /** smtp://127.0.0.1:port */
  readonly url: string;
  readonly port: number;
  /** Everything the sink took responsibility for, in order; never contains what was refused. */
  readonly accepted: SinkMessage[];
  /** Connections that are open now. */
  connectionCount(): number;
  /** Resolves when at least `count` messages were accepted. Rejects after `timeoutMs` (10 s) with the count reached. */
  waitFor(count: number, timeoutMs?: number): Promise<void>;
  /** Cuts all lines and closes the port. */
  stop(): Promise<void>;
}

/** A mail server that accepts, refuses and fails as told, on loopback. */
export async function startSmtpSink(options: SmtpSinkOptions = {}): Promise<SmtpSink> {
  const accepted: SinkMessage[] = [];
  const sockets = new Set<Socket>();
  const cut = (session: SMTPServerSession) => {
    for (const socket of sockets) if (socket.remotePort === session.remotePort) socket.destroy();
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    logger: false,
    onMailFrom: (address, _session, callback) => {
      options.onSender?.(address.address);
      callback();
    },
    onRcptTo: (address, _session, callback) => {
      answer(async () => options.onRecipient?.(address.address), callback);
    },
    onData: (stream, session, callback) => {
      answer(async () => {
        const message = describe(await read(stream), session, options.keepRaw ?? true);
        if (options.cutBeforeAccept?.(message)) return void cut(session);
        const refusal = await options.onData?.(message);
        if (refusal) return refusal;
        accepted.push(message);
        if (options.cutAfterAccept?.(message)) cut(session);
      }, callback);
    },
  });
  server.on("error", () => {}); // lines that the client, or a test, has cut
  server.server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;

  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    accepted,
    connectionCount: () => sockets.size,
    async waitFor(count, timeoutMs = 10_000) {
      const isThere = await waitUntil(async () => accepted.length >= count, { timeoutMs, everyMs: 5 });
      if (!isThere)
        throw new Error(`The sink accepted ${accepted.length} of ${count} mails in ${timeoutMs} ms.`);
    },
    async stop() {
      const closed = new Promise<void>((resolve) => {
        server.close(resolve);
      });
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function answer(decide: () => Promise<Refusal>, callback: (error?: Error | null) => void): void {
  callbackify(async () => {
    const refusal = await decide();
    if (refusal) throw Object.assign(new Error(refusal.message), { responseCode: refusal.code });
  })(callback);
}

async function read(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function describe(raw: Buffer, session: SMTPServerSession, keepRaw: boolean): SinkMessage {
  const { mailFrom, rcptTo } = session.envelope;
  const { messageId, subject } = readMessageHeader(raw);
  return {
    from: mailFrom ? mailFrom.address : "",
    to: rcptTo.map((recipient) => recipient.address),
    messageId,
    subject,
    raw: keepRaw ? raw : Buffer.alloc(0),
    receivedAt: new Date(),
  };
}
