import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { percentile } from "../harness/report.js";

/** What the bench asks for. */
export interface Order {
  readonly url: string;
  /** The pages take them in turn. */
  readonly tokens: readonly string[];
  /** Of a subscription of `healthUpdated`, as the page sends it. */
  readonly payload: string;
  readonly count: number;
  readonly seconds: number;
}

/** What all pages have received, and the slowest and the fastest of them. */
export interface Received {
  readonly events: number;
  /** Sockets that were closed, each opened anew. */
  readonly lost: number;
  readonly eventBytes: number;
  readonly leastPerSecond: number;
  readonly mostPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const AT_ONCE = 10;
const PAGES_A_NETWORK = 200;
const MARK = '"at":"';
const delays: number[] = [];
let counts: Uint32Array;
let bytes = 0;
/** Sockets that were closed, whenever. */
let lost = 0;
let isCounting = false;

// Many pages in one process that is not the server's, as far as the wire is concerned.
process.once("message", (order: Order) => void receive(order));
process.on("disconnect", () => process.exit(0));

async function receive(order: Order): Promise<void> {
  counts = new Uint32Array(order.count);
  let next = 0;
  const opening = async () => {
    for (let at = next++; at < order.count; at = next++) await open(at, order);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, opening));
  await sleep(2_000);
  process.send?.("begun");
  const begun = performance.now();
  isCounting = true;
  await sleep(order.seconds * 1_000);
  isCounting = false;
  const seconds = (performance.now() - begun) / 1_000;
  process.send?.({
    events: delays.length,
    lost,
    eventBytes: Math.round(bytes / delays.length),
    leastPerSecond: Math.min(...counts) / seconds,
    mostPerSecond: Math.max(...counts) / seconds,
    p50Ms: percentile(delays, 0.5),
    p99Ms: percentile(delays, 0.99),
  } satisfies Received);
}

/** Until its first sample; a page that is sent away comes again after a moment, as the real one does. */
async function open(at: number, order: Order): Promise<void> {
  while (!(await isLive(at, order))) await sleep(1_000);
}

async function isLive(at: number, order: Order): Promise<boolean> {
  const socket = new WebSocket(`${order.url.replace("http", "ws")}/graphql`, "graphql-transport-ws", {
    perMessageDeflate: false,
    headers: { "x-forwarded-for": `10.0.${Math.floor(at / PAGES_A_NETWORK)}.1` },
  });
  const send = (message: object) => socket.send(JSON.stringify(message));
  const authorization = order.tokens[at % order.tokens.length];
  socket.on("error", () => {}); // a close follows
  socket.once("open", () => send({ type: "connection_init", payload: { authorization } }));
  socket.once("message", () =>
    send({ id: "health", type: "subscribe", payload: JSON.parse(order.payload) as object }),
  );
  let wasLive = false;
  const begun = new Promise<boolean>((resolve) => {
    socket.on("message", (message: Buffer) => {
      if (!take(at, message)) return;
      wasLive = true;
      resolve(true);
    });
    socket.once("close", () => resolve(false));
  });
  socket.once("close", (code, reason) => {
    console.error(`a page was closed: ${code} ${String(reason)}`);
    lost += 1;
    if (wasLive) void sleep(1_000).then(() => open(at, order));
  });
  return begun;
}

/**
 * When the sample was taken stands near the beginning; the rest is not read, or reading would be what is measured.
 * @returns whether it is a sample
 */
function take(page: number, message: Buffer): boolean {
  const text = message.toString("latin1", 0, 300);
  const start = text.indexOf(MARK) + MARK.length;
  if (start < MARK.length) return false;
  if (!isCounting) return true;
  delays.push(Date.now() - Date.parse(text.slice(start, text.indexOf('"', start))));
  counts[page]! += 1;
  bytes += message.byteLength;
  return true;
}
