import net from "node:net";
import tls from "node:tls";
import { checkedAddress } from "./checked-address.js";
import type { Outbound } from "./outbound.js";

const LEAST_WAIT_MS = 100;

export interface Frames {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  readonly bytes: Buffer;
  readonly signal: AbortSignal;
}

/**
 * Sends bytes over a connection of their own. Nobody acknowledges them, so the other side must not close before it was
 * given time to refuse them, and must close, in order, after we have: then its system has handed over all of them.
 * @throws Error unless that happens within the time that there is
 */
export async function sendFrames(frames: Frames, out: Outbound): Promise<void> {
  const { host, port, isSecure } = frames;
  const signal = AbortSignal.any([frames.signal, AbortSignal.timeout(out.timeoutMs)]);
  const { address } = await checkedAddress(host, out);
  signal.throwIfAborted();
  const name = host.replace(/^\[|\]$/g, "");
  const begun = performance.now();
  const socket = isSecure
    ? tls.connect({
        host: address,
        port,
        ...(net.isIP(name) === 0 && { servername: name }),
        ...(out.authorities !== undefined && { ca: out.authorities }),
      })
    : net.connect({ host: address, port, allowHalfOpen: true });
  const abort = () => socket.destroy(signal.reason as Error);
  signal.addEventListener("abort", abort);
  try {
    await taken(socket, frames, begun);
  } finally {
    signal.removeEventListener("abort", abort);
    socket.destroy();
  }
}

function taken(socket: net.Socket, { isSecure, bytes }: Frames, begun: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let hasEnded = false;
  return new Promise<void>((resolve, reject) => {
    const tooEarly = () => reject(new Error("The connection was closed before all was taken."));
    // Also what comes when nobody waits any more.
    socket.on("error", reject);
    socket.once("end", () => hasEnded || tooEarly());
    socket.once("close", () => (hasEnded ? resolve() : tooEarly()));
    socket.once(isSecure ? "secureConnect" : "connect", () => {
      // Two ways there and back: a refusal would have come by then.
      const waitMs = Math.max(LEAST_WAIT_MS, 2 * (performance.now() - begun));
      socket.write(bytes, () => {
        timer = setTimeout(() => {
          hasEnded = true;
          socket.end();
        }, waitMs);
      });
    });
    socket.resume();
  }).finally(() => clearTimeout(timer));
}
