/** A stream that could not be read for so long ends: its subscriber must not take silence for peace. */
export const GIVE_UP_MS = 10_000;

export interface SharedSourceOptions<T> {
  /** What it is, for the log. */
  readonly name: string;
  /** One read this often at most, however many watch. A slow read makes them fewer: a tenth of the time goes into reading. */
  readonly everyMs: number;
  /** What there is now; null when there is nothing new. */
  read(): Promise<T | null>;
  /** What somebody gets who has not taken the earlier one yet. */
  join(earlier: T, later: T): T;
  /** Whoever comes gets what was read last, or is read for them. Otherwise they get only what comes after. */
  readonly beginsWithLast: boolean;
  /** With the first watcher and after the last one. */
  start?(): void;
  stop?(): void;
  report(error: unknown, where: string): void;
}

const READING_SHARE = 0.1;

class Watching<T> {
  view: T | null = null;
  failure: Error | null = null;
  isOver = false;
  wake: () => void = () => {};
}

/**
 * One reader for all who watch the same thing in this process, at work only while somebody does. While the database is
 * away nobody hears anything, and after ten seconds their streams end: silence must not be taken for peace.
 */
export class SharedSource<T> {
  private readonly watching = new Set<Watching<T>>();
  private last: T | null = null;
  private timer: NodeJS.Timeout | undefined;
  private isRunning = false;
  private failingSince: number | null = null;

  constructor(private readonly options: SharedSourceOptions<T>) {}

  get watchers(): number {
    return this.watching.size;
  }

  /**
   * Listens from the call on, not from the first `next`: what changes in between is not missed.
   * @param pick what of a view this watcher is told, one after the other; a view of which it is nothing is passed over
   */
  watch<V>(pick: (view: T) => readonly V[]): AsyncIterableIterator<V> {
    const views = this.views();
    let picked: V[] = [];
    // Not a generator: one that waits for a view that concerns it could not be ended meanwhile.
    const iterator: AsyncIterableIterator<V> = {
      async next() {
        while (picked.length === 0) {
          const { value, done } = await views.next();
          if (done) return { value: undefined, done };
          picked = [...pick(value)];
        }
        return { value: picked.shift()!, done: false };
      },
      async return() {
        picked = [];
        await views.return();
        return { value: undefined, done: true };
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  private views() {
    const mine = new Watching<T>();
    this.watching.add(mine);
    if (this.options.beginsWithLast) mine.view = this.last;
    if (!this.isRunning) this.begin();
    const leave = async (): Promise<IteratorResult<T>> => {
      mine.isOver = true;
      mine.wake();
      if (this.watching.delete(mine) && this.watching.size === 0) this.end();
      return { value: undefined, done: true };
    };
    const next = async (): Promise<IteratorResult<T>> => {
      if (mine.view === null && mine.failure === null && !mine.isOver)
        await new Promise<void>((resolve) => (mine.wake = resolve));
      if (mine.failure !== null) {
        await leave();
        throw mine.failure;
      }
      const { view } = mine;
      mine.view = null;
      return mine.isOver || view === null ? leave() : { value: view, done: false };
    };
    return { next, return: leave };
  }

  private begin(): void {
    this.isRunning = true;
    this.options.start?.();
    void this.look();
  }

  private end(): void {
    this.isRunning = false;
    this.last = null;
    this.failingSince = null;
    clearTimeout(this.timer);
    this.options.stop?.();
  }

  private async look(): Promise<void> {
    const started = performance.now();
    try {
      const view = await this.options.read();
      this.failingSince = null;
      if (view !== null) this.offer(view);
    } catch (error) {
      this.fail(error as Error, started);
    }
    if (!this.isRunning) return;
    const wait = Math.max(this.options.everyMs, (performance.now() - started) / READING_SHARE);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), wait).unref();
  }

  private offer(view: T): void {
    // Nobody is there any more: whoever comes later is not told what was.
    if (!this.isRunning) return;
    this.last = view;
    for (const mine of this.watching) {
      mine.view = mine.view === null ? view : this.options.join(mine.view, view);
      mine.wake();
    }
  }

  private fail(error: Error, at: number): void {
    if (this.failingSince === null)
      this.options.report(error, `reading ${this.options.name}; it is tried again`);
    this.failingSince ??= at;
    if (performance.now() - this.failingSince < GIVE_UP_MS) return;
    for (const mine of this.watching) {
      mine.failure = error;
      mine.wake();
    }
  }
}
