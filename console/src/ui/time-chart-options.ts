import uPlot from "uplot";

/** A colour as the browser sees it now: a canvas knows no `light-dark()` and no custom properties. */
export type Colours = (token: string) => string;

export interface TimeLine {
  label: string;
  /** A token of the colours, e.g. --chart-1. */
  colour: string;
  filled?: boolean;
  dashed?: boolean;
}

/** Something at a moment, drawn from top to bottom. Seconds. */
export interface TimeMark {
  at: number;
}

/** A level of the figures, drawn from side to side. */
export interface LevelMark {
  level: number;
  colour: string;
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const minutes = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const daySeconds = 86_400;

/** Labels of the time axis: seconds where ticks are closer than a minute, days at midnight. */
export function timeLabels(seconds: readonly number[], increment: number): string[] {
  return seconds.map((at) => {
    const date = new Date(at * 1000);
    const isMidnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
    if (increment >= daySeconds || isMidnight) return days.format(date);
    return (increment < 60 ? clock : minutes).format(date);
  });
}

const leastTop = 10;

/** From nothing to a little above the highest, never closer than ten units: noise shall not look like a mountain. */
export const openScale = (highest: number | null): [number, number] => [
  0,
  Math.max(leastTop, (highest ?? 0) * 1.15),
];

function seriesOf(lines: readonly TimeLine[], colour: Colours): uPlot.Series[] {
  return lines.map(({ label, colour: token, filled, dashed }) => ({
    label,
    stroke: colour(token),
    width: 1.5,
    ...(filled && { fill: `color-mix(in oklch, ${colour(token)} 13%, transparent)` }),
    ...(dashed && { dash: [4, 4], width: 1 }),
    points: { show: false },
  }));
}

const axis = (colour: Colours, font: string): uPlot.Axis => ({
  stroke: colour("--ink-3"),
  font,
  grid: { stroke: colour("--line"), width: 1 },
  ticks: { show: false },
  gap: 6,
});

interface Wishes {
  lines: readonly TimeLine[];
  colour: Colours;
  /** Of the labels of both axes. */
  type: { family: string; size: number };
  /** Fixed top of the scale; without it the scale follows the figures. */
  top: number | undefined;
  format: (value: number) => string;
  /** Charts with the same key share one crosshair. */
  sync: string;
  marks: () => readonly TimeMark[];
  levels: () => readonly LevelMark[];
  onSelect: (fromSeconds: number, toSeconds: number) => void;
  onReset: () => void;
  onCursor: (chart: uPlot) => void;
}

function drawMarks(chart: uPlot, { marks, levels, colour }: Wishes) {
  const { ctx, bbox } = chart;
  const stroke = (style: string, dash: number[], path: () => void) => {
    ctx.strokeStyle = style;
    ctx.setLineDash(dash);
    ctx.beginPath();
    path();
    ctx.stroke();
  };
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.lineWidth = devicePixelRatio;
  for (const { at } of marks()) {
    const x = Math.round(chart.valToPos(at, "x", true));
    stroke(colour("--ink-3"), [2, 3], () => {
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
    });
  }
  for (const { level, colour: token } of levels()) {
    const y = Math.round(chart.valToPos(level, "y", true));
    stroke(colour(token), [6, 4], () => {
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
    });
  }
  ctx.restore();
}

/** Everything uPlot is told: no legend of its own, no zoom of its own, and one crosshair for all with the same key. */
export function chartOptions(wishes: Wishes, size: { width: number; height: number }): uPlot.Options {
  const { lines, colour, type, top, format, sync, onSelect, onReset, onCursor } = wishes;
  const font = `${type.size}px ${type.family}`;
  return {
    ...size,
    // Room for half of a label at the right end.
    padding: [8, 2 * type.size, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: true },
      y: { range: (_chart, _low, high) => (top === undefined ? openScale(high) : [0, top]) },
    },
    series: [{}, ...seriesOf(lines, colour)],
    axes: [
      {
        ...axis(colour, font),
        size: 2.3 * type.size,
        space: 7.3 * type.size,
        values: (_chart, splits, _axis, _space, increment) => timeLabels(splits, increment),
      },
      { ...axis(colour, font), size: 4 * type.size, values: (_chart, splits) => splits.map(format) },
    ],
    cursor: {
      y: false,
      points: { size: 6 },
      drag: { x: true, y: false, setScale: false },
      bind: {
        dblclick: () => () => {
          onReset();
          return null;
        },
      },
      sync: {
        key: sync,
        setSeries: false,
        scales: ["x", null],
        filters: { pub: (type) => type === "mousemove" || type === "mouseleave" },
      },
    },
    hooks: {
      setCursor: [onCursor],
      setSelect: [
        (chart) => {
          const { left, width } = chart.select;
          if (width < 4) return;
          onSelect(chart.posToVal(left, "x"), chart.posToVal(left + width, "x"));
          chart.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
        },
      ],
      draw: [(chart) => drawMarks(chart, wishes)],
    },
  };
}
