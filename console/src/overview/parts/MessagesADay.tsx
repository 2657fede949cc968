import { createSignal, For, Show } from "solid-js";
import { calendarDay, count } from "../../lib/format";
import { Card } from "../../ui/Layout";
import { Empty } from "../../ui/States";
import type { Outreach } from "../overview.gql";
import { labelEvery, wholeTicks } from "../overview.model";
import styles from "../Overview.module.css";

type Day = Outreach["perDay"][number];

const layers = [
  { key: "sent", label: "Sent", colour: "var(--b-sent)" },
  { key: "skipped", label: "Skipped", colour: "var(--b-skipped)" },
  { key: "failed", label: "Failed", colour: "var(--b-failed)" },
] as const;

const total = (day: Day) => day.sent + day.skipped + day.failed;

/** Stacked bars per day. The legend shows the day under the pointer, otherwise the sums. */
export function MessagesADay(props: { days: readonly Day[] }) {
  const [at, setAt] = createSignal<number>();
  const shown = () => props.days[at() ?? -1];
  const value = (key: "sent" | "skipped" | "failed") =>
    shown()?.[key] ?? props.days.reduce((sum, day) => sum + day[key], 0);
  return (
    <Card
      title="Messages a day"
      aside={<span>{shown() ? calendarDay(shown()?.day ?? "") : "UTC days"}</span>}
    >
      <Show
        when={props.days.some((day) => total(day) > 0)}
        fallback={
          <Empty title="Nothing sent in this range" text="Launch a campaign and its days appear here." />
        }
      >
        <ul class={styles.legend}>
          <For each={layers}>
            {(layer) => (
              <li>
                <i class="swatch" style={{ "--c": layer.colour }} />
                {layer.label} <b class="num">{count(value(layer.key))}</b>
              </li>
            )}
          </For>
        </ul>
        <Bars days={props.days} at={at()} onAt={setAt} />
        <DaysTable days={props.days} />
      </Show>
    </Card>
  );
}

const labelsAtMost = 8;

const Bars = (props: { days: readonly Day[]; at?: number; onAt: (index: number | undefined) => void }) => {
  const ticks = () => wholeTicks(Math.max(...props.days.map(total)));
  const top = () => ticks().at(-1) ?? 1;
  const every = () => labelEvery(props.days.length, labelsAtMost);
  return (
    <div class={styles.chart} aria-hidden="true" onPointerLeave={() => props.onAt(undefined)}>
      <div class={styles.axis}>
        <For each={ticks()}>
          {(tick) => <span style={{ bottom: `${(tick / top()) * 100}%` }}>{count(tick)}</span>}
        </For>
      </div>
      <svg viewBox={`0 0 ${props.days.length} 100`} preserveAspectRatio="none">
        <For each={ticks()}>
          {(tick) => (
            <line
              x1="0"
              x2={props.days.length}
              y1={100 - (tick / top()) * 100}
              y2={100 - (tick / top()) * 100}
            />
          )}
        </For>
        <For each={props.days}>
          {(day, index) => (
            <g
              data-dim={props.at !== undefined && props.at !== index() ? "" : undefined}
              onPointerEnter={() => props.onAt(index())}
            >
              <rect class={styles.hit} x={index()} y="0" width="1" height="100" />
              <Stack day={day} x={index()} top={top()} />
            </g>
          )}
        </For>
      </svg>
      <div class={styles.days}>
        <For each={props.days}>
          {(day, index) => (
            <Show when={index() % every() === 0}>
              <span style={{ left: `${((index() + 0.5) / props.days.length) * 100}%` }}>
                {calendarDay(day.day)}
              </span>
            </Show>
          )}
        </For>
      </div>
    </div>
  );
};

const Stack = (props: { day: Day; x: number; top: number }) => (
  <For each={layers}>
    {(layer, index) => {
      const below = () => layers.slice(0, index()).reduce((sum, each) => sum + props.day[each.key], 0);
      const height = () => (props.day[layer.key] / props.top) * 100;
      return (
        <rect
          x={props.x + 0.14}
          width="0.72"
          y={100 - (below() / props.top) * 100 - height()}
          height={height()}
          fill={layer.colour}
        />
      );
    }}
  </For>
);

const DaysTable = (props: { days: readonly Day[] }) => (
  <table class="sr">
    <caption>Messages a day</caption>
    <thead>
      <tr>
        <th scope="col">Day</th>
        <For each={layers}>{(layer) => <th scope="col">{layer.label}</th>}</For>
      </tr>
    </thead>
    <tbody>
      <For each={props.days}>
        {(day) => (
          <tr>
            <th scope="row">{calendarDay(day.day)}</th>
            <For each={layers}>{(layer) => <td>{day[layer.key]}</td>}</For>
          </tr>
        )}
      </For>
    </tbody>
  </table>
);
