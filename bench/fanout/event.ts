/** What every contestant sends: one message of graphql-transport-ws of this many bytes, this often. */
export const MESSAGE_BYTES = 395;
export const EVERY_MS = 200;

export const DOCUMENT = "subscription { ticks { sentAt text } }";
export const ID = "op-1";

export interface Tick {
  /** Of the monotonic clock, which all processes of a machine share; ns. */
  readonly sentAt: string;
  readonly text: string;
}

const nameless = (tick: Tick): string =>
  JSON.stringify({ id: ID, type: "next", payload: { data: { ticks: tick } } });

export function tick(): Tick {
  const sentAt = String(process.hrtime.bigint());
  const text = "x".repeat(MESSAGE_BYTES - nameless({ sentAt, text: "" }).length);
  return { sentAt, text };
}

/** One timer that all sources hear; quiet while another contestant is measured. */
export class Ticker {
  isRunning = false;
  private readonly listeners = new Set<(tick: Tick) => void>();

  constructor() {
    setInterval(() => {
      if (!this.isRunning) return;
      const now = tick();
      for (const listener of this.listeners) listener(now);
    }, EVERY_MS);
  }

  listen(listener: (tick: Tick) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** As a subscription's source, one for each caller; who is behind gets the newest. */
  watch(): AsyncIterableIterator<Tick> {
    let newest: Tick | null = null;
    let wake = (): void => {};
    const unlisten = this.listen((now) => {
      newest = now;
      wake();
    });
    const iterator: AsyncIterableIterator<Tick> = {
      async next() {
        if (newest === null) await new Promise<void>((resolve) => (wake = resolve));
        const value = newest;
        newest = null;
        return value === null ? { value: undefined, done: true } : { value, done: false };
      },
      async return() {
        unlisten();
        wake();
        return { value: undefined, done: true };
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }
}
