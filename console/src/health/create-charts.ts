import { createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from "solid-js";
import { eachFrame } from "../lib/each-frame";
import { Ring } from "../lib/ring";
import { rowsOf, type Rows, type Window } from "./chart-rows";
import { blocksOf, charts, tailRow, tailWidth } from "./charts.model";
import type { HealthNow, HistoryThen } from "./health.gql";
import { lengthMs, type Range } from "./health.model";

/** More than an hour at five a second. */
const tailLength = 20_000;
const stepsInView = 600;
const slowestDrawMs = 5_000;

type Seconds = readonly [from: number, to: number];

export interface ChartsOf {
  /** Of each chart, in the order of `charts`. */
  rows: Accessor<readonly Rows[]>;
  /** From when to when: the range until now, or what was zoomed to. */
  window: Accessor<Seconds>;
  isZoomed: Accessor<boolean>;
  zoomTo: (window: Seconds | undefined) => void;
  /** Does the tail belong to the machine that the charts are of? */
  isLive: Accessor<boolean>;
  /** Takes a sample of the stream. */
  take: (sample: HealthNow) => void;
}

interface Wishes {
  range: Accessor<Range>;
  history: Accessor<HistoryThen | undefined>;
  isPaused: Accessor<boolean>;
}

/** The samples of one machine, the newest hour. */
function createTail() {
  const [host, setHost] = createSignal<string>();
  let ring = new Ring(tailWidth, tailLength);
  let newestMs = 0;
  return {
    host,
    view: () => ring.view(),
    newestMs: () => newestMs,
    /** False when it is not newer than the last one. */
    push: (sample: HealthNow) => {
      // After a reconnect another server may answer, of another machine.
      if (host() !== sample.host) ring = new Ring(tailWidth, tailLength);
      setHost(sample.host);
      const isNew = ring.push(tailRow(sample));
      if (isNew) newestMs = Date.parse(sample.at);
      return isNew;
    },
  };
}

/**
 * The charts' figures: history from the API, then the tail of the stream, merged by their time and drawn once in an
 * animation frame at most; for a long range less often, since a pixel of it is longer than a sample. Paused, time
 * stands still and the tail goes on.
 */
export function createCharts({ range, history, isPaused }: Wishes): ChartsOf {
  const tail = createTail();
  const [drawn, setDrawn] = createSignal<{ rows: readonly Rows[]; window: Seconds }>({
    rows: charts.map((): Rows => [[]]),
    window: [0, 1],
  });
  const [zoom, zoomTo] = createSignal<Seconds>();
  const blocks = createMemo(() => {
    const then = history();
    return then && blocksOf(then);
  });
  const isLive = () => history() === undefined || history()?.host === tail.host();
  let frozenMs: number | undefined;
  let drawnAt = -Infinity;
  const windowOf = (): Window => {
    const then = Date.parse(history()?.to ?? "");
    const newest = isLive() && tail.newestMs() > 0 ? tail.newestMs() : then;
    const toMs = frozenMs ?? (Number.isNaN(newest) ? Date.now() : newest);
    return { fromMs: toMs - lengthMs(range()), toMs, stepMs: lengthMs(range()) / stepsInView };
  };
  const ask = eachFrame(() => {
    drawnAt = performance.now();
    const window = windowOf();
    const samples = isLive() ? tail.view() : [];
    const rows = charts.map(({ block, lines }) => rowsOf(blocks()?.[block], samples, lines, window));
    setDrawn({ rows, window: [window.fromMs / 1000, window.toMs / 1000] });
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  const askInTime = () => {
    timer = undefined;
    ask();
  };
  const take = (sample: HealthNow) => {
    if (!tail.push(sample) || isPaused() || zoom()) return;
    const patienceMs = Math.min(slowestDrawMs, lengthMs(range()) / stepsInView);
    const waitMs = drawnAt + patienceMs - performance.now();
    if (waitMs <= 0) ask();
    else timer ??= setTimeout(askInTime, waitMs);
  };
  createEffect(
    on(isPaused, (paused) => {
      frozenMs = paused ? tail.newestMs() || undefined : undefined;
      ask();
    }),
  );
  createEffect(on([blocks, zoom], ask));
  createEffect(
    on(range, () => {
      zoomTo(undefined);
      ask();
    }),
  );
  return {
    rows: () => drawn().rows,
    window: () => zoom() ?? drawn().window,
    isZoomed: () => zoom() !== undefined,
    zoomTo,
    isLive,
    take,
  };
}
