import { Show } from "solid-js";
import { Problem } from "../../ui/Problem";
import styles from "../Campaigns.module.css";

/** Why the launch is another person's, and whom to ask; what launches is described by it. */
export const FourEyesNote = (props: { id: string; of: { reason: string } | null }) => (
  <Show when={props.of}>
    {(fourEyes) => (
      <div id={props.id} class={styles.note}>
        <Problem tone="note" message={fourEyes().reason} />
      </div>
    )}
  </Show>
);
