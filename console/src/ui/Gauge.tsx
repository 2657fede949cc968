import { For, Show } from "solid-js";
import type { HealthStatus, Reading } from "../lib/health-readings";
import { sentence } from "../lib/format";
import { Spark } from "./Spark";
import styles from "./Gauge.module.css";

const radius = 15;
const turn = 0.75;
const length = 2 * Math.PI * radius * turn;
const startDegrees = 135;

const strokes: Record<HealthStatus, string> = {
  HEALTHY: "var(--accent)",
  DEGRADED: "var(--warn)",
  UNHEALTHY: "var(--bad)",
};

const shareOf = (value: number, full: number) => Math.max(0, Math.min(1, value / full));

/**
 * One figure as an arc, a number, a word when it is not healthy, and its last minute. `large` puts the number into the
 * arc. Nothing moves between two values: transitions at five values a second cost more than all the rest.
 */
export const Gauge = (props: { of: Reading; history: readonly number[]; large?: boolean }) => (
  <div
    class={styles.gauge}
    data-large={props.large ? "" : undefined}
    style={{ "--g": strokes[props.of.status] }}
  >
    <svg class={styles.dial} viewBox="0 0 40 40" aria-hidden="true">
      <Arc share={1} />
      <Arc share={shareOf(props.of.level, props.of.full)} filled />
      <Show when={props.of.limits}>
        {(limits) => (
          <For each={["warning", "critical"] as const}>
            {(limit) => <LimitMark share={shareOf(limits()[limit], props.of.full)} of={limit} />}
          </For>
        )}
      </Show>
    </svg>
    <h3>
      {props.of.label}
      <Show when={props.of.status !== "HEALTHY"}>
        <span class={styles.word}>{sentence(props.of.status)}</span>
      </Show>
    </h3>
    <p class={styles.value}>
      <b class="num">{props.of.value}</b> <small>{props.of.unit}</small>
    </p>
    <small class={`${styles.note} clip`} title={limitWords(props.of)}>
      {props.of.note}
    </small>
    <div class={styles.trend}>
      <Spark values={props.history} min={0} max={props.of.unit === "%" ? 100 : undefined} colour="var(--g)" />
    </div>
  </div>
);

const limitWords = ({ limits, unit }: Reading) =>
  limits && `Degraded from ${limits.warning} ${unit}, unhealthy from ${limits.critical} ${unit}`;

const Arc = (props: { share: number; filled?: boolean }) => (
  <circle
    class={props.filled ? styles.fill : undefined}
    cx="20"
    cy="20"
    r={radius}
    stroke-dasharray={`${(length * props.share).toFixed(2)} 999`}
    transform={`rotate(${startDegrees} 20 20)`}
    // A round cap on nothing would be a dot that says "a little".
    visibility={props.share === 0 ? "hidden" : undefined}
  />
);

const LimitMark = (props: { share: number; of: "warning" | "critical" }) => (
  <line
    class={styles.mark}
    data-limit={props.of}
    x1={20 + radius + 3.2}
    x2={20 + radius + 4.8}
    y1="20"
    y2="20"
    transform={`rotate(${startDegrees + props.share * turn * 360} 20 20)`}
  />
);
