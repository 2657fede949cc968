import { useNavigate } from "@solidjs/router";
import { createSignal, Show } from "solid-js";
import { useCampaignMoves, useClone, type CampaignAction } from "../../api/campaign-actions";
import { ResumeButton } from "../../sending/ResumeButton";
import { Button } from "../../ui/Button";
import { Archive, Ban, Clock, Copy, Ellipsis, Pause, Pencil, Trash, Undo } from "../../ui/icons";
import { Menu, type MenuEntry } from "../../ui/Menu";
import type { CampaignRow } from "../campaigns.gql";
import { ConfirmMove, type Asked } from "./ConfirmMove";
import { ScheduleModal } from "./ScheduleModal";
import styles from "../Campaigns.module.css";

/** The likely next action as a button, the rest in a menu; only what may be done now. */
export function RowActions(props: { campaign: CampaignRow }) {
  const navigate = useNavigate();
  const { run, busy } = useCampaignMoves();
  const [asking, setAsking] = createSignal<Asked>();
  const [scheduling, setScheduling] = createSignal(false);
  const copying = useClone();
  const may = (action: CampaignAction) => props.campaign.availableActions.includes(action);
  const isOthers = () => props.campaign.fourEyes !== null;
  const copy = async () => {
    const id = await copying.clone(props.campaign);
    if (id) navigate(`/campaigns/${id}/edit`);
  };
  const all = (): (MenuEntry & { action: CampaignAction })[] => [
    {
      action: "UPDATE",
      label: "Edit",
      icon: Pencil,
      run: () => navigate(`/campaigns/${props.campaign.id}/edit`),
    },
    {
      action: "SCHEDULE",
      label: `${props.campaign.status === "SCHEDULED" ? "Change time" : "Schedule"}${isOthers() ? " (a second person)" : ""}`,
      icon: Clock,
      disabled: isOthers(),
      run: () => setScheduling(true),
    },
    {
      action: "UNSCHEDULE",
      label: "Unschedule",
      icon: Undo,
      run: () => void run("UNSCHEDULE", props.campaign),
    },
    { action: "CLONE", label: "Make a copy", icon: Copy, run: () => void copy() },
    { action: "ARCHIVE", label: "Archive", icon: Archive, run: () => setAsking("ARCHIVE") },
    { action: "CANCEL", label: "Cancel campaign", icon: Ban, tone: "danger", run: () => setAsking("CANCEL") },
    { action: "DELETE", label: "Delete draft", icon: Trash, tone: "danger", run: () => setAsking("DELETE") },
  ];
  const entries = () => all().filter(({ action }) => may(action));
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
      <Show when={may("RESUME") && !isOthers()}>
        <ResumeButton small campaign={props.campaign} />
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
      <Show when={scheduling()}>
        <ScheduleModal campaign={props.campaign} onClose={() => setScheduling(false)} />
      </Show>
    </span>
  );
}
