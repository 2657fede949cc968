import type { CombinedError } from "@urql/core";
import { createSignal, onCleanup, type Accessor } from "solid-js";
import { createStore, reconcile, unwrap } from "solid-js/store";
import { onLive } from "../api/live";
import { eachFrame } from "../lib/each-frame";
import { appended, readingsOf } from "../lib/health-readings";
import { HealthFiveTimesASecond, type HealthNow } from "./health.gql";

const staleMs = 3_000;
const trendStepMs = 1_000;
const trendLength = 60;
const rateOver = 15;

/** What the page shows of now: it stands still while paused, and what comes meanwhile is kept. */
export interface LiveHealth {
  health: Accessor<HealthNow | undefined>;
  /** The last minute of one of the four readings, once a second. */
  trend: (index: number) => readonly number[];
  /** Since the last sample arrived, in milliseconds; looked at once a second. */
  ageMs: Accessor<number | undefined>;
  isStale: Accessor<boolean>;
  /** Samples a second, measured; undefined until there are two. */
  rate: Accessor<number | undefined>;
  /** For how many seconds it has been paused. */
  pausedFor: Accessor<number | undefined>;
  toggle: () => void;
  /** Takes a sample that came by another way, as long as none has come by the stream. */
  begin: (sample: HealthNow) => void;
  /** What the server's clock says now, in ms; by ours until it has said something. */
  serverNow: () => number;
  error: Accessor<CombinedError | undefined>;
}

/** When samples arrived: how long ago the last did, and how many a second. */
function createPulse() {
  const arrivals: number[] = [];
  let aheadMs: number | undefined;
  const [ageMs, setAgeMs] = createSignal<number>();
  const [rate, setRate] = createSignal<number>();
  const look = () => {
    const last = arrivals.at(-1);
    if (document.hidden || last === undefined) return;
    setAgeMs(performance.now() - last);
    const spanMs = last - arrivals[0]!;
    setRate(spanMs > 0 ? ((arrivals.length - 1) * 1000) / spanMs : undefined);
  };
  const timer = setInterval(look, 1_000);
  onCleanup(() => clearInterval(timer));
  const beat = (atMs: number) => {
    aheadMs = atMs - performance.now();
    arrivals.push(performance.now());
    if (arrivals.length > rateOver) arrivals.shift();
    if (arrivals.length <= 2) look();
  };
  const serverNow = () => (aheadMs === undefined ? Date.now() : performance.now() + aheadMs);
  return { ageMs, rate, beat, serverNow };
}

function createPause(onResume: () => void) {
  const [pausedAt, setPausedAt] = createSignal<number>();
  const [pausedFor, setPausedFor] = createSignal<number>();
  const look = () => {
    const since = pausedAt();
    setPausedFor(since === undefined ? undefined : Math.floor((performance.now() - since) / 1000));
  };
  const timer = setInterval(look, 1_000);
  onCleanup(() => clearInterval(timer));
  const toggle = () => {
    const isPaused = pausedAt() !== undefined;
    setPausedAt(isPaused ? undefined : performance.now());
    look();
    if (isPaused) onResume();
  };
  return { pausedFor, toggle };
}

/** The state of now, five times a second while the page is open. `onSample` gets every sample, also while paused. */
export function createLiveHealth(onSample: (sample: HealthNow) => void): LiveHealth {
  const [shown, setShown] = createStore<{ health?: HealthNow; trends: number[][] }>({ trends: [] });
  let latest: HealthNow | undefined;
  let trends: number[][] = [[], [], [], []];
  let lastStep = -Infinity;
  const pulse = createPulse();
  // By name, so that a row of a list stays the same row and only what has changed is written.
  const show = () => {
    if (!latest || pause.pausedFor() !== undefined) return;
    setShown("health", reconcile(latest, { key: "name" }));
    if (shown.trends !== trends) setShown("trends", trends);
  };
  const ask = eachFrame(show);
  const pause = createPause(ask);
  const keepTrend = (sample: HealthNow) => {
    if (performance.now() - lastStep < trendStepMs) return;
    lastStep = performance.now();
    trends = readingsOf(sample).map(({ level }, index) => appended(trends[index] ?? [], level, trendLength));
  };
  const error = onLive(
    HealthFiveTimesASecond,
    () => ({}),
    (event) => {
      latest = event.healthUpdated.health;
      pulse.beat(Date.parse(latest.at));
      keepTrend(latest);
      onSample(latest);
      ask();
    },
  );
  const begin = (sample: HealthNow) => {
    if (latest) return;
    // What a query answers is a store of its own; this one writes into what it holds.
    latest = structuredClone(unwrap(sample));
    show();
  };
  return {
    health: () => shown.health,
    trend: (index) => shown.trends[index] ?? [],
    ageMs: pulse.ageMs,
    isStale: () => (pulse.ageMs() ?? 0) > staleMs,
    rate: pulse.rate,
    pausedFor: pause.pausedFor,
    toggle: pause.toggle,
    begin,
    serverNow: pulse.serverNow,
    error,
  };
}
