import { For, Show } from "solid-js";
import { countIn, segmentsOf } from "../../lib/accounting";
import { count, plural, sentence } from "../../lib/format";
import { ConfirmModal } from "../../ui/dialogs";
import { SegmentBar } from "../../ui/SegmentBar";
import { Problem } from "../../ui/States";
import type { Editable } from "./editor.gql";
import styles from "./Editor.module.css";

/** The last question before mail leaves: how many get it, how many do not, and why not. */
export function LaunchModal(props: {
  campaign: Pick<Editable, "name" | "fromName" | "fromEmail" | "accounting"> & { steps: readonly object[] };
  onLaunch: () => Promise<boolean>;
  onClose: () => void;
}) {
  const accounting = () => props.campaign.accounting;
  const mailed = () => countIn(accounting(), "PLANNED", "QUEUED", "SENDING");
  const skipped = () => segmentsOf(accounting()).find((segment) => segment.bucket === "SKIPPED");
  return (
    <ConfirmModal
      title={`Launch “${props.campaign.name}”?`}
      description={`${plural(mailed(), "person", "people")} will be mailed, from ${props.campaign.fromName} <${props.campaign.fromEmail}>.`}
      confirm={`Launch to ${plural(mailed(), "person", "people")}`}
      cancel="Not yet"
      tone="primary"
      onConfirm={props.onLaunch}
      onClose={props.onClose}
    >
      <SegmentBar accounting={accounting()} big label="Audience" />
      <dl class={styles.launch}>
        <div>
          <dt>Audience</dt>
          <dd class="num">{count(accounting().audience)}</dd>
        </div>
        <div>
          <dt>Will be mailed</dt>
          <dd class="num">{count(mailed())}</dd>
        </div>
        <Show when={skipped()}>
          {(segment) => (
            <div>
              <dt>Will be skipped</dt>
              <dd class="num">{count(segment().count)}</dd>
            </div>
          )}
        </Show>
        <For each={skipped()?.reasons}>
          {(each) => (
            <div class={styles.why}>
              <dt>{sentence(each.reason)}</dt>
              <dd class="num">{count(each.count)}</dd>
            </div>
          )}
        </For>
        <Show when={props.campaign.steps.length > 1}>
          <div>
            <dt>Steps</dt>
            <dd class="num">{props.campaign.steps.length}</dd>
          </div>
        </Show>
      </dl>
      <Show when={mailed() === 0}>
        <Problem tone="warn" message="Nobody would be mailed. Choose a list with mailable leads first." />
      </Show>
    </ConfirmModal>
  );
}
