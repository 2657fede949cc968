import { For, onCleanup, onMount } from "solid-js";
import { variables } from "./editor.model";
import styles from "./Editor.module.css";

type Template = HTMLInputElement | HTMLTextAreaElement;

const isTemplate = (target: EventTarget | null): target is Template =>
  target instanceof HTMLElement && target.hasAttribute("data-template");

/** Puts a variable where the cursor stands in the subject or the body last written in. */
export function VariableChips(props: { fields: () => HTMLElement; otherwise: string }) {
  let last: Template | undefined;
  const remember = (event: FocusEvent) => {
    if (isTemplate(event.target)) last = event.target;
  };
  onMount(() => {
    const fields = props.fields();
    fields.addEventListener("focusin", remember);
    onCleanup(() => fields.removeEventListener("focusin", remember));
  });
  const insert = (name: string) => {
    const fallback = props.fields().querySelector<Template>(`[name="${props.otherwise}"]`);
    const field = last?.isConnected ? last : fallback;
    if (!field) return;
    const start = field.selectionStart ?? field.value.length;
    const end = field.selectionEnd ?? start;
    field.focus();
    field.setRangeText(`{{ ${name} }}`, start, end, "end");
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  };
  return (
    <div class={styles.variables} role="group" aria-label="Insert a variable">
      <For each={variables}>
        {(variable) => (
          <button
            type="button"
            title={`Insert {{ ${variable.name} }} at the cursor`}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => insert(variable.name)}
          >
            {variable.label}
          </button>
        )}
      </For>
    </div>
  );
}
