import { Show } from "solid-js";
import { useUrlState } from "../../lib/url-state";
import { Pills } from "../../ui/Pills";
import { localInput } from "../../lib/format";
import { ranges, usualRange, windowOf, type Ask, type Range } from "../audit.model";
import styles from "../Audit.module.css";

type Choice = Range | "custom";

const options = [
  ...ranges.map(({ value, label }) => ({ value, label })),
  { value: "custom", label: "Custom" },
] as const;

/** From when to when: back from now, or between two moments. What has not been yet cannot be chosen. */
export function RangePicker(props: { ask: Ask }) {
  const url = useUrlState();
  const chosen = (): Choice => (props.ask.from ? "custom" : props.ask.range);
  const span = () => windowOf(props.ask, Date.now());
  const choose = (value: Choice) => {
    if (value !== "custom")
      return url.set({ range: value === usualRange ? undefined : value, from: undefined, to: undefined });
    const { from, to } = span();
    url.set({ from: new Date(from ?? to - 86_400_000).toISOString() });
  };
  const set = (key: "from" | "to", local: string) => {
    const ms = Date.parse(local);
    if (Number.isNaN(ms)) return key === "to" && url.set({ to: undefined });
    url.set({ [key]: new Date(Math.min(ms, Date.now())).toISOString() });
  };
  return (
    <div class={styles.range}>
      <Pills label="Time" options={options} value={chosen()} onValue={choose} />
      <Show when={props.ask.from}>
        {(from) => (
          <div class={styles.moments}>
            <input
              class="input"
              type="datetime-local"
              aria-label="From"
              max={localInput(Date.now())}
              value={localInput(Date.parse(from()))}
              onChange={(event) => set("from", event.currentTarget.value)}
            />
            <span aria-hidden="true">–</span>
            <input
              class="input"
              type="datetime-local"
              aria-label="To; empty for now"
              min={localInput(Date.parse(from()))}
              max={localInput(Date.now())}
              value={props.ask.to ? localInput(Date.parse(props.ask.to)) : ""}
              onChange={(event) => set("to", event.currentTarget.value)}
            />
          </div>
        )}
      </Show>
    </div>
  );
}
