import { Show, type JSX } from "solid-js";
import { Button } from "./Button";
import { TriangleAlert } from "./icons";

/** Something went wrong, said where it belongs, with a way on. */
export const Problem = (props: {
  message: JSX.Element;
  tone?: "bad" | "warn" | "note";
  retry?: () => void;
  retryLabel?: string;
  children?: JSX.Element;
}) => (
  <div class="problem" data-tone={props.tone ?? "bad"} role={props.tone === "note" ? "status" : "alert"}>
    <TriangleAlert size={16} aria-hidden="true" />
    <span>{props.message}</span>
    {props.children}
    <Show when={props.retry}>
      <Button small onClick={() => props.retry?.()}>
        {props.retryLabel ?? "Retry"}
      </Button>
    </Show>
  </div>
);
