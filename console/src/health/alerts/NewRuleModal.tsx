import { useSend } from "../../api/send";
import { Button } from "../../ui/Button";
import { Modal } from "../../ui/dialogs";
import { toast } from "../../ui/toast";
import { CreateRule } from "../alerts.gql";
import { condition, type Labels } from "./alerts.model";
import { RuleForm, type RuleValues } from "./RuleForm";

/** A new alert rule; administrators are told by it from its first breach on. */
export function NewRuleModal(props: { labels: Labels; onMade: () => void; onClose: () => void }) {
  const { send } = useSend();
  // A press that is repeated after a lost answer makes no second rule.
  const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  const save = async (input: RuleValues) => {
    const { done, failure } = await send(CreateRule, { input, key: `${key}-${JSON.stringify(input)}` });
    if (!done) return failure;
    toast("Alert rule made", condition(done.alertRule, props.labels));
    props.onMade();
    props.onClose();
    return undefined;
  };
  return (
    <Modal
      title="New alert rule"
      description="Administrators are told when it is broken, and when it is over."
      onClose={props.onClose}
    >
      <RuleForm labels={props.labels} submit="Create rule" save={save}>
        <Button onClick={() => props.onClose()}>Cancel</Button>
      </RuleForm>
    </Modal>
  );
}
