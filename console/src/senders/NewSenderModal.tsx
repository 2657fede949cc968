import { useSend } from "../api/send";
import { Button } from "../ui/Button";
import { Modal } from "../ui/dialogs";
import { toast } from "../ui/toast";
import { SenderForm } from "./SenderForm";
import { CreateSender } from "./senders.gql";
import type { SenderValues } from "./senders.model";

/** A new sender; campaigns use it when it is chosen in them. */
export function NewSenderModal(props: { onMade: (id: string) => void; onClose: () => void }) {
  const { send } = useSend();
  // A press that is repeated after a lost answer makes no second sender; what was changed is another one.
  let key = "";
  let sent = "";
  const save = async (input: SenderValues) => {
    if (sent !== JSON.stringify(input)) key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    sent = JSON.stringify(input);
    const { done, failure } = await send(CreateSender, { input, key });
    if (!done) return failure;
    toast("Sender made", "Choose it in a campaign’s details.");
    props.onMade(done.sender.id);
    return undefined;
  };
  return (
    <Modal
      title="New sender"
      description="Several senders share the leads of a campaign; each lead hears from one of them only."
      onClose={props.onClose}
    >
      <SenderForm submit="Create sender" save={save}>
        <Button onClick={() => props.onClose()}>Cancel</Button>
      </SenderForm>
    </Modal>
  );
}
