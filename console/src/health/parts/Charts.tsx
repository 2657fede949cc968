import { A } from "@solidjs/router";
import { createMemo, createSignal, For, Show } from "solid-js";
import { Button } from "../../ui/Button";
import { CompactSelect } from "../../ui/Field";
import { Time } from "../../ui/Time";
import type { Pointed } from "../../ui/TimeChart";
import { charts } from "../charts.model";
import type { ChartsOf } from "../create-charts";
import type { HealthNow, HistoryThen } from "../health.gql";
import styles from "../Health.module.css";
import { ChartCard } from "./ChartCard";

/** Four charts under one crosshair, and what was done while their figures were taken. */
export function Charts(props: {
  of: ChartsOf;
  now: HealthNow;
  then: HistoryThen | undefined;
  /** "last 5 minutes". */
  over: string;
  onHost: (host: string) => void;
}) {
  const [pointed, setPointed] = createSignal<Pointed>();
  const markers = createMemo(() => {
    const [from] = props.of.window();
    const all = props.then?.markers ?? [];
    return all.filter(({ at }) => Date.parse(at) / 1000 >= from);
  });
  const marks = createMemo(
    () => markers().map(({ at }) => ({ at: Date.parse(at) / 1000 })),
    [],
    // The same marks again are no reason to draw again.
    { equals: (before, after) => JSON.stringify(before) === JSON.stringify(after) },
  );
  const near = () => {
    const mark = pointed()?.mark;
    return mark === undefined ? undefined : markers()[mark]?.label;
  };
  return (
    <section aria-labelledby="health-charts">
      <header class={styles.chartshead}>
        <h2 id="health-charts">{`Charts, ${props.of.isZoomed() ? "a part of the " : ""}${props.over}`}</h2>
        <Hosts then={props.then} onHost={props.onHost} />
        <Show when={props.of.isZoomed()}>
          <Button small onClick={() => props.of.zoomTo(undefined)}>
            Show all
          </Button>
        </Show>
      </header>
      <div class={styles.charts}>
        <For each={charts}>
          {(chart, index) => (
            <ChartCard
              chart={chart}
              of={props.of}
              rows={props.of.rows()[index()] ?? [[]]}
              now={props.now}
              over={props.over}
              marks={marks()}
              near={near()}
              onPoint={setPointed}
            />
          )}
        </For>
      </div>
      <Show when={markers().length}>
        <details class={styles.markers}>
          <summary>
            {markers().length === 1 ? "One thing was done" : `${markers().length} things were done`} meanwhile
          </summary>
          <ol>
            <For each={markers().toReversed()}>
              {(marker) => (
                <li>
                  <Time at={marker.at} exact />
                  <Show when={marker.href} fallback={<span>{marker.label}</span>}>
                    {(href) => (
                      <A class="textlink" href={href()}>
                        {marker.label}
                      </A>
                    )}
                  </Show>
                </li>
              )}
            </For>
          </ol>
        </details>
      </Show>
    </section>
  );
}

/** Which machine the history is of; said only where there are several. */
const Hosts = (props: { then: HistoryThen | undefined; onHost: (host: string) => void }) => (
  <Show when={(props.then?.hosts.length ?? 0) > 1 && props.then}>
    {(then) => (
      <CompactSelect
        label="Machine"
        choices={then().hosts.map((host) => ({ value: host, label: host }))}
        value={then().host}
        onValue={props.onHost}
      />
    )}
  </Show>
);
