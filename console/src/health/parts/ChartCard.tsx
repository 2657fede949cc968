import { createMemo, createSignal, For, Show } from "solid-js";
import { Card } from "../../ui/Layout";
import { TimeChart, type Pointed } from "../../ui/TimeChart";
import type { LevelMark, TimeMark } from "../../ui/time-chart-options";
import type { Rows } from "../chart-rows";
import { tailRow, type Chart, type ChartLine } from "../charts.model";
import type { ChartsOf } from "../create-charts";
import type { HealthNow } from "../health.gql";
import { figure, moment } from "../health.model";
import styles from "../Health.module.css";

const highest = (column: readonly (number | null)[]) =>
  column.reduce((most, value) => (value !== null && (most === null || value > most) ? value : most), null);
const newest = (column: readonly (number | null)[]) => column.findLast((value) => value !== null) ?? null;

/** One chart with a legend of its own: values of now, or of where the crosshair is; a press shows one line alone. */
export function ChartCard(props: {
  chart: Chart;
  of: ChartsOf;
  rows: Rows;
  now: HealthNow;
  over: string;
  marks: readonly TimeMark[];
  /** What was done near the crosshair. */
  near: string | undefined;
  onPoint: (pointed: Pointed | undefined) => void;
}) {
  const [only, setOnly] = createSignal<number>();
  const [pointed, setPointed] = createSignal<Pointed>();
  const valueOf = (line: ChartLine, index: number) => {
    const column = (props.rows[index + 1] ?? []) as readonly (number | null)[];
    const at = pointed();
    if (at) return column[at.row] ?? null;
    if (line.merge === "max") return highest(column);
    const value = props.of.isLive() ? tailRow(props.now)[line.tail] : newest(column);
    return value === undefined || Number.isNaN(value) ? null : value;
  };
  const levels = createMemo((): LevelMark[] => {
    const signal = props.now.signals.find((each) => each.name === props.chart.signal);
    return signal
      ? [
          { level: signal.warning, colour: "--warn" },
          { level: signal.critical, colour: "--bad" },
        ]
      : [];
  });
  const words = (value: number | null) => (value === null ? "none" : figure(value, props.chart.unit));
  const point = (next: Pointed | undefined) => {
    setPointed(next);
    props.onPoint(next);
  };
  return (
    <Card
      title={props.chart.title}
      aside={
        <Show when={pointed()}>
          {(at) => (
            <span class="num">{[moment(at().at * 1000), props.near].filter(Boolean).join(" · ")}</span>
          )}
        </Show>
      }
    >
      <ul class={styles.legend}>
        <For each={props.chart.lines}>
          {(line, index) => (
            <li>
              <button
                type="button"
                aria-pressed={only() === index()}
                data-off={only() !== undefined && only() !== index() ? "" : undefined}
                title={only() === index() ? "Show every line" : `Show ${line.label} alone`}
                onClick={() => setOnly((now) => (now === index() ? undefined : index()))}
              >
                <i style={{ "--c": `var(${line.colour})` }} data-dashed={line.dashed ? "" : undefined} />
                {line.label} <b class="num">{words(valueOf(line, index()))}</b>
              </button>
            </li>
          )}
        </For>
      </ul>
      <TimeChart
        label={`${props.chart.title} in the ${props.over}, as lines over time`}
        lines={props.chart.lines}
        rows={props.rows}
        window={props.of.window()}
        top={props.chart.unit === "%" ? 100 : undefined}
        format={(value) => (props.chart.unit === "%" ? `${value}%` : `${value} ms`)}
        sync="health"
        only={only()}
        marks={props.marks}
        levels={levels()}
        onZoom={props.of.zoomTo}
        onPoint={point}
      />
    </Card>
  );
}
