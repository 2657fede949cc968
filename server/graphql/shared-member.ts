import type { Duplex } from "node:stream";
import type { ExecutionResult } from "graphql";
import type { WebSocket } from "ws";
import type { SchemaContext } from "#schema/context.js";
import type { EventStream } from "./event-stream.js";
import { idOnTheWire, type SharedFrame } from "./shared-frames.js";
import { giveUpOn, STALLED_MS } from "./socket-transport.js";

/** How soon a slow reader, or one whose session is in doubt, is tried again. */
const LATER_MS = 100;

/** What a shared subscription needs to know of one subscriber. */
export interface Subscriber {
  readonly id: string;
  readonly socket: WebSocket;
  /** The stream below the socket, on which frames are written side by side with its own. */
  readonly line: Duplex;
  /** Whether it is known that their session goes on: an event asks for that of one in turn only. */
  mayBeTold(): boolean;
  /** A context with their rights of now; null when they have been shown out. */
  renew(): Promise<SchemaContext | null>;
  /** Notes why nothing more can be told; said once for all who share. */
  noteOutage(error: unknown): void;
  /** Ends the socket so that its client comes back. */
  sendAway(): void;
  /** Makes an answer ready for the wire. */
  payloadOf(result: ExecutionResult): object;
}

type End = IteratorResult<ExecutionResult, void>;
const DONE: End = { value: undefined, done: true };

/**
 * One subscriber of a shared subscription. For the protocol it is a stream that tells nothing and ends in time: what it
 * is told goes to the socket directly. Who is behind is told the newest when there is room, and is cut off when there is
 * none for ten seconds. While a session is in doubt the newest waits.
 */
export class SharedMember implements EventStream {
  private readonly id: Buffer;
  private newest: SharedFrame | null = null;
  private behindSince = 0;
  private again: NodeJS.Timeout | undefined;
  private isStarted = false;
  private isOver = false;
  private readonly ended: Promise<End>;
  private settle!: { resolve(end: End): void; reject(error: unknown): void };
  private finishing: (() => void) | null = null;

  constructor(
    readonly subscriber: Subscriber,
    private readonly leave: (member: SharedMember) => void,
  ) {
    this.id = idOnTheWire(subscriber.id);
    this.ended = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
    // A refusal that nobody waits for any more is nobody's.
    this.ended.catch(() => {});
  }

  tell(frame: SharedFrame): void {
    if (this.isOver) return;
    this.newest = frame;
    if (this.isStarted && this.again === undefined) this.write();
  }

  /** The thing itself has ended: told after the last event. */
  finish(): void {
    this.end(() => this.settle.resolve(DONE));
  }

  fail(error: unknown): void {
    this.end(() => this.settle.reject(error));
  }

  /** The protocol has noted the subscription: from now on it may be told. */
  next(): Promise<End> {
    this.isStarted = true;
    if (this.newest !== null && this.again === undefined) this.write();
    return this.ended;
  }

  async return(): Promise<End> {
    this.isOver = true;
    this.newest = null;
    clearTimeout(this.again);
    this.leave(this);
    this.settle.resolve(DONE);
    return DONE;
  }

  async throw(error: unknown): Promise<End> {
    await this.return();
    throw error instanceof Error ? error : new Error(String(error));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private end(settle: () => void): void {
    if (this.newest === null) settle();
    else this.finishing = settle;
  }

  private write(): void {
    const { socket, line } = this.subscriber;
    this.again = undefined;
    const frame = this.newest;
    if (frame === null || socket.readyState !== socket.OPEN) return;
    if (!this.subscriber.mayBeTold()) return this.tryLater();
    if (socket.bufferedAmount > 0) return this.wait();
    this.behindSince = 0;
    this.newest = null;
    frame.sendTo(line, this.id);
    this.finishing?.();
  }

  private wait(): void {
    const now = performance.now();
    this.behindSince ||= now;
    if (now - this.behindSince > STALLED_MS) return giveUpOn(this.subscriber.socket);
    this.tryLater();
  }

  private tryLater(): void {
    this.again = setTimeout(() => this.write(), LATER_MS).unref();
  }
}
