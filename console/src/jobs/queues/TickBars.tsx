import { Index } from "solid-js";
import { plural } from "../../lib/format";
import { runsIn, type Tick } from "./queue.model";
import styles from "./Queues.module.css";

const height = 32;

/** Runs that ended, by ten seconds: failed ones stand on top in red. */
export function TickBars(props: { ticks: readonly Tick[] }) {
  const most = () => Math.max(4, ...runsIn(props.ticks));
  const scaled = (value: number) => (value === 0 ? 0 : Math.max(1.5, (value / most()) * height));
  const total = (of: (tick: Tick) => number) => props.ticks.reduce((sum, tick) => sum + of(tick), 0);
  const words = () =>
    `Last five minutes: ${plural(
      total((tick) => tick.succeeded),
      "run",
    )} done, ${total((tick) => tick.failed)} failed`;
  return (
    <svg
      class={styles.ticks}
      viewBox={`0 0 ${Math.max(1, props.ticks.length) * 4} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={words()}
    >
      <Index each={props.ticks}>
        {(tick, index) => (
          <>
            <rect
              x={index * 4}
              width="3"
              y={height - scaled(tick().succeeded)}
              height={scaled(tick().succeeded)}
            />
            <rect
              data-bad
              x={index * 4}
              width="3"
              y={height - scaled(tick().succeeded) - scaled(tick().failed)}
              height={scaled(tick().failed)}
            />
          </>
        )}
      </Index>
    </svg>
  );
}
