import { createSignal, For, Show } from "solid-js";
import { count, dateTime, plural } from "../../lib/format";
import { Button } from "../../ui/Button";
import type { VolumeBucket } from "../audit.gql";
import { timeTicks } from "../counts.model";
import type { Counts } from "../create-counts";
import styles from "../Audit.module.css";

const layers = [
  { key: "failed", label: "Failed", colour: "var(--bad)" },
  { key: "denied", label: "Denied", colour: "var(--warn)" },
  { key: "done", label: "Success", colour: "var(--b-queued)" },
] as const;

type Layer = (typeof layers)[number]["key"];

const inLayer = (bar: VolumeBucket, layer: Layer) =>
  layer === "done" ? bar.count - bar.denied - bar.failed : bar[layer];

interface Zoom {
  from: number;
  to: number;
}

/** How many entries there were when. Dragging over it looks closer, a double click looks at all again. */
export function Volume(props: { of: Counts; isZoomed: boolean; onZoom: (zoom: Zoom | undefined) => void }) {
  const bars = () => props.of.volume() ?? [];
  const [at, setAt] = createSignal<number>();
  const [drag, setDrag] = createSignal<[number, number]>();
  const picked = () => {
    const [one, other] = drag() ?? [0, 0];
    return [Math.min(one, other), Math.max(one, other)] as const;
  };
  const barAt = (event: PointerEvent & { currentTarget: Element }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const place = Math.floor(((event.clientX - box.left) / box.width) * bars().length);
    return Math.min(bars().length - 1, Math.max(0, place));
  };
  const begin = (event: PointerEvent & { currentTarget: Element }) => {
    if (event.button !== 0 || bars().length < 2) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setDrag([barAt(event), barAt(event)]);
  };
  const move = (event: PointerEvent & { currentTarget: Element }) => {
    if (bars().length === 0) return;
    setAt(barAt(event));
    setDrag((now) => now && [now[0], barAt(event)]);
  };
  const end = () => {
    const [first, last] = picked();
    const isDrag = drag() !== undefined && first !== last;
    setDrag(undefined);
    if (isDrag) zoomTo(first, last);
  };
  const zoomTo = (first: number, last: number) => {
    const from = bars()[first];
    const to = bars()[last];
    if (from && to) props.onZoom({ from: Date.parse(from.from), to: Date.parse(to.to) });
  };
  const top = () => Math.max(1, ...bars().map((bar) => bar.count));
  const total = () => bars().reduce((sum, bar) => sum + bar.count, 0);
  return (
    <figure class={styles.volume}>
      <figcaption>
        <Show when={bars()[at() ?? -1]} fallback={<Legend bars={bars()} />}>
          {(bar) => <Pointed bar={bar()} />}
        </Show>
        <Show when={at() === undefined && !bars().every((bar) => bar.isComplete)}>
          <span>The newest 20,000 only: search for less to see all of them.</span>
        </Show>
        <Show when={props.isZoomed}>
          <Button small tone="quiet" onClick={() => props.onZoom(undefined)}>
            Zoom out
          </Button>
        </Show>
      </figcaption>
      <div
        class={styles.plot}
        role="img"
        aria-label={`Entries over time: ${plural(total(), "entry", "entries")}, at most ${count(top())} in one bar`}
        onPointerDown={begin}
        onPointerMove={move}
        onPointerUp={end}
        onPointerCancel={() => setDrag(undefined)}
        onPointerLeave={() => setAt(undefined)}
        onDblClick={() => props.onZoom(undefined)}
      >
        <svg viewBox={`0 0 ${Math.max(1, bars().length)} 100`} preserveAspectRatio="none" aria-hidden="true">
          <For each={bars()}>
            {(bar, index) => (
              <Bar bar={bar} x={index()} top={top()} dim={at() !== undefined && at() !== index()} />
            )}
          </For>
          <Show when={drag()}>
            <rect
              class={styles.picked}
              x={picked()[0]}
              width={picked()[1] - picked()[0] + 1}
              y="0"
              height="100"
            />
          </Show>
        </svg>
      </div>
      <div class={styles.ticks} aria-hidden="true">
        <For each={timeTicks(props.of.shape())}>
          {(tick) => <span style={{ left: `${tick.place * 100}%` }}>{tick.label}</span>}
        </For>
      </div>
    </figure>
  );
}

const Bar = (props: { bar: VolumeBucket; x: number; top: number; dim: boolean }) => {
  const heightOf = (layer: Layer) => (inLayer(props.bar, layer) / props.top) * 94;
  // A bar that stands for something is never too low to be seen.
  const scale = () => (props.bar.count > 0 ? Math.max(1, 4 / ((props.bar.count / props.top) * 94)) : 1);
  const below = (layer: Layer) =>
    layers
      .slice(
        0,
        layers.findIndex(({ key }) => key === layer),
      )
      .reduce((sum, { key }) => sum + heightOf(key), 0);
  return (
    <g opacity={props.dim ? 0.45 : 1}>
      <For each={layers}>
        {({ key, colour }) => (
          <rect
            x={props.x + 0.1}
            width="0.8"
            y={100 - (below(key) + heightOf(key)) * scale()}
            height={heightOf(key) * scale()}
            fill={colour}
          />
        )}
      </For>
    </g>
  );
};

const Legend = (props: { bars: readonly VolumeBucket[] }) => (
  <For each={layers.toReversed()}>
    {({ key, label, colour }) => (
      <span>
        <i class="swatch" style={{ "--c": colour }} /> {label}{" "}
        <b class="num">{count(props.bars.reduce((sum, bar) => sum + inLayer(bar, key), 0))}</b>
      </span>
    )}
  </For>
);

const Pointed = (props: { bar: VolumeBucket }) => (
  <>
    <span class="num">
      {dateTime(props.bar.from)} – {dateTime(props.bar.to)}
    </span>
    <b class="num">
      {props.bar.isComplete ? "" : "at least "}
      {plural(props.bar.count, "entry", "entries")}
    </b>
    <Show when={props.bar.denied}>
      <span class="num">{count(props.bar.denied)} denied</span>
    </Show>
    <Show when={props.bar.failed}>
      <span class="num">{count(props.bar.failed)} failed</span>
    </Show>
  </>
);
