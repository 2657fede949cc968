import { Minus, Plus } from "../../ui/icons";
import { whyReadOnly } from "../../ui/Button";
import styles from "./Queues.module.css";

/** A whole number between bounds, typed or stepped. */
export function Stepper(props: {
  label: string;
  value: number;
  min: number;
  max: number;
  invalid?: boolean;
  onValue: (value: number) => void;
}) {
  const set = (value: number) => {
    if (Number.isFinite(value)) props.onValue(Math.min(props.max, Math.max(props.min, Math.round(value))));
  };
  const Step = (step: { by: 1 | -1; verb: string }) => (
    <button
      type="button"
      class={styles.step}
      aria-label={`${step.verb} ${props.label.toLowerCase()}`}
      disabled={
        Boolean(whyReadOnly()) || (step.by === 1 ? props.value >= props.max : props.value <= props.min)
      }
      onClick={() => set(props.value + step.by)}
    >
      {step.by === 1 ? <Plus size={13} aria-hidden="true" /> : <Minus size={13} aria-hidden="true" />}
    </button>
  );
  return (
    <div class={styles.stepper}>
      <span aria-hidden="true">{props.label}</span>
      <span class={styles.steps}>
        <Step by={-1} verb="Fewer" />
        <input
          type="number"
          class="num"
          aria-label={props.label}
          aria-invalid={props.invalid ? "true" : undefined}
          title={whyReadOnly()}
          readonly={Boolean(whyReadOnly())}
          min={props.min}
          max={props.max}
          value={props.value}
          onChange={(event) => {
            set(event.currentTarget.valueAsNumber);
            event.currentTarget.value = String(props.value);
          }}
        />
        <Step by={1} verb="More" />
      </span>
    </div>
  );
}
