import { createMemo } from "solid-js";

/** A line without axes. Give `max` (and `min`) where the scale has a meaning, e.g. percent. */
export function Spark(props: { values: readonly number[]; min?: number; max?: number; colour?: string }) {
  const path = createMemo(() => {
    const { values } = props;
    if (values.length < 2) return "";
    const low = props.min ?? Math.min(...values);
    const span = (props.max ?? Math.max(...values)) - low || 1;
    const y = (value: number) => (30 - (Math.min(value - low, span) / span) * 27).toFixed(2);
    const x = (index: number) => ((index / (values.length - 1)) * 100).toFixed(2);
    return values.map((value, index) => `${index ? "L" : "M"}${x(index)} ${y(value)}`).join("");
  });
  return (
    <svg
      class="spark"
      viewBox="0 0 100 32"
      preserveAspectRatio="none"
      aria-hidden="true"
      style={{ "--s": props.colour ?? "var(--accent)" }}
    >
      <path class="area" d={path() && `${path()}L100 32L0 32Z`} />
      <path class="line" d={path()} />
    </svg>
  );
}
