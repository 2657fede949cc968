import { Match, Switch } from "solid-js";
import { span } from "../health.model";
import type { LiveHealth } from "../live-health";
import styles from "../Health.module.css";

const age = (ms: number) => (ms < 1000 ? `${Math.round(ms)} ms` : span(ms / 1000));
const hertz = (rate: number) => `${rate.toFixed(rate < 1.95 ? 1 : 0)} Hz`;

/** How fresh the figures are, as it was measured here and not as it was asked for. */
export const LiveLine = (props: { of: LiveHealth }) => (
  <span class={`${styles.liveline} num`}>
    <Switch fallback="Waiting for the first sample">
      <Match when={props.of.pausedFor() !== undefined}>
        Paused. What comes meanwhile is kept and shown when you resume.
      </Match>
      <Match when={props.of.isStale()}>
        <b class={styles.late}>No news: last sample {age(props.of.ageMs() ?? 0)} ago</b>
      </Match>
      <Match when={props.of.rate()}>
        {(rate) => (
          <>
            {hertz(rate())}, last sample {age(props.of.ageMs() ?? 0)} ago
          </>
        )}
      </Match>
    </Switch>
  </span>
);
