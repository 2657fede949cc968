import { createSignal, Show } from "solid-js";
import { copyText } from "../../lib/clipboard";
import { Button } from "../../ui/Button";
import { Check, Copy } from "../../ui/icons";
import { Card } from "../../ui/Layout";
import { payloadText } from "./payload.model";
import styles from "./Job.module.css";

const thanksMs = 1_500;

/** What the job was given. */
export function PayloadCard(props: { payload: Record<string, unknown> }) {
  const [copied, setCopied] = createSignal(false);
  const copy = async () => {
    if (!(await copyText(payloadText(props.payload)))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), thanksMs);
  };
  return (
    <Card
      title="Payload"
      aside={
        <Button small tone="quiet" icon={copied() ? Check : Copy} onClick={() => void copy()}>
          {copied() ? "Copied" : "Copy"}
        </Button>
      }
    >
      <pre class={styles.payload} tabindex="0" aria-label="Payload">
        {payloadText(props.payload)}
      </pre>
      <Show when={payloadText(props.payload).includes("••••")}>
        <p class={styles.note}>•••• stands where a secret or an address is: nobody is shown it.</p>
      </Show>
    </Card>
  );
}
