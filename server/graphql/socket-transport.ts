import type { Duplex } from "node:stream";
import { CloseCode, type Server } from "graphql-ws";
import type { WebSocket } from "ws";
import type { Logger } from "#platform/logger.js";
import { reportError } from "#platform/sentry.js";
import type { KeepAlive } from "./keep-alive.js";

/** RFC 6455's registry: the client is to come back in a while. */
export const TRY_AGAIN_LATER = 1013;
const TOO_MANY_REQUESTS = 4429;
/** How graphql-ws puts it that a client sent what only a server sends, such as next. */
const SERVERS_OWN = /^Error: Unexpected message of type /;
/** What waits to be sent to one reader. Each subscription waits for its own message to go out before it makes another. */
const MOST_BUFFERED_BYTES = 2 * 1024 * 1024;
/** A reader who takes nothing for so long does not keep up either. */
export const STALLED_MS = 10_000;
/** Messages and pings that a client may send at once, and how many more each second. */
const BURST = 100;
const PER_SECOND = 50;

/** What the handlers of graphql-ws get to know of a connection: nothing of the request, which is not kept for it. */
export interface SocketExtra {
  readonly socket: WebSocket;
  /** The stream below the socket. */
  readonly line: Duplex;
}

/** Runs the protocol on one socket, within bounds: a flood ends it, and so does not reading, or not answering a ping. */
export function runProtocol<E extends SocketExtra>(
  server: Server<E>,
  extra: E,
  keepAlive: KeepAlive,
  log: Logger,
): void {
  const { socket } = extra;
  const isFlooding = floodGauge();
  const unwatch = keepAlive.watch(socket);
  let handle: (message: string) => Promise<void> = async () => {};
  const closed = server.opened(
    {
      protocol: socket.protocol,
      send: (text) => send(socket, text),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (callback) => (handle = callback),
    },
    extra,
  );
  socket.on("message", (text) => {
    if (socket.readyState !== socket.OPEN) return;
    if (isFlooding()) return socket.close(TOO_MANY_REQUESTS, "Too many messages");
    handle(String(text)).catch((error: unknown) => {
      if (SERVERS_OWN.test(String(error)))
        return socket.close(CloseCode.BadRequest, "Invalid message received");
      log.error({ err: error }, "a websocket message could not be handled");
      reportError(error, { where: "a websocket message" });
      socket.close(CloseCode.InternalServerError, "Internal server error");
    });
  });
  socket.on("ping", () => {
    if (isFlooding()) socket.close(TOO_MANY_REQUESTS, "Too many pings");
  });
  // The socket closes itself with the fitting code, e.g. 1009 for a message over the limit.
  socket.on("error", (error) => log.debug({ err: error }, "websocket error"));
  socket.once("close", (code, reason) => {
    unwatch();
    closed(code, String(reason)).catch((error: unknown) =>
      log.error({ err: error }, "closing a websocket failed"),
    );
  });
}

/** Resolves when the text has left, so that a slow reader slows its own subscription and nothing piles up. */
function send(socket: WebSocket, text: string): Promise<void> {
  if (socket.readyState !== socket.OPEN) return Promise.resolve();
  if (socket.bufferedAmount > MOST_BUFFERED_BYTES) {
    giveUpOn(socket);
    return Promise.resolve();
  }
  return new Promise((resolve, reject) => {
    const stalled = setTimeout(() => giveUpOn(socket), STALLED_MS).unref();
    socket.send(text, (error) => {
      clearTimeout(stalled);
      if (error && socket.readyState === socket.OPEN) reject(error);
      else resolve();
    });
  });
}

export function giveUpOn(socket: WebSocket): void {
  socket.close(TRY_AGAIN_LATER, "Not read fast enough");
  // The close itself waits behind what is not read.
  setTimeout(() => socket.terminate(), 1000).unref();
}

/** A bucket that every message takes one from and time fills. */
function floodGauge(): () => boolean {
  let left = BURST;
  let filledAt = performance.now();
  return () => {
    const now = performance.now();
    left = Math.min(BURST, left + ((now - filledAt) / 1000) * PER_SECOND);
    filledAt = now;
    left -= 1;
    return left < 0;
  };
}
