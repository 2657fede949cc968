import { createUniqueId, For, Show, splitProps, type JSX } from "solid-js";
import { CircleAlert } from "./icons";

interface Labelled {
  label: string;
  hint?: JSX.Element;
  error?: string;
  optional?: boolean;
  wide?: boolean;
}

interface Wiring {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": "true" | undefined;
}

/** Label, hint and error of one control, tied to it for assistive technology. */
export function Field(props: Labelled & { control: (wiring: Wiring) => JSX.Element }) {
  const id = createUniqueId();
  const wiring: Wiring = {
    id,
    get "aria-describedby"() {
      return props.error ? `${id}-error` : props.hint ? `${id}-hint` : undefined;
    },
    get "aria-invalid"() {
      return props.error ? ("true" as const) : undefined;
    },
  };
  return (
    <div class="field" data-wide={props.wide ? "" : undefined}>
      <label for={id}>
        {props.label}
        <Show when={props.optional}>
          <small> · optional</small>
        </Show>
      </label>
      {props.control(wiring)}
      <Show when={props.error} fallback={<Hint id={id} text={props.hint} />}>
        <p class="error" id={`${id}-error`}>
          <CircleAlert size={12} aria-hidden="true" />
          {props.error}
        </p>
      </Show>
    </div>
  );
}

const Hint = (props: { id: string; text: JSX.Element }) => (
  <Show when={props.text}>
    <p class="hint" id={`${props.id}-hint`}>
      {props.text}
    </p>
  </Show>
);

const labelled = ["label", "hint", "error", "optional", "wide"] as const;

/** A line of text. */
export function TextField(
  props: Labelled & { onValue?: (value: string) => void } & JSX.InputHTMLAttributes<HTMLInputElement>,
) {
  const [own, rest] = splitProps(props, [...labelled, "onValue"]);
  return (
    <Field
      {...own}
      control={(wiring) => (
        <input
          class="input"
          type="text"
          {...rest}
          id={wiring.id}
          aria-describedby={wiring["aria-describedby"]}
          aria-invalid={wiring["aria-invalid"]}
          onInput={(event) => own.onValue?.(event.currentTarget.value)}
        />
      )}
    />
  );
}

/** Several lines of text. */
export function AreaField(
  props: Labelled & { onValue?: (value: string) => void } & JSX.TextareaHTMLAttributes<HTMLTextAreaElement>,
) {
  const [own, rest] = splitProps(props, [...labelled, "onValue", "class"]);
  return (
    <Field
      {...own}
      control={(wiring) => (
        <textarea
          {...rest}
          class={`input ${own.class ?? ""}`}
          id={wiring.id}
          aria-describedby={wiring["aria-describedby"]}
          aria-invalid={wiring["aria-invalid"]}
          onInput={(event) => own.onValue?.(event.currentTarget.value)}
        />
      )}
    />
  );
}

export interface Choice {
  value: string;
  label: string;
}

/** A choice from a short list, with the platform's own list so that it works everywhere. */
export function SelectField(
  props: Labelled & {
    choices: readonly Choice[];
    value: string;
    onValue: (value: string) => void;
    name?: string;
  },
) {
  const [own, rest] = splitProps(props, [...labelled]);
  return (
    <Field
      {...own}
      control={(wiring) => (
        <select
          class="input"
          name={rest.name}
          id={wiring.id}
          aria-describedby={wiring["aria-describedby"]}
          aria-invalid={wiring["aria-invalid"]}
          onChange={(event) => rest.onValue(event.currentTarget.value)}
        >
          <Choices of={rest.choices} value={rest.value} />
        </select>
      )}
    />
  );
}

/** A filter above a list: no visible label, but a name for those who cannot see it. */
export const CompactSelect = (props: {
  label: string;
  choices: readonly Choice[];
  value: string;
  onValue: (value: string) => void;
}) => (
  <select
    class="input"
    data-compact
    aria-label={props.label}
    onChange={(event) => props.onValue(event.currentTarget.value)}
  >
    <Choices of={props.choices} value={props.value} />
  </select>
);

const Choices = (props: { of: readonly Choice[]; value: string }) => (
  <For each={props.of}>
    {(choice) => (
      <option value={choice.value} selected={choice.value === props.value}>
        {choice.label}
      </option>
    )}
  </For>
);
