import { createSignal, onCleanup } from "solid-js";

/** How many seconds are left until a moment, for the eye; who listens is not told each second. */
export function Countdown(props: { until: number }) {
  const left = () => Math.max(1, Math.ceil((props.until - Date.now()) / 1_000));
  const [shown, setShown] = createSignal(left());
  const timer = setInterval(() => setShown(left()), 500);
  onCleanup(() => clearInterval(timer));
  return (
    <span class="num" aria-live="off">
      {shown()} s
    </span>
  );
}
