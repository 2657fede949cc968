import type { JSX } from "solid-js";

export type Tone = "plain" | "ok" | "warn" | "bad" | "accent";

/** A state by colour and by word. */
export const Tag = (props: { tone?: Tone; title?: string; children: JSX.Element }) => (
  <span class="tag" data-tone={props.tone ?? "plain"} title={props.title}>
    {props.children}
  </span>
);
