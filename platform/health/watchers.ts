/** Timers are not exact; a watcher is served this much early rather than a whole tick late. */
const SLACK_MS = 20;

/** One who watches. A sample that is not taken in time gives way to the next: only the newest is of interest. */
class Watcher<T> implements AsyncIterableIterator<T> {
  dueAt: number;
  private newest: { readonly sample: T } | null = null;
  private isOver = false;
  private wake: () => void = () => {};

  constructor(
    readonly intervalMs: number,
    private readonly leave: (watcher: Watcher<T>) => void,
  ) {
    this.dueAt = performance.now() + intervalMs;
  }

  offer(sample: T): void {
    this.newest = { sample };
    this.wake();
  }

  end(): void {
    this.isOver = true;
    this.wake();
  }

  async next(): Promise<IteratorResult<T>> {
    if (!this.isOver && this.newest === null) await new Promise<void>((resolve) => (this.wake = resolve));
    const { newest } = this;
    this.newest = null;
    return this.isOver || newest === null
      ? { value: undefined, done: true }
      : { value: newest.sample, done: false };
  }

  async return(): Promise<IteratorResult<T>> {
    this.end();
    this.leave(this);
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/**
 * Shares one measuring timer among all who watch, each at its own interval; with nobody there it ticks on at the idle
 * interval. A measurement that takes long makes the ticks fewer, never several at once.
 */
export class Watchers<T> {
  private readonly watchers = new Set<Watcher<T>>();
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(
    private readonly measure: () => Promise<T>,
    private readonly idleIntervalMs: number,
  ) {
    this.plan();
  }

  /** @param first gives the sample that the watcher starts with. */
  add(intervalMs: number, first: () => Promise<T>): AsyncIterableIterator<T> {
    const watcher = new Watcher<T>(intervalMs, (gone) => {
      this.watchers.delete(gone);
      this.plan();
    });
    if (this.isClosed) watcher.end();
    else {
      this.watchers.add(watcher);
      this.plan();
      first().then(
        (sample) => watcher.offer(sample),
        () => {},
      );
    }
    return watcher;
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    for (const watcher of this.watchers) watcher.end();
    this.watchers.clear();
  }

  private plan(): void {
    clearTimeout(this.timer);
    if (this.isClosed) return;
    const now = performance.now();
    // Between the due times of slow watchers the states go on being sampled: once in each interval of the clock, in its
    // middle, so that however long measurements take none is missed or met twice.
    const untilMiddle = this.idleIntervalMs - ((Date.now() + this.idleIntervalMs / 2) % this.idleIntervalMs);
    const idleMs = untilMiddle > SLACK_MS ? untilMiddle : untilMiddle + this.idleIntervalMs;
    const wait = Math.min(idleMs, ...[...this.watchers].map((watcher) => watcher.dueAt - now));
    this.timer = setTimeout(() => void this.tick(), Math.max(0, wait)).unref();
  }

  private async tick(): Promise<void> {
    try {
      const sample = await this.measure();
      const now = performance.now();
      for (const watcher of this.watchers) {
        if (watcher.dueAt > now + SLACK_MS) continue;
        watcher.dueAt = Math.max(watcher.dueAt + watcher.intervalMs, now);
        watcher.offer(sample);
      }
    } catch {
      // A measurement that fails altogether, e.g. of a volume that is gone, is tried again at the next tick.
      for (const watcher of this.watchers)
        watcher.dueAt = Math.max(watcher.dueAt, performance.now() + watcher.intervalMs);
    }
    this.plan();
  }
}
