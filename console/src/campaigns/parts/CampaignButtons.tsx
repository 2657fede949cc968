import { createSignal, Show } from "solid-js";
import { useCampaignMoves, type Move } from "../../api/campaign-actions";
import { Button, LinkButton } from "../../ui/Button";
import { Ban, Pause, Pencil, Play, Trash } from "../../ui/icons";
import type { CampaignDetails } from "../campaigns.gql";
import { ConfirmMove } from "./ConfirmMove";

/** What may be done with a campaign now, as its `availableActions` say. */
export function CampaignButtons(props: { campaign: CampaignDetails; onDeleted: () => void }) {
  const { run, busy } = useCampaignMoves();
  const [asking, setAsking] = createSignal<Move>();
  const may = (action: (typeof props.campaign.availableActions)[number]) =>
    props.campaign.availableActions.includes(action);
  const confirmed = async (move: Move) => {
    const done = await run(move, props.campaign);
    if (done && move === "DELETE") props.onDeleted();
    return done;
  };
  return (
    <>
      <Show when={may("DELETE")}>
        <Button tone="quiet" icon={Trash} onClick={() => setAsking("DELETE")}>
          Delete
        </Button>
      </Show>
      <Show when={may("CANCEL")}>
        <Button tone="quiet" icon={Ban} onClick={() => setAsking("CANCEL")}>
          Cancel campaign
        </Button>
      </Show>
      <Show when={may("UPDATE")}>
        <LinkButton href={`/campaigns/${props.campaign.id}/edit`} icon={Pencil}>
          Edit
        </LinkButton>
      </Show>
      <Show when={may("PAUSE")}>
        <Button icon={Pause} busy={busy() === "PAUSE"} onClick={() => void run("PAUSE", props.campaign)}>
          Pause
        </Button>
      </Show>
      <Show when={may("RESUME")}>
        <Button
          tone="primary"
          icon={Play}
          busy={busy() === "RESUME"}
          onClick={() => void run("RESUME", props.campaign)}
        >
          Resume
        </Button>
      </Show>
      <Show when={asking()}>
        {(move) => (
          <ConfirmMove
            move={move()}
            campaign={props.campaign}
            onConfirm={() => confirmed(move())}
            onClose={() => setAsking(undefined)}
          />
        )}
      </Show>
    </>
  );
}
