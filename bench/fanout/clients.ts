import { once } from "node:events";
import { WebSocket } from "ws";
import { percentile } from "../harness/report.js";
import { DOCUMENT, ID, MESSAGE_BYTES } from "./event.js";

/** Orders of the bench; each is answered with one message. */
export type Order =
  | { readonly open: { port: number; tokens: readonly string[]; count: number; speaks: boolean } }
  | { readonly begin: true }
  | { readonly end: true };

/** Of all that came since "begin". */
export interface Delivered {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const AT_ONCE = 40;
const SOCKETS_A_NETWORK = 200;
const MARK = '"sentAt":"';
let delays: number[] = [];
let isCounting = false;
const sockets: WebSocket[] = [];

process.on("message", (order: Order) => {
  if ("open" in order) void openAll(order.open).then(() => process.send?.("open"));
  else if ("begin" in order) {
    delays = [];
    isCounting = true;
    process.send?.("begun");
  } else {
    isCounting = false;
    const [p50Ms, p99Ms] = [percentile(delays, 0.5), percentile(delays, 0.99)];
    process.send?.({ count: delays.length, p50Ms, p99Ms } satisfies Delivered);
  }
});
process.on("disconnect", () => process.exit(0));

async function openAll({ count, ...rest }: Extract<Order, { open: object }>["open"]): Promise<void> {
  let next = 0;
  const opening = async () => {
    for (let at = next++; at < count; at = next++) sockets.push(await openOne(at, rest));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, opening));
}

async function openOne(
  at: number,
  { port, tokens, speaks }: { port: number; tokens: readonly string[]; speaks: boolean },
): Promise<WebSocket> {
  const network = Math.floor(at / SOCKETS_A_NETWORK);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, speaks ? "graphql-transport-ws" : [], {
    perMessageDeflate: false,
    headers: { "x-forwarded-for": `10.0.${network}.1` },
  });
  socket.on("close", (code, reason) => {
    throw new Error(`a socket was closed: ${code} ${String(reason)}`);
  });
  await once(socket, "open");
  if (speaks) {
    const authorization = tokens[at % tokens.length];
    socket.send(JSON.stringify({ type: "connection_init", payload: { authorization } }));
    await once(socket, "message");
    socket.send(JSON.stringify({ type: "subscribe", id: ID, payload: { query: DOCUMENT } }));
  }
  socket.on("message", received);
  return socket;
}

function received(message: Buffer): void {
  if (!isCounting) return;
  if (message.byteLength !== MESSAGE_BYTES) throw new Error(`not the event: ${String(message)}`);
  const text = message.toString("latin1", 0, 100);
  const start = text.indexOf(MARK) + MARK.length;
  const sentAt = Number(text.slice(start, text.indexOf('"', start)));
  // Doubles are exact to 2^53 ns: a hundred days of uptime; beyond that to a few ns.
  delays.push((Number(process.hrtime.bigint()) - sentAt) / 1e6);
}
