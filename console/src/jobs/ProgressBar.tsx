import { Show } from "solid-js";
import { Bar } from "../ui/Bar";
import type { progressOf } from "./jobs.model";
import styles from "./ProgressBar.module.css";

/** How far a job is; without a share only in words. No transition: it moves while people watch. */
export const ProgressBar = (props: { of: NonNullable<ReturnType<typeof progressOf>>; label: string }) => (
  <span class={styles.progress}>
    <Show when={props.of.share !== undefined}>
      <Bar
        kind="progressbar"
        label={`Progress of ${props.label}`}
        share={props.of.share ?? 0}
        text={props.of.text}
      />
    </Show>
    <small class="num clip">{props.of.text}</small>
  </span>
);
