import { createMemo, Index } from "solid-js";
import { readingsOf } from "../../lib/health-readings";
import { Gauge } from "../../ui/Gauge";
import type { HealthNow } from "../health.gql";
import type { LiveHealth } from "../live-health";
import styles from "../Health.module.css";

/** CPU, memory, disk and event loop; grey when nothing has come for three seconds. */
export function Gauges(props: { of: LiveHealth; health: HealthNow }) {
  const readings = createMemo(() => readingsOf(props.health));
  return (
    <section aria-label="Machine" class={styles.gauges} data-stale={props.of.isStale() ? "" : undefined}>
      <h2 class="sr">Machine</h2>
      <Index each={readings()}>
        {(reading, index) => (
          <div class="card">
            <Gauge of={reading()} history={props.of.trend(index)} large />
          </div>
        )}
      </Index>
    </section>
  );
}
