import { createSignal, Show } from "solid-js";
import { copyText } from "../../lib/clipboard";
import { Button } from "../../ui/Button";
import { Check, Copy } from "../../ui/icons";
import type { EntryDetails } from "../audit.gql";
import { rawOf } from "../entry.model";
import styles from "../Audit.module.css";

const thanksMs = 1_500;

/** The entry as the API answers it. */
export function RawEntry(props: { entry: EntryDetails }) {
  const [copied, setCopied] = createSignal(false);
  const copy = async () => {
    if (!(await copyText(rawOf(props.entry)))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), thanksMs);
  };
  return (
    <details class={styles.raw}>
      <summary>JSON</summary>
      <Button small icon={copied() ? Check : Copy} onClick={() => void copy()}>
        <Show when={copied()} fallback="Copy JSON">
          Copied
        </Show>
      </Button>
      <pre tabindex="0" aria-label="The entry as JSON">
        {rawOf(props.entry)}
      </pre>
    </details>
  );
}
