import { createUniqueId, For, Show } from "solid-js";
import { CircleAlert, RotateCcw } from "../../ui/icons";
import { figure } from "../health.model";
import type { Limit } from "../limits.gql";
import { sides, type Side } from "./limits.model";
import styles from "../Health.module.css";

const words: Record<Side, string> = { warning: "degraded", critical: "unhealthy" };

/** The two limits of one figure; what differs from what the product comes with can be set back. */
export const LimitLine = (props: {
  limit: Limit;
  typed: Record<Side, string> | undefined;
  fault: string | undefined;
  onType: (typed: Record<Side, string>) => void;
}) => {
  const id = createUniqueId();
  const usual = () => ({
    warning: String(props.limit.defaultWarning),
    critical: String(props.limit.defaultCritical),
  });
  const typed = () => props.typed ?? usual();
  const isUsual = () => sides.every((side) => typed()[side] === usual()[side]);
  const usualWords = () =>
    `${figure(props.limit.defaultWarning, props.limit.unit)} and ${figure(props.limit.defaultCritical, props.limit.unit)}`;
  return (
    <li class={styles.limit}>
      <span>
        {props.limit.label} <small>in {props.limit.unit}</small>
      </span>
      <For each={sides}>
        {(side) => (
          <input
            class="input"
            inputmode="decimal"
            autocomplete="off"
            aria-label={`${props.limit.label}: ${words[side]} from, in ${props.limit.unit}`}
            aria-invalid={props.fault ? "true" : undefined}
            aria-describedby={props.fault ? id : undefined}
            value={typed()[side]}
            onInput={(event) => props.onType({ ...typed(), [side]: event.currentTarget.value })}
          />
        )}
      </For>
      <Show when={!isUsual()} fallback={<span />}>
        <button
          type="button"
          class="icon"
          aria-label={`${props.limit.label}: back to ${usualWords()}`}
          title={`Back to ${usualWords()}`}
          onClick={() => props.onType(usual())}
        >
          <RotateCcw size={14} aria-hidden="true" />
        </button>
      </Show>
      <Show when={props.fault}>
        <p class={styles.fault} id={id}>
          <CircleAlert size={12} aria-hidden="true" />
          {props.fault}
        </p>
      </Show>
    </li>
  );
};
