import { createSignal, Show } from "solid-js";
import type { Failure } from "../../api/failure";
import { useSend } from "../../api/send";
import { ConfirmModal } from "../../ui/dialogs";
import { Refusal } from "../../ui/Refusal";
import { toast } from "../../ui/toast";
import { DeleteRule, type Rule } from "../alerts.gql";

/** Asks before a rule is taken away. */
export function DeleteRuleModal(props: { rule: Rule; onGone: () => void; onClose: () => void }) {
  const { send } = useSend();
  const [failure, setFailure] = createSignal<Failure>();
  const remove = async () => {
    const { name } = props.rule;
    const { done, failure: refused } = await send(DeleteRule, { id: props.rule.id });
    setFailure(refused);
    if (!done) return false;
    toast("Alert rule deleted", `Nobody is told by “${name}” any more.`);
    props.onGone();
    return true;
  };
  return (
    <ConfirmModal
      title={`Delete “${props.rule.name}”?`}
      description="Nobody is told by it any more. When it has fired stays on record."
      confirm="Delete rule"
      cancel="Keep it"
      onConfirm={remove}
      onClose={props.onClose}
    >
      <Show when={failure()}>{(refused) => <Refusal of={refused()} />}</Show>
    </ConfirmModal>
  );
}
