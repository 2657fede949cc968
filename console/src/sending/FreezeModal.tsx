import { createSignal, Show } from "solid-js";
import { useSend } from "../api/send";
import { Button } from "../ui/Button";
import { Modal } from "../ui/dialogs";
import { AreaField } from "../ui/Field";
import { Refusal } from "../ui/Refusal";
import { plural } from "../lib/format";
import { toast } from "../ui/toast";
import { useRefusal } from "../ui/use-refusal";
import { FreezeSending, ReleaseSending } from "./sending.gql";

const TEXTS = {
  freeze: {
    title: "Freeze sending",
    description:
      "No campaign mail of the organisation is begun any more. Mails that are on their way end within seconds; campaigns keep their place.",
    confirm: "Freeze sending",
    missing: "Say why, so that whoever releases it knows what to look at.",
    done: "Sending is frozen",
  },
  release: {
    title: "Release sending",
    description:
      "Running campaigns go on at once from where they stood. After an hour and more those with mail that became due meanwhile are paused: resume each and say what happens to it.",
    confirm: "Release sending",
    missing: "Say why it may go on.",
    done: "Sending is released",
  },
} as const;

/** Asks for the reason, which is on record with whoever gives it. */
export function FreezeModal(props: {
  question: "freeze" | "release";
  onDone: () => void;
  onClose: () => void;
}) {
  const { send, busy } = useSend();
  const refusal = useRefusal();
  const [form, setForm] = createSignal<HTMLFormElement>();
  const texts = () => TEXTS[props.question];
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    const reason = String(new FormData(form()).get("reason")).trim();
    const message = texts().missing;
    if (!reason)
      return refusal.show(form()!, {
        code: "BAD_USER_INPUT",
        message,
        issues: [{ path: "reason", message }],
      });
    const { failure, done } =
      props.question === "freeze"
        ? await send(FreezeSending, { reason })
        : await send(ReleaseSending, { reason });
    refusal.show(form()!, failure);
    if (failure) return;
    const paused = "pausedCampaigns" in done ? done.pausedCampaigns : 0;
    toast(paused ? `${texts().done}; ${plural(paused, "campaign")} with overdue mail paused` : texts().done);
    props.onDone();
    props.onClose();
  };
  return (
    <Modal title={texts().title} description={texts().description} onClose={props.onClose}>
      <form ref={setForm} novalidate onSubmit={(event) => void submit(event)}>
        <Show when={refusal.failure()}>{(failure) => <Refusal of={failure()} />}</Show>
        <AreaField label="Reason" name="reason" maxlength="500" rows="3" error={refusal.errors()["reason"]} />
        <footer>
          <Button onClick={() => props.onClose()}>Cancel</Button>
          <Button type="submit" tone={props.question === "freeze" ? "danger" : "primary"} busy={busy()}>
            {texts().confirm}
          </Button>
        </footer>
      </form>
    </Modal>
  );
}
