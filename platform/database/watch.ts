import { setTimeout as sleep } from "node:timers/promises";
import { Socket } from "node:net";
import { Client } from "pg";
import type { Logger } from "../logger.js";
import type { Lines } from "./lines.js";

const PING_EVERY_MS = 250;
/** Silence is counted in ticks of our own: an event loop that was blocked has heard nothing either, and is no proof. */
const TICK_MS = 100;
const SILENT_TICKS = 7;
/** A server that comes back under load may be slow: whoever was not answered waits longer the next time. */
const MOST_SILENT_TICKS = 20;
/** A ping that waits so long while others are answered has lost its line. */
const LONGEST_PING_MS = 5_000;

/** Class 53 of SQLSTATE: out of connections, memory, disk. */
const NO_ROOM = /^53/;

export interface WatchOptions {
  readonly url: string;
  readonly applicationName: string;
  /** Cut when the database goes away. */
  readonly lines: Lines;
  readonly log: Logger;
}

/**
 * Asks the database four times a second, on a connection of its own, whether it is there. It is away when it refuses
 * connections, or when nothing was heard from it for 0.7 s while it was asked: no answer to the ping and not a byte on any
 * other line. Then all lines are cut, so that nobody waits for an answer that does not come
 * (docs/decisions/0011-away-within-a-second.md).
 */
export class DatabaseWatch {
  private awaySince: number | null = null;
  private line: PingLine | null = null;
  private silentTicks = SILENT_TICKS;
  private readonly stopper = new AbortController();
  private readonly running: Promise<void>;

  constructor(private readonly options: WatchOptions) {
    this.running = this.run();
  }

  get isAway(): boolean {
    return this.awaySince !== null;
  }

  async stop(): Promise<void> {
    this.stopper.abort();
    this.line?.end();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopper;
    while (!signal.aborted) {
      const isThere = await this.isThere();
      if (signal.aborted) return;
      if (isThere) this.noteBack();
      else this.noteAway();
      await sleep(PING_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  private async isThere(): Promise<boolean> {
    const wasConnected = this.line !== null;
    const answer = await this.ping();
    if (answer === "answered") return true;
    this.line?.end();
    this.line = null;
    if (answer === "overtaken") return true;
    // One connection that has ended says nothing of the server; another says whether it still takes any.
    return answer === "ended" && wasConnected && !this.stopper.signal.aborted ? this.isThere() : false;
  }

  private async ping(): Promise<"answered" | "ended" | "silent" | "overtaken"> {
    const { lines, url, applicationName } = this.options;
    this.line ??= new PingLine(url, applicationName);
    const answer = this.line.ping().then(
      () => "answered" as const,
      // Who says that there is no room is there.
      (error: { code?: unknown }) =>
        NO_ROOM.test(String(error.code)) ? ("overtaken" as const) : ("ended" as const),
    );
    const begun = performance.now();
    let heard = lines.heard;
    for (let silence = 0; silence < this.silentTicks; silence += 1) {
      const known = await Promise.race([answer, sleep(TICK_MS, null)]);
      if (known) return known;
      if (performance.now() - begun > LONGEST_PING_MS) return lines.heard > heard ? "overtaken" : "silent";
      // The clean end of lines that were cut is not heard.
      if (lines.heard > heard) silence = -1;
      heard = lines.heard;
    }
    return "silent";
  }

  private noteAway(): void {
    this.silentTicks = Math.min(MOST_SILENT_TICKS, this.silentTicks + SILENT_TICKS);
    if (this.awaySince !== null) return;
    this.awaySince = performance.now();
    this.options.lines.cut();
    this.options.log.warn("the database is away: statements are refused until it is back");
  }

  private noteBack(): void {
    this.silentTicks = SILENT_TICKS;
    if (this.awaySince === null) return;
    const seconds = Math.round((performance.now() - this.awaySince) / 100) / 10;
    this.awaySince = null;
    this.options.lines.mend();
    this.options.log.info({ seconds }, "the database is back");
  }
}

/** A connection that is used for nothing else, opened by its first ping. */
class PingLine {
  private readonly socket = new Socket();
  private readonly client: Client;
  private connected: Promise<unknown> | null = null;

  constructor(url: string, applicationName: string) {
    this.client = new Client({
      connectionString: url,
      application_name: `${applicationName}, watching`,
      stream: () => this.socket,
    });
    // Its end is seen by the next ping.
    this.client.on("error", () => {});
  }

  async ping(): Promise<void> {
    this.connected ??= this.client.connect();
    await this.connected;
    await this.client.query("select 1");
  }

  end(): void {
    this.socket.destroy();
  }
}
