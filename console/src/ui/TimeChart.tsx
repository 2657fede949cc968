import { createEffect, createSignal, on, onCleanup, onMount, untrack } from "solid-js";
import uPlot from "uplot";
import "../styles/vendor.css";
import { createThemeTurn } from "../lib/on-theme";
import {
  chartOptions,
  type Colours,
  type LevelMark,
  type TimeLine,
  type TimeMark,
} from "./time-chart-options";
import styles from "./TimeChart.module.css";

/** Where the crosshair is: the row under it and the mark beside it. */
export interface Pointed {
  row: number;
  at: number;
  mark: number | undefined;
}

const nearPx = 7;

function pointedOf(chart: uPlot, marks: readonly TimeMark[]): Pointed | undefined {
  const { idx, left } = chart.cursor;
  if (idx == null || left == null || left < 0) return undefined;
  const distances = marks.map(({ at }) => Math.abs(chart.valToPos(at, "x") - left));
  const nearest = Math.min(...distances);
  return {
    row: idx,
    at: chart.data[0][idx] ?? Number.NaN,
    mark: nearest <= nearPx ? distances.indexOf(nearest) : undefined,
  };
}

/** Resolves tokens by an element that wears them. */
function coloursOf(probe: HTMLElement): Colours {
  const known = new Map<string, string>();
  return (token) => {
    const seen = known.get(token);
    if (seen) return seen;
    probe.style.color = `var(${token})`;
    const colour = getComputedStyle(probe).color;
    known.set(token, colour);
    return colour;
  };
}

function typeOf(element: HTMLElement) {
  const { fontFamily, fontSize } = getComputedStyle(element);
  return { family: fontFamily, size: Number.parseFloat(fontSize) || 12 };
}

/**
 * Lines over time on a canvas. It draws when `rows` or `window` are others, and not while it is out of sight; it is made
 * anew when the colours of the page change. Dragging asks for a closer look, a double click for all of it.
 */
export function TimeChart(props: {
  label: string;
  lines: readonly TimeLine[];
  /** Times in seconds and one column a line; null is a gap. */
  rows: readonly (readonly (number | null)[])[];
  /** From when to when, in seconds. */
  window: readonly [number, number];
  top?: number;
  format: (value: number) => string;
  sync: string;
  /** Only this line, by its index. */
  only?: number | undefined;
  marks: readonly TimeMark[];
  levels: readonly LevelMark[];
  onZoom: (window: [number, number] | undefined) => void;
  onPoint: (pointed: Pointed | undefined) => void;
}) {
  const host = (<div class={styles.chart} role="img" aria-label={props.label} />) as HTMLDivElement;
  const probe = (<span hidden />) as HTMLSpanElement;
  host.append(probe);
  let chart: uPlot | undefined;
  const themeTurn = createThemeTurn();
  const [inSight, setInSight] = createSignal(true);
  const [isMade, setMade] = createSignal(0);

  const make = () => {
    chart?.destroy();
    const options = chartOptions(
      {
        lines: props.lines,
        colour: coloursOf(probe),
        type: typeOf(host),
        top: props.top,
        format: props.format,
        sync: props.sync,
        marks: () => props.marks,
        levels: () => props.levels,
        onSelect: (from, to) => props.onZoom([from, to]),
        onReset: () => props.onZoom(undefined),
        onCursor: (of) => props.onPoint(pointedOf(of, props.marks)),
      },
      { width: host.clientWidth, height: host.clientHeight },
    );
    chart = new uPlot(options, undefined, host);
    setMade((count) => count + 1);
  };

  onMount(() => {
    createEffect(on(themeTurn, () => untrack(make)));
    createEffect(() => {
      isMade();
      const [min, max] = props.window;
      if (!inSight() || !chart) return;
      chart.setData(props.rows as uPlot.AlignedData, false);
      chart.setScale("x", { min, max });
    });
    createEffect(() => {
      isMade();
      const { only } = props;
      props.lines.forEach((_line, index) =>
        chart?.setSeries(index + 1, { show: only === undefined || only === index }),
      );
    });
    createEffect(on([() => props.marks, () => props.levels], () => chart?.redraw(false), { defer: true }));
    const size = new ResizeObserver(() =>
      chart?.setSize({ width: host.clientWidth, height: host.clientHeight }),
    );
    const sight = new IntersectionObserver((seen) => setInSight(seen.some((each) => each.isIntersecting)));
    size.observe(host);
    sight.observe(host);
    onCleanup(() => {
      size.disconnect();
      sight.disconnect();
      chart?.destroy();
    });
  });
  return host;
}
