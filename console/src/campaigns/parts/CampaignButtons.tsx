import { useNavigate } from "@solidjs/router";
import { createSignal, Show } from "solid-js";
import { useCampaignMoves, useClone, type Move } from "../../api/campaign-actions";
import { usePageKeys } from "../../app/keys";
import { useCan } from "../../app/me";
import { auditAddress } from "../../lib/audit-address";
import { Button, LinkButton } from "../../ui/Button";
import { Archive, Ban, Clock, Copy, Pause, Pencil, ScrollText, Send, Trash, Undo } from "../../ui/icons";
import { ResumeButton } from "../../sending/ResumeButton";
import type { CampaignDetails } from "../campaigns.gql";
import { LaunchModal } from "../editor/LaunchModal";
import { ConfirmMove, type Asked } from "./ConfirmMove";
import { ScheduleModal } from "./ScheduleModal";

type Action = CampaignDetails["availableActions"][number];

/**
 * What may be done with a campaign now, as its `availableActions` say. What a second person has to do stays on screen and
 * says so; `describedBy` is the note with the reason.
 */
export function CampaignButtons(props: {
  campaign: CampaignDetails;
  describedBy: string;
  onDeleted: () => void;
}) {
  const can = useCan();
  const navigate = useNavigate();
  const { run, busy } = useCampaignMoves();
  const copying = useClone();
  const [asking, setAsking] = createSignal<Asked | "LAUNCH" | "SCHEDULE">();
  const may = (action: Action) => props.campaign.availableActions.includes(action);
  const asked = () => {
    const question = asking();
    return question === "LAUNCH" || question === "SCHEDULE" ? undefined : question;
  };
  const isOthers = () => props.campaign.fourEyes !== null;
  /** For buttons that another person has to press. */
  const others = (applies = true) =>
    applies && isOthers()
      ? {
          "aria-disabled": "true" as const,
          "aria-describedby": props.describedBy,
          title: props.campaign.fourEyes?.reason,
        }
      : {};
  const isScheduled = () => props.campaign.status === "SCHEDULED";
  const ask = (question: "LAUNCH" | "SCHEDULE") => {
    if (may(question) && !isOthers()) setAsking(question);
  };
  const copy = async () => {
    if (!may("CLONE") || copying.busy()) return;
    const id = await copying.clone(props.campaign);
    if (id) navigate(`/campaigns/${id}/edit`);
  };
  const confirmed = async (move: Move) => {
    const done = await run(move, props.campaign);
    if (done && move === "DELETE") props.onDeleted();
    return done;
  };
  usePageKeys({ s: () => ask("SCHEDULE"), c: () => void copy() });
  return (
    <>
      <Show when={can("SYSTEM_AUDIT_READ")}>
        <LinkButton
          tone="quiet"
          icon={ScrollText}
          href={auditAddress(`target:campaign:${props.campaign.id}`)}
        >
          History
        </LinkButton>
      </Show>
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
      <Show when={may("ARCHIVE")}>
        <Button tone="quiet" icon={Archive} onClick={() => setAsking("ARCHIVE")}>
          Archive
        </Button>
      </Show>
      <Show when={may("CLONE")}>
        <Button icon={Copy} busy={copying.busy()} title="C" onClick={() => void copy()}>
          Make a copy
        </Button>
      </Show>
      <Show when={may("UPDATE")}>
        <LinkButton href={`/campaigns/${props.campaign.id}/edit`} icon={Pencil}>
          Edit
        </LinkButton>
      </Show>
      <Show when={may("UNSCHEDULE")}>
        <Button
          icon={Undo}
          busy={busy() === "UNSCHEDULE"}
          onClick={() => void run("UNSCHEDULE", props.campaign)}
        >
          Unschedule
        </Button>
      </Show>
      <Show when={may("SCHEDULE")}>
        <Button icon={Clock} writes title="S" {...others()} onClick={() => ask("SCHEDULE")}>
          {isScheduled() ? "Change time" : "Schedule"}
        </Button>
      </Show>
      <Show when={may("PAUSE")}>
        <Button icon={Pause} busy={busy() === "PAUSE"} onClick={() => void run("PAUSE", props.campaign)}>
          Pause
        </Button>
      </Show>
      <Show when={may("RESUME")}>
        <ResumeButton tone="primary" campaign={props.campaign} isOthers={isOthers()} {...others()} />
      </Show>
      <Show when={may("LAUNCH")}>
        <Button
          tone="primary"
          icon={Send}
          busy={busy() === "LAUNCH"}
          {...others()}
          onClick={() => ask("LAUNCH")}
        >
          {isScheduled() ? "Launch now" : "Launch"}
        </Button>
      </Show>
      <Show when={asked()}>
        {(move) => (
          <ConfirmMove
            move={move()}
            campaign={props.campaign}
            onConfirm={() => confirmed(move())}
            onClose={() => setAsking(undefined)}
          />
        )}
      </Show>
      <Show when={asking() === "LAUNCH"}>
        <LaunchModal
          campaign={props.campaign}
          onLaunch={() => run("LAUNCH", props.campaign)}
          onClose={() => setAsking(undefined)}
        />
      </Show>
      <Show when={asking() === "SCHEDULE"}>
        <ScheduleModal campaign={props.campaign} onClose={() => setAsking(undefined)} />
      </Show>
    </>
  );
}
