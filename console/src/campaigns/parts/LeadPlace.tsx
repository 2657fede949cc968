import { createSignal, For, Show } from "solid-js";
import { useSend } from "../../api/send";
import { useCan } from "../../app/me";
import { Button } from "../../ui/Button";
import { Refusal } from "../../ui/Refusal";
import { Time } from "../../ui/Time";
import { toast } from "../../ui/toast";
import type { Failure } from "../../api/failure";
import styles from "../Campaigns.module.css";
import { ResumeEnrollment, type Place } from "./place.gql";
import { asks, offered, standing, told, type Ask } from "./place.model";
import { PlaceModal } from "./PlaceModal";

/** Where a lead stands in the campaign, what was said of it, and what may be recorded now. */
export function LeadPlace(props: {
  place: Place;
  lead: { id: string; email: string };
  onChanged: () => void;
}) {
  const can = useCan();
  const { send, busy } = useSend();
  const [asking, setAsking] = createSignal<Ask>();
  const [refused, setRefused] = createSignal<Failure>();
  const resume = async () => {
    const { campaignId } = props.place;
    const { done, failure } = await send(ResumeEnrollment, { campaignId, leadId: props.lead.id });
    setRefused(failure);
    if (!done) return;
    toast("The sequence goes on");
    props.onChanged();
  };
  return (
    <section aria-label="Place in the campaign" class={styles.place}>
      <h3>Place in the campaign</h3>
      <p>{standing(props.place)}</p>
      <Show when={can("CAMPAIGN_UPDATE")}>
        <div class={styles.picks}>
          <Show when={props.place.state === "PAUSED"}>
            <Button small writes busy={busy()} onClick={() => void resume()}>
              Go on now
            </Button>
          </Show>
          <For each={offered(props.place)}>
            {(ask) => (
              <Button small writes tone={ask === "STOP" ? "quiet" : undefined} onClick={() => setAsking(ask)}>
                {asks[ask].label}
              </Button>
            )}
          </For>
        </div>
      </Show>
      <Show when={refused()}>{(failure) => <Refusal of={failure()} />}</Show>
      <Show when={props.place.events.length > 0}>
        <ol class={styles.events}>
          <For each={props.place.events}>
            {(event) => (
              <li>
                <b>{told(event)}</b>
                <Time at={event.at} exact />
                <small class="dim">
                  {event.by ? `said by ${event.by}` : "by itself"}
                  <Show when={event.note}>{(note) => <> · {note()}</>}</Show>
                </small>
              </li>
            )}
          </For>
        </ol>
      </Show>
      <Show when={asking()}>
        {(ask) => (
          <PlaceModal
            ask={ask()}
            campaignId={props.place.campaignId}
            lead={props.lead}
            onDone={props.onChanged}
            onClose={() => setAsking(undefined)}
          />
        )}
      </Show>
    </section>
  );
}
