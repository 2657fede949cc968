import { createSignal, Show } from "solid-js";
import { Field } from "./Field";
import { Check, Eye, EyeOff } from "./icons";
import styles from "./Password.module.css";

const least = 12;
const most = 128;

interface PasswordProps {
  label: string;
  name: string;
  autocomplete: "new-password" | "current-password";
  error?: string;
  /** Lists what a new one must be, while it is typed. */
  rules?: boolean;
}

/** A password; it can be looked at while it is typed. */
export function PasswordField(props: PasswordProps) {
  const [shown, setShown] = createSignal(false);
  const [length, setLength] = createSignal(0);
  return (
    <div>
      <Field
        label={props.label}
        error={props.error}
        control={(wiring) => (
          <>
            <span class={styles.control}>
              <input
                class="input"
                name={props.name}
                type={shown() ? "text" : "password"}
                autocomplete={props.autocomplete}
                autocapitalize="none"
                spellcheck={false}
                required
                id={wiring.id}
                aria-describedby={
                  wiring["aria-describedby"] ?? (props.rules ? `${wiring.id}-rules` : undefined)
                }
                aria-invalid={wiring["aria-invalid"]}
                onInput={(event) => setLength([...event.currentTarget.value.normalize("NFC")].length)}
              />
              <button
                type="button"
                class="icon"
                aria-pressed={shown()}
                aria-label="Show characters"
                title={shown() ? "Hide" : "Show"}
                onClick={() => setShown(!shown())}
              >
                <Show when={shown()} fallback={<Eye size={15} aria-hidden="true" />}>
                  <EyeOff size={15} aria-hidden="true" />
                </Show>
              </button>
            </span>
            <Show when={props.rules}>
              <Rules id={`${wiring.id}-rules`} length={length()} />
            </Show>
          </>
        )}
      />
    </div>
  );
}

/** The first rule is counted here; what is too common or too close to the person, the server knows. */
function Rules(props: { id: string; length: number }) {
  const met = () => props.length >= least && props.length <= most;
  return (
    <ul class={styles.rules} id={props.id}>
      <li data-met={met() ? "" : undefined}>
        <Show when={met()}>
          <Check size={13} aria-hidden="true" />
        </Show>
        <span>
          {least} to {most} characters, spaces and any signs allowed
          <Show when={props.length > 0 && !met()}>
            <span class="num"> · now {props.length}</span>
          </Show>
        </span>
      </li>
      <li>Not one that is tried first, such as “password1234”</li>
      <li>Not made of your name, your address or ours</li>
    </ul>
  );
}
