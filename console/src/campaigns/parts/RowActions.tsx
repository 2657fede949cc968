import { useNavigate } from "@solidjs/router";
import { createSignal, Show } from "solid-js";
import { useCampaignMoves, type Move } from "../../api/campaign-actions";
import { Button } from "../../ui/Button";
import { Ban, Ellipsis, Pause, Pencil, Play, Trash } from "../../ui/icons";
import { Menu, type MenuEntry } from "../../ui/Menu";
import type { CampaignRow } from "../campaigns.gql";
import { ConfirmMove } from "./ConfirmMove";
import styles from "../Campaigns.module.css";

/** The likely next action as a button, the rest in a menu; only what may be done now. */
export function RowActions(props: { campaign: CampaignRow }) {
  const navigate = useNavigate();
  const { run, busy } = useCampaignMoves();
  const [asking, setAsking] = createSignal<Move>();
  const may = (action: "PAUSE" | "RESUME" | "UPDATE" | "CANCEL" | "DELETE") =>
    props.campaign.availableActions.includes(action);
  const entries = (): MenuEntry[] => [
    ...(may("UPDATE")
      ? [{ label: "Edit", icon: Pencil, run: () => navigate(`/campaigns/${props.campaign.id}/edit`) }]
      : []),
    ...(may("CANCEL")
      ? [{ label: "Cancel campaign", icon: Ban, tone: "danger" as const, run: () => setAsking("CANCEL") }]
      : []),
    ...(may("DELETE")
      ? [{ label: "Delete draft", icon: Trash, tone: "danger" as const, run: () => setAsking("DELETE") }]
      : []),
  ];
  return (
    <span class={styles.rowactions}>
      <Show when={may("PAUSE")}>
        <Button
          small
          icon={Pause}
          busy={busy() === "PAUSE"}
          onClick={() => void run("PAUSE", props.campaign)}
        >
          Pause
        </Button>
      </Show>
      <Show when={may("RESUME")}>
        <Button
          small
          icon={Play}
          busy={busy() === "RESUME"}
          onClick={() => void run("RESUME", props.campaign)}
        >
          Resume
        </Button>
      </Show>
      <Show when={entries().length} fallback={<span class="icon" />}>
        <Menu class="icon" label={`More actions for ${props.campaign.name}`} entries={entries()}>
          <Ellipsis size={16} aria-hidden="true" />
        </Menu>
      </Show>
      <Show when={asking()}>
        {(move) => (
          <ConfirmMove
            move={move()}
            campaign={props.campaign}
            onConfirm={() => run(move(), props.campaign)}
            onClose={() => setAsking(undefined)}
          />
        )}
      </Show>
    </span>
  );
}
