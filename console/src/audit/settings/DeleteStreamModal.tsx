import { createSignal, Show } from "solid-js";
import type { Failure } from "../../api/failure";
import { useSend } from "../../api/send";
import { ConfirmModal } from "../../ui/dialogs";
import { Refusal } from "../../ui/Refusal";
import { toast } from "../../ui/toast";
import { DeleteStream, type Stream } from "./settings.gql";
import { hostOf } from "./settings.model";

/** Asks before a stream is taken away. */
export function DeleteStreamModal(props: { stream: Stream; onGone: () => void; onClose: () => void }) {
  const { send } = useSend();
  const [failure, setFailure] = createSignal<Failure>();
  const remove = async () => {
    const host = hostOf(props.stream.url);
    const { done, failure: refused } = await send(DeleteStream, { id: props.stream.id });
    setFailure(refused);
    if (!done) return false;
    toast("Stream deleted", `Nothing is sent to ${host} any more.`);
    props.onGone();
    return true;
  };
  return (
    <ConfirmModal
      title={`Delete the stream to ${hostOf(props.stream.url)}?`}
      description="How far it has come is forgotten with it. The entries stay in the record."
      confirm="Delete stream"
      cancel="Keep it"
      onConfirm={remove}
      onClose={props.onClose}
    >
      <Show when={failure()}>{(refused) => <Refusal of={refused()} />}</Show>
    </ConfirmModal>
  );
}
