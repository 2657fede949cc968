import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writevSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";

/** Where the bytes of a mail lie. */
export interface Place {
  /** Number of the file: the id of its first mail. */
  readonly segment: number;
  readonly offset: number;
}

interface OpenSegment {
  readonly number: number;
  readonly descriptor: number;
  size: number;
}

/** Then the next file is begun; also the grain in which the space of dropped mails is given back. */
const SEGMENT_BYTES = 16 * 1024 * 1024;

/**
 * The raw mails, one behind the other in files of some 16 MB (`1.eml`, `1630.eml`). One write takes all mails of a
 * moment: a file for each mail costs ten times as much and caps the rate.
 */
export class Segments {
  readonly #directory: string;
  #current: OpenSegment | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Writes mails with consecutive ids, the first of which is `firstId`. After an error the file is left alone and
   * the next call begins another, because nobody knows what of the bytes has been written.
   */
  append(mails: readonly Buffer[], firstId: number): Place[] {
    const current = this.#fileFor(firstId);
    const places: Place[] = [];
    let offset = current.size;
    for (const mail of mails) {
      places.push({ segment: current.number, offset });
      offset += mail.length;
    }
    try {
      // One call takes at most 1024 parts on Linux.
      for (let at = 0; at < mails.length; at += 512) writeAll(current.descriptor, mails.slice(at, at + 512));
    } catch (error) {
      this.close();
      throw error;
    }
    current.size = offset;
    return places;
  }

  async read(place: Place, size: number): Promise<Buffer> {
    const file = await open(this.#path(place.segment), "r");
    try {
      const mail = Buffer.alloc(size);
      await file.read(mail, 0, size, place.offset);
      return mail;
    } finally {
      await file.close();
    }
  }

  /** Gives back the space of all files before this one. */
  removeBefore(segment: number): void {
    for (const name of readdirSync(this.#directory))
      if (Number.parseInt(name, 10) < segment) rmSync(join(this.#directory, name), { force: true });
  }

  removeAll(): void {
    this.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  close(): void {
    if (this.#current) closeSync(this.#current.descriptor);
    this.#current = undefined;
  }

  #fileFor(firstId: number): OpenSegment {
    if (this.#current && this.#current.size < SEGMENT_BYTES) return this.#current;
    this.close();
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    // "w": a file of this name holds only mails that were never acknowledged.
    const descriptor = openSync(this.#path(firstId), "w", 0o600);
    this.#current = { number: firstId, descriptor, size: 0 };
    return this.#current;
  }

  #path(segment: number): string {
    return join(this.#directory, `${segment}.eml`);
  }
}

function writeAll(descriptor: number, parts: readonly Buffer[]): void {
  const wanted = parts.reduce((sum, part) => sum + part.length, 0);
  const written = writevSync(descriptor, parts);
  if (written < wanted) writeAll(descriptor, [Buffer.concat(parts).subarray(written)]);
}
