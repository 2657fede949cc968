import { createSignal } from "solid-js";
import { Field } from "../../ui/Field";
import styles from "./Editor.module.css";

const units = [
  { label: "minutes", minutes: 1 },
  { label: "hours", minutes: 60 },
  { label: "days", minutes: 1_440 },
];

const largestUnit = (minutes: number) => units.findLast((unit) => minutes && minutes % unit.minutes === 0);

/** How long after the step before: a number and a unit, kept in minutes. */
export function DelayField(props: {
  name: string;
  minutes: number;
  error?: string;
  onMinutes: (minutes: number) => void;
}) {
  const [unit, setUnit] = createSignal(largestUnit(props.minutes)?.minutes ?? 1);
  return (
    <Field
      label="Wait after the step before"
      error={props.error}
      control={(wiring) => (
        <div class={styles.delay}>
          <input
            class="input num"
            type="number"
            min="1"
            name={props.name}
            id={wiring.id}
            aria-describedby={wiring["aria-describedby"]}
            aria-invalid={wiring["aria-invalid"]}
            value={props.minutes / unit()}
            onInput={(event) =>
              props.onMinutes(Math.max(0, Math.round(event.currentTarget.valueAsNumber * unit()) || 0))
            }
          />
          <select
            class="input"
            aria-label="Unit of the wait"
            onChange={(event) => {
              const next = Number(event.currentTarget.value);
              const amount = Math.max(1, Math.round(props.minutes / unit()));
              setUnit(next);
              props.onMinutes(amount * next);
            }}
          >
            {units.map((each) => (
              <option value={each.minutes} selected={each.minutes === unit()}>
                {each.label}
              </option>
            ))}
          </select>
        </div>
      )}
    />
  );
}
