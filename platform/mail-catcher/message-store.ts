import { EventEmitter } from "node:events";
import { closeSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readMessageHeader } from "./message-header.js";
import { type Place, Segments } from "./segments.js";
import {
  type Envelope,
  type MessageFilter,
  type MessagePage,
  type StoredMessage,
  matches,
} from "./stored-message.js";

export interface StoreLimits {
  /** Default 100,000. Beyond, the oldest mails go. */
  readonly maxMessages?: number;
  /** Default 2 GiB of mails. Beyond, the oldest mails go. */
  readonly maxBytes?: number;
}

interface Kept {
  readonly message: StoredMessage;
  readonly place: Place;
}

interface Pending {
  readonly raw: Buffer;
  readonly envelope: Envelope;
  resolve(message: StoredMessage): void;
  reject(error: Error): void;
}

type IndexLine = Kept | { readonly droppedUpTo: number };

/**
 * Mails on disk: their bytes in segments, what the list shows in an index of one JSON line a mail. The index is only
 * appended to; what was dropped is a line too ({"droppedUpTo":7}).
 * Emits "change" after mails came or went.
 */
export class MessageStore extends EventEmitter<{ change: [] }> {
  readonly #indexPath: string;
  readonly #segments: Segments;
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  /** Oldest first; ids without a gap, so that a mail is found by counting. */
  #kept: Kept[] = [];
  #lastId = 0;
  #bytes = 0;
  #pending: Pending[] = [];
  #index: number | undefined;
  #indexLines = 0;
  #isIndexTorn = false;
  // Not before this process: what was accepted elsewhere meanwhile, nobody here knows.
  #completeSince = new Date().toISOString();

  private constructor(directory: string, limits: StoreLimits) {
    super();
    this.#indexPath = join(directory, "index.jsonl");
    this.#segments = new Segments(join(directory, "messages"));
    this.#maxMessages = limits.maxMessages ?? 100_000;
    this.#maxBytes = limits.maxBytes ?? 2 * 1024 ** 3;
  }

  /** Opens the directory with the mails of earlier runs; makes it when missing. */
  static async open(directory: string, limits: StoreLimits = {}): Promise<MessageStore> {
    const store = new MessageStore(directory, limits);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    store.#load(await readFile(store.#indexPath, "utf8").catch(() => ""));
    return store;
  }

  get count(): number {
    return this.#kept.length;
  }

  /** The id of the newest mail ever caught here; "0" before the first. */
  get lastId(): string {
    return String(this.#lastId);
  }

  /**
   * Keeps a mail. Resolves when it and its line in the index are written: it then survives kill -9 of this process.
   * Mails that arrive together are written together.
   */
  add(raw: Buffer, envelope: Envelope): Promise<StoredMessage> {
    return new Promise((resolve, reject) => {
      if (this.#pending.length === 0) setImmediate(() => this.#writePending());
      this.#pending.push({ raw, envelope, resolve, reject });
    });
  }

  /** @param before only mails older than this id */
  list(filter: MessageFilter, limit: number, before?: string): MessagePage {
    const isWanted = matches(filter);
    const page: StoredMessage[] = [];
    let total = 0;
    let isMore = false;
    for (let at = this.#kept.length - 1; at >= 0; at -= 1) {
      const { message } = this.#kept[at] as Kept;
      if (!isWanted(message)) continue;
      total += 1;
      if (before !== undefined && Number(message.id) >= Number(before)) continue;
      if (page.length < limit) page.push(message);
      else isMore = true;
    }
    const next = isMore ? (page.at(-1)?.id ?? null) : null;
    return { total, messages: page, next, completeSince: this.#completeSince };
  }

  find(id: string): StoredMessage | undefined {
    return this.#at(id)?.message;
  }

  /** @throws Error when the mail has been dropped meanwhile */
  async readRaw({ id, size }: StoredMessage): Promise<Buffer> {
    const kept = this.#at(id);
    if (!kept) throw new Error(`Mail ${id} has just been dropped.`);
    return this.#segments.read(kept.place, size);
  }

  clear(): void {
    this.#kept = [];
    this.#bytes = 0;
    this.#completeSince = new Date().toISOString();
    this.#rewriteIndex();
    this.#segments.removeAll();
    this.emit("change");
  }

  close(): void {
    this.#segments.close();
    if (this.#index !== undefined) closeSync(this.#index);
    this.#index = undefined;
  }

  #at(id: string): Kept | undefined {
    const first = Number(this.#kept[0]?.message.id ?? 0);
    return /^\d{1,15}$/.test(id) ? this.#kept[Number(id) - first] : undefined;
  }

  #load(text: string): void {
    for (const entry of text.split("\n").map(parseLine)) {
      if (entry === null) continue;
      this.#indexLines += 1;
      if ("droppedUpTo" in entry) {
        this.#kept = this.#kept.filter(({ message }) => Number(message.id) > entry.droppedUpTo);
        this.#lastId = Math.max(this.#lastId, entry.droppedUpTo);
        continue;
      }
      // A later line for an id that is there stands for a mail whose first try could not be written in full.
      const first = Number(this.#kept[0]?.message.id ?? entry.message.id);
      this.#lastId = Number(entry.message.id);
      this.#kept[this.#lastId - first] = entry;
    }
    this.#bytes = this.#kept.reduce((sum, { message }) => sum + message.size, 0);
    // A line cut short by a crash belongs to a mail that was never acknowledged.
    if (text !== "" && !text.endsWith("\n")) this.#rewriteIndex();
  }

  #writePending(): void {
    const batch = this.#pending;
    this.#pending = [];
    try {
      // Synchronous on purpose: two calls a batch take less time than a trip through the thread pool.
      const places = this.#segments.append(
        batch.map(({ raw }) => raw),
        this.#lastId + 1,
      );
      const added = batch.map((pending, at) => ({
        message: describe(pending, this.#lastId + 1 + at),
        place: places[at] as Place,
      }));
      this.#appendToIndex(added);
      this.#lastId += added.length;
      this.#kept.push(...added);
      this.#bytes += added.reduce((sum, { message }) => sum + message.size, 0);
      added.forEach(({ message }, at) => batch[at]?.resolve(message));
    } catch (error) {
      this.#segments.close();
      for (const pending of batch) pending.reject(error as Error);
      return;
    }
    this.#dropOldest();
    this.emit("change");
  }

  #dropOldest(): void {
    let count = 0;
    while (
      this.#kept.length - count > this.#maxMessages ||
      (this.#bytes > this.#maxBytes && count < this.#kept.length)
    ) {
      this.#bytes -= (this.#kept[count] as Kept).message.size;
      count += 1;
    }
    if (count === 0) return;
    const dropped = this.#kept.splice(0, count).at(-1) as Kept;
    const { receivedAt } = (this.#kept[0] ?? dropped).message;
    if (receivedAt > this.#completeSince) this.#completeSince = receivedAt;
    this.#appendToIndex([{ droppedUpTo: Number(dropped.message.id) }]);
    const oldest = this.#kept[0]?.place.segment;
    if (oldest !== undefined && oldest > dropped.place.segment) this.#segments.removeBefore(oldest);
    if (this.#indexLines > 2 * this.#kept.length + 1000) this.#rewriteIndex();
  }

  #appendToIndex(lines: readonly IndexLine[]): void {
    // After a failed write the file may end in half a line, which must not swallow the next.
    const text = (this.#isIndexTorn ? "\n" : "") + lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    this.#index ??= openSync(this.#indexPath, "a", 0o600);
    this.#isIndexTorn = true;
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) at += writeSync(this.#index, bytes, at);
    this.#isIndexTorn = false;
    this.#indexLines += lines.length;
  }

  #rewriteIndex(): void {
    const oldest = Number(this.#kept[0]?.message.id ?? this.#lastId + 1);
    const lines: IndexLine[] = [{ droppedUpTo: oldest - 1 }, ...this.#kept];
    const draft = `${this.#indexPath}.new`;
    writeFileSync(draft, lines.map((line) => `${JSON.stringify(line)}\n`).join(""), { mode: 0o600 });
    renameSync(draft, this.#indexPath);
    if (this.#index !== undefined) closeSync(this.#index);
    this.#index = undefined;
    this.#indexLines = lines.length;
    this.#isIndexTorn = false;
  }
}

function describe({ raw, envelope }: Pending, id: number): StoredMessage {
  return {
    id: String(id),
    ...readMessageHeader(raw),
    to: envelope.to,
    envelopeFrom: envelope.from,
    receivedAt: new Date().toISOString(),
    size: raw.length,
  };
}

function parseLine(line: string): IndexLine | null {
  if (line === "") return null;
  try {
    return JSON.parse(line) as IndexLine;
  } catch {
    return null;
  }
}
