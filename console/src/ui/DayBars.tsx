import { For, Show } from "solid-js";
import { calendarDay, count } from "../lib/format";
import { labelEvery, wholeTicks } from "../lib/ticks";
import styles from "./DayBars.module.css";

/** One part of a bar; its key is that of the number in each day. */
export interface Layer<Key extends string> {
  key: Key;
  label: string;
  colour: string;
}

export type DayOf<Key extends string> = Readonly<Record<Key, number>> & { readonly day: string };

const amountOf = <Key extends string>(day: Readonly<Record<Key, number>>, key: Key): number => day[key];

const labelsAtMost = 8;

/** Stacked bars per calendar day, with a table of the same for those who do not see them. */
export function DayBars<Key extends string>(props: {
  caption: string;
  layers: readonly Layer<Key>[];
  days: readonly DayOf<Key>[];
  /** The day under the pointer. */
  at: number | undefined;
  onAt: (index: number | undefined) => void;
}) {
  const total = (day: DayOf<Key>) => props.layers.reduce((sum, { key }) => sum + amountOf(day, key), 0);
  const value = (key: Key) => {
    const pointed = props.days[props.at ?? -1];
    return pointed ? amountOf(pointed, key) : props.days.reduce((sum, day) => sum + amountOf(day, key), 0);
  };
  const ticks = () => wholeTicks(Math.max(0, ...props.days.map(total)));
  const top = () => ticks().at(-1) ?? 1;
  const every = () => labelEvery(props.days.length, labelsAtMost);
  const y = (amount: number) => (amount / top()) * 100;
  return (
    <>
      <ul class={styles.legend}>
        <For each={props.layers}>
          {(layer) => (
            <li>
              <i class="swatch" style={{ "--c": layer.colour }} />
              {layer.label} <b class="num">{count(value(layer.key))}</b>
            </li>
          )}
        </For>
      </ul>
      <div class={styles.chart} aria-hidden="true" onPointerLeave={() => props.onAt(undefined)}>
        <div class={styles.axis}>
          <For each={ticks()}>{(tick) => <span style={{ bottom: `${y(tick)}%` }}>{count(tick)}</span>}</For>
        </div>
        <svg viewBox={`0 0 ${props.days.length} 100`} preserveAspectRatio="none">
          <For each={ticks()}>
            {(tick) => <line x1="0" x2={props.days.length} y1={100 - y(tick)} y2={100 - y(tick)} />}
          </For>
          <For each={props.days}>
            {(day, index) => (
              <g
                data-dim={props.at !== undefined && props.at !== index() ? "" : undefined}
                onPointerEnter={() => props.onAt(index())}
              >
                <rect class={styles.hit} x={index()} y="0" width="1" height="100" />
                <For each={props.layers}>
                  {(layer, nth) => {
                    const below = () =>
                      props.layers.slice(0, nth()).reduce((sum, { key }) => sum + amountOf(day, key), 0);
                    return (
                      <rect
                        x={index() + 0.14}
                        width="0.72"
                        y={100 - y(below()) - y(amountOf(day, layer.key))}
                        height={y(amountOf(day, layer.key))}
                        fill={layer.colour}
                      />
                    );
                  }}
                </For>
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
      <table class="sr">
        <caption>{props.caption}</caption>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <For each={props.layers}>{(layer) => <th scope="col">{layer.label}</th>}</For>
          </tr>
        </thead>
        <tbody>
          <For each={props.days}>
            {(day) => (
              <tr>
                <th scope="row">{calendarDay(day.day)}</th>
                <For each={props.layers}>{(layer) => <td>{amountOf(day, layer.key)}</td>}</For>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </>
  );
}
