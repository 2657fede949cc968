import { Show } from "solid-js";
import { countIn } from "../../lib/accounting";
import { plural } from "../../lib/format";
import { Card } from "../../ui/Layout";
import { Problem } from "../../ui/Problem";
import styles from "../Campaigns.module.css";
import type { Editable } from "./editor.gql";
import { isLive } from "./use-editor";

/** Of what runs or is paused: whom an edit still reaches. */
export const LiveNote = (props: { campaign: Editable | undefined }) => (
  <Show when={isLive(props.campaign) && props.campaign}>
    {(campaign) => (
      <div class={styles.note}>
        <Problem
          tone="note"
          message={`Changes apply to ${plural(waiting(campaign()), "mail")} that ${waiting(campaign()) === 1 ? "has" : "have"} not been begun, and to what follows. What was sent keeps its text.`}
        />
      </div>
    )}
  </Show>
);

const waiting = ({ accounting }: Editable) => countIn(accounting, "PLANNED") + countIn(accounting, "QUEUED");

export const LaunchedAudience = () => (
  <Card title="Audience">
    <p class="dim">
      Whom it is for stays as it was launched. Make a copy for other leads; stop single leads from their
      message.
    </p>
  </Card>
);
