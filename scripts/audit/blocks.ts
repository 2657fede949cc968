import type { Readable } from "node:stream";

const LINE_FEED = 10;
const BLOCK_BYTES = 1 << 20;
/** A seal with two thousand leaves is a hundred and forty kilobytes. */
const LONGEST_BYTES = 16 * 1024 * 1024;

/** The stream in blocks of whole lines, about a megabyte each. @throws Error at a line that never ends */
export async function* blocksOf(stream: Readable): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    parts.push(chunk);
    size += chunk.length;
    if (size < BLOCK_BYTES) continue;
    const bytes = Buffer.concat(parts);
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) yield bytes.subarray(0, end);
    parts = [bytes.subarray(end)];
    size -= end;
    if (size > LONGEST_BYTES) throw new Error("There is a line of more than 16 MB: this is no bundle.");
  }
  if (size > 0) yield Buffer.concat(parts);
}

/** The lines of a block, without their line feeds; the last one of a file may have none. */
export function* linesOf(block: Uint8Array): Generator<string> {
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  for (let from = 0; from < bytes.length;) {
    const found = bytes.indexOf(LINE_FEED, from);
    const end = found < 0 ? bytes.length : found;
    yield bytes.toString("utf8", from, end);
    from = end + 1;
  }
}
