import { createSignal, For } from "solid-js";
import { duration } from "../../lib/format";
import { Field } from "../../ui/Field";
import type { DraftStep } from "./editor.model";
import styles from "./Editor.module.css";

type Delay = Pick<DraftStep, "delayMinutes" | "delayBusinessDays">;

/** Units of clock time have their minutes; business days are counted on the calendar. */
const units = [
  { label: "minutes", minutes: 1 },
  { label: "hours", minutes: 60 },
  { label: "days", minutes: 1_440 },
  { label: "business days", minutes: 0 },
];

const largestUnit = (minutes: number) =>
  units.findLast((unit) => minutes && unit.minutes && minutes % unit.minutes === 0)?.minutes ?? 1;

const hintOf = ({ delayMinutes, delayBusinessDays }: Delay) =>
  delayBusinessDays === 0
    ? undefined
    : `Monday to Friday without the holidays, on the lead’s calendar${delayMinutes ? `, and then ${duration(delayMinutes)}` : ""}.`;

/** How long after the step before: a number and a unit. */
export function DelayField(props: {
  name: string;
  /** The other key that leads to it. */
  dataKey: string;
  delay: Delay;
  error?: string;
  onDelay: (delay: Delay) => void;
}) {
  const [unit, setUnit] = createSignal(
    props.delay.delayBusinessDays > 0 ? 0 : largestUnit(props.delay.delayMinutes),
  );
  const amount = () => (unit() ? props.delay.delayMinutes / unit() : props.delay.delayBusinessDays);
  /** Beside business days the minutes stay what they are. */
  const set = (value: number, of: number, minutes: number) =>
    props.onDelay(
      of
        ? { delayMinutes: Math.round(value * of), delayBusinessDays: 0 }
        : { delayMinutes: minutes, delayBusinessDays: Math.round(value) },
    );
  return (
    <Field
      label="Wait after the step before"
      hint={hintOf(props.delay)}
      error={props.error}
      control={(wiring) => (
        <div class={styles.delay}>
          <input
            class="input num"
            type="number"
            min="1"
            name={props.name}
            data-key={props.dataKey}
            id={wiring.id}
            aria-describedby={wiring["aria-describedby"]}
            aria-invalid={wiring["aria-invalid"]}
            value={amount()}
            onInput={(event) =>
              set(Math.max(0, event.currentTarget.valueAsNumber || 0), unit(), props.delay.delayMinutes)
            }
          />
          <select
            class="input"
            aria-label="Unit of the wait"
            onChange={(event) => {
              const next = Number(event.currentTarget.value);
              const value = Math.max(1, Math.round(amount()));
              setUnit(next);
              set(value, next, 0);
            }}
          >
            <For each={units}>
              {(each) => (
                <option value={each.minutes} selected={each.minutes === unit()}>
                  {each.label}
                </option>
              )}
            </For>
          </select>
        </div>
      )}
    />
  );
}
