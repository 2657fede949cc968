import { createSignal, For, Show } from "solid-js";
import type { Failure } from "../../api/failure";
import { useSend } from "../../api/send";
import { now } from "../../lib/clock";
import { dateTime } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Refusal } from "../../ui/Refusal";
import { toast } from "../../ui/toast";
import { MuteRule, type Rule } from "../alerts.gql";
import { isMuted, muteChoices } from "./alerts.model";
import styles from "../Health.module.css";

const hourMs = 3_600_000;

/** Silence for a while: what happens is recorded, and nobody is told. */
export function MuteRow(props: { rule: Rule; onMuted: (rule: Rule) => void }) {
  const { send, busy } = useSend();
  const [failure, setFailure] = createSignal<Failure>();
  const mute = async (until: string | null) => {
    const { done, failure: refused } = await send(MuteRule, { id: props.rule.id, until });
    setFailure(refused);
    if (!done) return;
    toast(until ? `Muted until ${dateTime(until)}` : "People are told again");
    props.onMuted(done.alertRule);
  };
  return (
    <section class={styles.mute}>
      <h3>{isMuted(props.rule, now()) ? `Muted until ${dateTime(props.rule.mutedUntil ?? "")}` : "Mute"}</h3>
      <p class="dim">Muted, alerts are recorded and nobody is told.</p>
      <div class="actions">
        <Show
          when={isMuted(props.rule, now())}
          fallback={
            <For each={muteChoices}>
              {({ hours, label }) => (
                <Button
                  small
                  busy={busy()}
                  aria-label={`Mute for ${label}`}
                  onClick={() => void mute(new Date(Date.now() + hours * hourMs).toISOString())}
                >
                  {label}
                </Button>
              )}
            </For>
          }
        >
          <Button small busy={busy()} onClick={() => void mute(null)}>
            Tell again
          </Button>
        </Show>
      </div>
      <Show when={failure()}>{(refused) => <Refusal of={refused()} />}</Show>
    </section>
  );
}
