import { createSignal, Show } from "solid-js";
import { copyText } from "../lib/clipboard";
import { Check, Copy } from "./icons";

const thanksMs = 1_500;

/** A value with a button that copies it. */
export function Copyable(props: { value: string; label: string; mono?: boolean }) {
  const [copied, setCopied] = createSignal(false);
  const copy = async () => {
    if (!(await copyText(props.value))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), thanksMs);
  };
  return (
    <span class="copyable">
      <span class={props.mono ? "mono" : undefined}>{props.value}</span>
      <button
        type="button"
        class="icon"
        aria-label={copied() ? `${props.label} copied` : `Copy ${props.label}`}
        onClick={() => void copy()}
      >
        <Show when={copied()} fallback={<Copy size={13} aria-hidden="true" />}>
          <Check size={13} aria-hidden="true" />
        </Show>
      </button>
    </span>
  );
}
