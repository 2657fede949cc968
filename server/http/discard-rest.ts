import type { IncomingMessage } from "node:http";

const MOST_BYTES = 1024 * 1024;
const MOST_MS = 2000;

/**
 * Reads what is left of a refused body and forgets it: a client that is still writing when the line closes sees a broken
 * line in place of its answer. Bodies that are too long or too slow for that are given up.
 * @returns whether the body has been read to its end, so that the connection can be used again
 */
export async function discardRest(body: IncomingMessage): Promise<boolean> {
  if (body.readableEnded || body.destroyed) return body.readableEnded;
  body.unpipe();
  return new Promise((resolve) => {
    let bytes = 0;
    const over = (): void => {
      clearTimeout(timer);
      body.off("data", count).off("end", over).off("close", over).off("error", over);
      body.pause();
      resolve(body.readableEnded);
    };
    const count = (piece: Buffer): void => {
      bytes += piece.length;
      if (bytes > MOST_BYTES) over();
    };
    const timer = setTimeout(over, MOST_MS);
    body.on("data", count).once("end", over).once("close", over).once("error", over);
    body.resume();
  });
}
