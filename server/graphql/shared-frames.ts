/** RFC 6455 section 5.2: the last frame of a message, of text; a server does not mask. */
const FINAL_TEXT = 0x81;
const IN_16_BITS = 126;
const IN_64_BITS = 127;
const LONGEST_HEADER = 10;
const END = "}";

/** What a `next` of graphql-transport-ws says, as the part of a frame that is the same for all. */
export function sharedBody(payload: object): Buffer {
  return Buffer.from(JSON.stringify(payload) + END);
}

/** The part of the frame that is one subscriber's: the header, and the message up to its payload. */
export class FrameHead {
  private readonly bytes: Buffer;
  private readonly textLength: number;

  constructor(id: string) {
    const text = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
    this.textLength = text.byteLength;
    this.bytes = Buffer.concat([Buffer.alloc(LONGEST_HEADER), text]);
  }

  /** @returns bytes that the next call overwrites: they must have left by then */
  before(body: Buffer): Buffer {
    const { bytes } = this;
    const length = this.textLength + body.byteLength;
    if (length < IN_16_BITS) return this.from(2, length);
    if (length < 2 ** 16) {
      bytes.writeUInt16BE(length, LONGEST_HEADER - 2);
      return this.from(4, IN_16_BITS);
    }
    bytes.writeBigUInt64BE(BigInt(length), LONGEST_HEADER - 8);
    return this.from(LONGEST_HEADER, IN_64_BITS);
  }

  private from(headerLength: number, lengthByte: number): Buffer {
    const start = LONGEST_HEADER - headerLength;
    this.bytes[start] = FINAL_TEXT;
    this.bytes[start + 1] = lengthByte;
    return this.bytes.subarray(start);
  }
}
