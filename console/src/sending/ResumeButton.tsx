import { createSignal, Show, type JSX } from "solid-js";
import { useSend } from "../api/send";
import { Button } from "../ui/Button";
import { Play } from "../ui/icons";
import { toast } from "../ui/toast";
import { ResumeCampaign } from "./overdue.gql";
import { OverdueModal } from "./OverdueModal";

/**
 * Lets a paused campaign go on. Where mail became due meanwhile the server wants a choice, and the choice is asked for
 * with what each would do.
 */
export function ResumeButton(
  props: {
    campaign: { id: string; name: string };
    tone?: "primary";
    small?: boolean;
    /** It is another person's to press; why, stands beside it. */
    isOthers?: boolean;
  } & Pick<JSX.AriaAttributes, "aria-describedby" | "aria-disabled"> & { title?: string },
) {
  const { send, busy } = useSend();
  const [isAsking, setAsking] = createSignal(false);
  const resume = async () => {
    if (props.isOthers) return;
    const { failure } = await send(ResumeCampaign, { id: props.campaign.id });
    if (failure?.code === "OVERDUE_CHOICE") setAsking(true);
    else if (failure) toast(`Not resumed: ${props.campaign.name}`, failure.message, "bad");
    else toast(`Resumed: ${props.campaign.name}`);
  };
  return (
    <>
      <Button
        tone={props.tone}
        small={props.small}
        icon={Play}
        busy={busy()}
        aria-disabled={props["aria-disabled"]}
        aria-describedby={props["aria-describedby"]}
        title={props.title}
        onClick={() => void resume()}
      >
        Resume
      </Button>
      <Show when={isAsking()}>
        <OverdueModal campaign={props.campaign} onClose={() => setAsking(false)} />
      </Show>
    </>
  );
}
