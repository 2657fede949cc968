import { Show } from "solid-js";
import { now } from "../../lib/clock";
import { ago, exactTime } from "../../lib/format";

const minuteMs = 60_000;

/** "Starts in 3 h"; the exact time, own zone and UTC, on hover. */
export const StartsIn = (props: { at: string }) => {
  const left = () => Date.parse(props.at) - now();
  return (
    <time datetime={props.at} title={exactTime(props.at)} class="num">
      <Show when={left() > -minuteMs} fallback={<>Was to start {ago(props.at, now())}</>}>
        <Show when={left() >= minuteMs} fallback={<>Starts within a minute</>}>
          Starts {ago(props.at, now())}
        </Show>
      </Show>
    </time>
  );
};
