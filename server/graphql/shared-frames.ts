import type { Duplex } from "node:stream";

/** RFC 6455 section 5.2: the last frame of a message, of text; a server does not mask. */
const FINAL_TEXT = 0x81;
const IN_16_BITS = 126;
const IN_64_BITS = 127;
/** What a `next` of graphql-transport-ws says before and after the id, and at its end. */
const BEFORE_ID = '{"id":';
const AFTER_ID = ',"type":"next","payload":';
const END = "}";

/** An id as the wire has it. */
export function idOnTheWire(id: string): Buffer {
  return Buffer.from(JSON.stringify(id));
}

/**
 * An event ready for the wire. Subscribers differ in their ids alone, and the kernel has taken the bytes of one before
 * the next one's turn: they are written from the same memory, in which each finds their id.
 */
export class SharedFrame {
  private readonly payload: string;
  private bytes: Buffer | null = null;
  private idStart = 0;
  private idLength = 0;

  constructor(payload: object) {
    this.payload = JSON.stringify(payload);
  }

  /** @param line on which nothing waits to leave */
  sendTo(line: Duplex, id: Buffer): void {
    line.write(this.under(id));
    // What was not taken at once leaves later, as it is: the next one's turn is in other memory.
    if (line.writableLength > 0) this.bytes = null;
  }

  /** @returns the frame, in memory that the next call may write over */
  under(id: Buffer): Buffer {
    if (this.bytes === null || this.idLength !== id.byteLength) this.bytes = this.laidOut(id.byteLength);
    id.copy(this.bytes, this.idStart);
    return this.bytes;
  }

  private laidOut(idLength: number): Buffer {
    const rest = Buffer.from(AFTER_ID + this.payload + END);
    const header = headerOf(BEFORE_ID.length + idLength + rest.byteLength);
    this.idLength = idLength;
    this.idStart = header.byteLength + BEFORE_ID.length;
    return Buffer.concat([header, Buffer.from(BEFORE_ID), Buffer.alloc(idLength), rest]);
  }
}

function headerOf(length: number): Buffer {
  if (length < IN_16_BITS) return Buffer.from([FINAL_TEXT, length]);
  if (length < 2 ** 16) {
    const header = Buffer.from([FINAL_TEXT, IN_16_BITS, 0, 0]);
    header.writeUInt16BE(length, 2);
    return header;
  }
  const header = Buffer.alloc(10);
  header[0] = FINAL_TEXT;
  header[1] = IN_64_BITS;
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}
