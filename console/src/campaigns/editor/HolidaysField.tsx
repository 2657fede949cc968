import { createSignal, For } from "solid-js";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { X } from "../../ui/icons";
import styles from "./Schedule.module.css";

const spelled = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});
/** "Fri, 1 Jan 2027" */
const dayOf = (date: string) => {
  const time = new Date(`${date}T00:00:00Z`);
  return Number.isNaN(time.getTime()) ? date : spelled.format(time);
};

/** Dates on which nothing leaves, as chips. */
export function HolidaysField(props: {
  name: string;
  dates: readonly string[];
  error?: string;
  onDates: (dates: string[]) => void;
}) {
  const [date, setDate] = createSignal("");
  const add = () => {
    if (!date()) return;
    props.onDates([...new Set([...props.dates, date()])].toSorted());
    setDate("");
  };
  return (
    <Field
      label="Holidays"
      optional
      wide
      hint="Nothing leaves on these days, and they are no business days."
      error={props.error}
      control={(wiring) => (
        <div class={styles.holidays}>
          <input
            id={wiring.id}
            aria-describedby={wiring["aria-describedby"]}
            aria-invalid={wiring["aria-invalid"]}
            class="input"
            type="date"
            name={props.name}
            value={date()}
            onInput={(event) => setDate(event.currentTarget.value)}
            onKeyDown={(event) => event.key === "Enter" && (event.preventDefault(), add())}
          />
          <Button small aria-disabled={date() ? undefined : "true"} onClick={add}>
            Add day
          </Button>
          <ul aria-label="Chosen holidays">
            <For each={props.dates}>
              {(each) => (
                <li>
                  <span class="num">{dayOf(each)}</span>
                  <button
                    type="button"
                    aria-label={`Remove ${dayOf(each)}`}
                    onClick={() => props.onDates(props.dates.filter((other) => other !== each))}
                  >
                    <X size={13} aria-hidden="true" />
                  </button>
                </li>
              )}
            </For>
          </ul>
        </div>
      )}
    />
  );
}
