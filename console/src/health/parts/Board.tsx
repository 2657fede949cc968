import type { CombinedError } from "@urql/core";
import { lazy, Show, Suspense } from "solid-js";
import { Skeleton } from "../../ui/States";
import type { ChartsOf } from "../create-charts";
import type { HealthNow, HistoryThen } from "../health.gql";
import { rangeWords, serviceRange, type Range } from "../health.model";
import type { LiveHealth } from "../live-health";
import { Gauges } from "./Gauges";
import { ServiceList } from "./ServiceList";
import { SignalList } from "./SignalList";

// The library that draws is as large as the rest of the page; figures are there before it.
const Charts = lazy(async () => ({ default: (await import("./Charts")).Charts }));

const Alerts = lazy(async () => ({ default: (await import("../alerts/Alerts")).Alerts }));

/** All of the page below its head. */
export const Board = (props: {
  live: LiveHealth;
  now: HealthNow;
  then: HistoryThen | undefined;
  /** What `then` is of; the range may be another one already. */
  thenOver: Range | undefined;
  error: CombinedError | undefined;
  retry: () => void;
  charts: ChartsOf;
  range: Range;
  onHost: (host: string) => void;
  onLimits: (() => void) | undefined;
  /** On a wall there is nothing to be changed. */
  isKiosk: boolean;
}) => (
  <div class="stack">
    <Gauges of={props.live} health={props.now} />
    <Suspense fallback={<Skeleton block rows={2} />}>
      <Charts
        of={props.charts}
        now={props.now}
        then={props.then}
        over={rangeWords(props.range)}
        onHost={props.onHost}
      />
    </Suspense>
    <ServiceList
      now={props.now.services}
      then={props.then}
      over={rangeWords(props.thenOver ?? serviceRange(props.range))}
      error={props.error}
      retry={props.retry}
      isStale={props.live.isStale()}
    />
    <SignalList signals={props.now.signals} isStale={props.live.isStale()} onLimits={props.onLimits} />
    <Show when={!props.isKiosk}>
      <Suspense>
        <Alerts labels={props.now.signals} />
      </Suspense>
    </Show>
  </div>
);
