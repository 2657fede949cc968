import { createUniqueId, Show, type JSX } from "solid-js";
import styles from "./Panel.module.css";

/** One part of the panel. Its heading takes the focus when the control that had it is gone. */
export function Section(props: {
  title: string;
  aside?: JSX.Element;
  heading?: (element: HTMLElement) => void;
  children: JSX.Element;
}) {
  const id = createUniqueId();
  return (
    <section class={styles.section} aria-labelledby={id}>
      <div class={styles.sectionhead}>
        <h3 id={id} tabindex="-1" ref={(element) => props.heading?.(element)}>
          {props.title}
        </h3>
        <Show when={props.aside}>
          <div>{props.aside}</div>
        </Show>
      </div>
      {props.children}
    </section>
  );
}
