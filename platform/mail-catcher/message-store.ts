import { EventEmitter } from "node:events";
import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readMessageHeader } from "./message-header.js";
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

interface Pending {
  readonly raw: Buffer;
  readonly envelope: Envelope;
  resolve(message: StoredMessage): void;
  reject(error: Error): void;
}

/**
 * Mails on disk: each as a file of its own (messages/12/12345.eml), what the list shows in an index of one JSON
 * line a mail. The index is only appended to; what was dropped is a line too ({"droppedUpTo":7}).
 * Emits "change" after mails came or went.
 */
export class MessageStore extends EventEmitter<{ change: [] }> {
  readonly #directory: string;
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  /** Oldest first; ids without a gap, so that a mail is found by counting. */
  #messages: StoredMessage[] = [];
  #lastId = 0;
  #bytes = 0;
  #indexLines = 0;
  #isIndexTorn = false;
  #pending: Pending[] = [];

  private constructor(directory: string, limits: StoreLimits) {
    super();
    this.#directory = directory;
    this.#maxMessages = limits.maxMessages ?? 100_000;
    this.#maxBytes = limits.maxBytes ?? 2 * 1024 ** 3;
  }

  /** Opens the directory with the mails of earlier runs; makes it when missing. */
  static async open(directory: string, limits: StoreLimits = {}): Promise<MessageStore> {
    const store = new MessageStore(directory, limits);
    await mkdir(join(directory, "messages"), { recursive: true, mode: 0o700 });
    store.#load(await readFile(store.#index, "utf8").catch(() => ""));
    return store;
  }

  get count(): number {
    return this.#messages.length;
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
    for (let at = this.#messages.length - 1; at >= 0; at -= 1) {
      const message = this.#messages[at] as StoredMessage;
      if (!isWanted(message)) continue;
      total += 1;
      if (before !== undefined && Number(message.id) >= Number(before)) continue;
      if (page.length < limit) page.push(message);
      else isMore = true;
    }
    return { total, messages: page, next: isMore ? (page.at(-1)?.id ?? null) : null };
  }

  find(id: string): StoredMessage | undefined {
    const first = Number(this.#messages[0]?.id ?? 0);
    return /^\d{1,15}$/.test(id) ? this.#messages[Number(id) - first] : undefined;
  }

  readRaw(message: StoredMessage): Promise<Buffer> {
    return readFile(this.#fileOf(Number(message.id)));
  }

  clear(): void {
    this.#messages = [];
    this.#bytes = 0;
    this.#rewriteIndex();
    rmSync(join(this.#directory, "messages"), { recursive: true, force: true });
    this.emit("change");
  }

  get #index(): string {
    return join(this.#directory, "index.jsonl");
  }

  #fileOf(id: number): string {
    return join(this.#directory, "messages", String(Math.floor(id / 1000)), `${id}.eml`);
  }

  #load(text: string): void {
    for (const line of text.split("\n")) {
      const entry = parseLine(line);
      if (entry === null) continue;
      this.#indexLines += 1;
      if ("droppedUpTo" in entry) {
        this.#messages = this.#messages.filter((message) => Number(message.id) > entry.droppedUpTo);
        this.#lastId = Math.max(this.#lastId, entry.droppedUpTo);
      } else {
        // A later line for an id that is there stands for a mail whose first try could not be written in full.
        const first = Number(this.#messages[0]?.id ?? entry.id);
        this.#messages[Number(entry.id) - first] = entry;
        this.#lastId = Number(entry.id);
      }
    }
    this.#bytes = this.#messages.reduce((sum, message) => sum + message.size, 0);
    // A line cut short by a crash belongs to a mail that was never acknowledged.
    if (text !== "" && !text.endsWith("\n")) this.#rewriteIndex();
  }

  #writePending(): void {
    const batch = this.#pending;
    this.#pending = [];
    try {
      // Synchronous on purpose: a fraction of the time that the same calls take through the thread pool.
      const added = batch.map((pending, offset) => this.#writeMail(pending, this.#lastId + 1 + offset));
      this.#appendToIndex(added);
      this.#lastId += added.length;
      this.#messages.push(...added);
      this.#bytes += added.reduce((sum, message) => sum + message.size, 0);
      added.forEach((message, at) => batch[at]?.resolve(message));
    } catch (error) {
      for (const pending of batch) pending.reject(error as Error);
      return;
    }
    this.#dropOldest();
    this.emit("change");
  }

  #writeMail({ raw, envelope }: Pending, id: number): StoredMessage {
    const file = this.#fileOf(id);
    try {
      writeFileSync(file, raw, { mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, raw, { mode: 0o600 });
    }
    return {
      id: String(id),
      ...readMessageHeader(raw),
      to: envelope.to,
      envelopeFrom: envelope.from,
      receivedAt: new Date().toISOString(),
      size: raw.length,
    };
  }

  #dropOldest(): void {
    let count = 0;
    while (
      this.#messages.length - count > this.#maxMessages ||
      (this.#bytes > this.#maxBytes && count < this.#messages.length)
    ) {
      const message = this.#messages[count] as StoredMessage;
      this.#bytes -= message.size;
      rmSync(this.#fileOf(Number(message.id)), { force: true });
      count += 1;
    }
    if (count === 0) return;
    const dropped = this.#messages.splice(0, count);
    this.#appendToIndex([{ droppedUpTo: Number(dropped.at(-1)?.id) }]);
    if (this.#indexLines > 2 * this.#messages.length + 1000) this.#rewriteIndex();
  }

  #appendToIndex(lines: readonly object[]): void {
    // After a failed write the file may end in half a line, which must not swallow the next.
    const start = this.#isIndexTorn ? "\n" : "";
    this.#isIndexTorn = true;
    appendFileSync(this.#index, start + lines.map((line) => `${JSON.stringify(line)}\n`).join(""), {
      mode: 0o600,
    });
    this.#isIndexTorn = false;
    this.#indexLines += lines.length;
  }

  #rewriteIndex(): void {
    const oldest = Number(this.#messages[0]?.id ?? this.#lastId + 1);
    const lines = [{ droppedUpTo: oldest - 1 }, ...this.#messages].map((line) => `${JSON.stringify(line)}\n`);
    const draft = `${this.#index}.new`;
    writeFileSync(draft, lines.join(""), { mode: 0o600 });
    renameSync(draft, this.#index);
    this.#indexLines = lines.length;
    this.#isIndexTorn = false;
  }
}

function parseLine(line: string): StoredMessage | { droppedUpTo: number } | null {
  if (line === "") return null;
  try {
    return JSON.parse(line) as StoredMessage | { droppedUpTo: number };
  } catch {
    return null;
  }
}
