import { createSignal, Show } from "solid-js";
import type { Failure } from "../../api/failure";
import { useSend } from "../../api/send";
import { Button } from "../../ui/Button";
import { ConfirmModal } from "../../ui/dialogs";
import { Refusal } from "../../ui/Refusal";
import { UpdateStream, type Stream } from "./settings.gql";

/** Another secret for the deliveries of a webhook: of the one before nobody can be told any more. */
export function NewSecret(props: {
  stream: Stream;
  onChanged: (stream: Stream) => void;
  onSecret: (secret: string | null) => void;
}) {
  const { send } = useSend();
  const [failure, setFailure] = createSignal<Failure>();
  const [isAsking, setAsking] = createSignal(false);
  const renew = async () => {
    const { done, failure: refused } = await send(UpdateStream, {
      input: { id: props.stream.id, newSecret: true },
    });
    setFailure(refused);
    if (!done) return false;
    props.onChanged(done.auditStream);
    props.onSecret(done.secret);
    return true;
  };
  return (
    <section aria-label="Secret">
      <h3>Secret</h3>
      <p class="dim">
        Deliveries are signed with it. It was told when the stream was made, and is not kept to be read.
      </p>
      <footer>
        <Button onClick={() => setAsking(true)}>New secret</Button>
      </footer>
      <Show when={isAsking()}>
        <ConfirmModal
          title="Sign with a new secret?"
          description="From the next delivery on the receiver must know the new one; with the old one it takes deliveries for forged."
          confirm="New secret"
          onConfirm={renew}
          onClose={() => (setAsking(false), setFailure(undefined))}
        >
          <Show when={failure()}>{(refused) => <Refusal of={refused()} />}</Show>
        </ConfirmModal>
      </Show>
    </section>
  );
}
