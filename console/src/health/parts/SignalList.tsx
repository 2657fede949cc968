import { For, Show } from "solid-js";
import { sentence } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Layout";
import { healthTones } from "../../ui/status";
import { Tag } from "../../ui/Tag";
import type { Signal } from "../health.gql";
import { figure, fullOf, placeOf } from "../health.model";
import styles from "../Health.module.css";

/** Every figure that is judged, with the limits it is judged by. */
export const SignalList = (props: {
  signals: readonly Signal[];
  isStale: boolean;
  /** Missing where the limits are not theirs to change. */
  onLimits: (() => void) | undefined;
}) => {
  const bad = () => props.signals.filter((signal) => signal.status !== "HEALTHY").length;
  return (
    <Card
      title="Signals"
      aside={
        <span class={styles.signalshead}>
          {bad() ? `${bad()} of ${props.signals.length} over a limit` : "All within their limits"}
          <Show when={props.onLimits}>
            {(onLimits) => (
              <Button small onClick={() => onLimits()()}>
                Change limits
              </Button>
            )}
          </Show>
        </span>
      }
    >
      <ul class={styles.signals} data-stale={props.isStale ? "" : undefined}>
        <For each={props.signals}>{(signal) => <SignalLine of={signal} />}</For>
      </ul>
    </Card>
  );
};

const SignalLine = (props: { of: Signal }) => {
  const full = () => fullOf(props.of);
  const limit = (value: number) => figure(value, props.of.unit);
  return (
    <li>
      <span>{props.of.label}</span>
      <span
        class={styles.bar}
        title={`Degraded from ${limit(props.of.warning)}, unhealthy from ${limit(props.of.critical)}`}
        data-status={props.of.status}
        aria-hidden="true"
      >
        <i style={{ width: `${placeOf(props.of.value ?? 0, full())}%` }} />
        <s data-limit="warning" style={{ left: `${placeOf(props.of.warning, full())}%` }} />
        <s data-limit="critical" style={{ left: `${placeOf(props.of.critical, full())}%` }} />
      </span>
      <b class="num">{figure(props.of.value, props.of.unit)}</b>
      <small class="num">
        limits {limit(props.of.warning)}, {limit(props.of.critical)}
      </small>
      <span class={styles.word}>
        <Tag tone={healthTones[props.of.status]}>{sentence(props.of.status)}</Tag>
      </span>
    </li>
  );
};
