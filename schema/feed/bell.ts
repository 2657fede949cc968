import type { Bus } from "#domain/channels.js";

/** Hints of a channel, as somebody hears them who is busy meanwhile: of those that came since, the newest. */
export interface Bell<H extends object> {
  /** The bus has ended. */
  readonly isOver: boolean;
  /** The newest hint since the last time; null when there was none. */
  take(): H | null;
  /** Resolves when there is a hint to take, at once when there is one already, and in any case after so long. */
  rings(withinMs: number): Promise<void>;
  close(): Promise<void>;
}

/** @param concerns which hints are heard at all; by default every one */
export function listenTo<H extends object>(
  bus: Bus,
  channel: string,
  concerns: (hint: H) => boolean = () => true,
): Bell<H> {
  const hints = bus.subscribe<H>(channel);
  const heard = { hint: null as H | null, isOver: false, wake() {} };
  const listening = (async () => {
    for await (const hint of hints) {
      if (!concerns(hint)) continue;
      heard.hint = hint;
      heard.wake();
    }
    heard.isOver = true;
    heard.wake();
  })();
  return {
    get isOver() {
      return heard.isOver;
    },
    take() {
      const { hint } = heard;
      heard.hint = null;
      return hint;
    },
    async rings(withinMs) {
      if (heard.hint !== null || heard.isOver) return;
      await Promise.race([new Promise<void>((resolve) => (heard.wake = resolve)), pause(withinMs)]);
    },
    async close() {
      await hints.return?.();
      await listening;
    },
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
