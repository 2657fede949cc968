import { createUniqueId, type JSX } from "solid-js";
import { whyReadOnly } from "./Button";
import styles from "./Switch.module.css";

/** On or off, in force at once. While `busy` it keeps the focus and ignores presses. */
export function Switch(props: {
  label: string;
  text?: JSX.Element;
  checked: boolean;
  busy?: boolean;
  onChange: (checked: boolean) => void;
}) {
  const id = createUniqueId();
  return (
    <div class={styles.row}>
      <div>
        <label for={id}>{props.label}</label>
        <p id={`${id}-text`}>{props.text}</p>
      </div>
      <input
        id={id}
        type="checkbox"
        role="switch"
        class={styles.switch}
        checked={props.checked}
        aria-checked={props.checked}
        aria-describedby={`${id}-text`}
        aria-disabled={props.busy || whyReadOnly() ? "true" : undefined}
        title={whyReadOnly()}
        onClick={(event) => {
          // The server decides; the switch follows what it says.
          event.preventDefault();
          if (!props.busy && !whyReadOnly()) props.onChange(!props.checked);
        }}
      />
    </div>
  );
}
