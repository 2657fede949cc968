import { Show } from "solid-js";
import { useSecond } from "../lib/clock";
import { exactTime } from "../lib/format";
import { wholeSpan } from "./jobs.model";

/** "in 34 s", counted down; when the moment is there, `due`. Who listens is not told each second. */
export function Until(props: { at: string; due?: string }) {
  const second = useSecond();
  const left = () => Math.ceil((Date.parse(props.at) - second()) / 1_000);
  return (
    <time datetime={props.at} title={exactTime(props.at)} class="num" aria-live="off">
      <Show when={left() > 0} fallback={props.due ?? "now"}>
        in {wholeSpan(left())}
      </Show>
    </time>
  );
}

/** How long something has lasted, counted on. */
export function Since(props: { at: string }) {
  const second = useSecond();
  return (
    <time datetime={props.at} title={exactTime(props.at)} class="num" aria-live="off">
      {wholeSpan((second() - Date.parse(props.at)) / 1_000)}
    </time>
  );
}
