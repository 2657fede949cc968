import { createSignal, onMount, Show, untrack } from "solid-js";
import type { Failure } from "../../api/failure";
import type { VariablesOf } from "../../api/graphql";
import { useSend } from "../../api/send";
import { useCan } from "../../app/me";
import { Button } from "../../ui/Button";
import { Sheet } from "../../ui/dialogs";
import { Trash } from "../../ui/icons";
import { Refusal } from "../../ui/Refusal";
import { Switch } from "../../ui/Switch";
import { Tag } from "../../ui/Tag";
import { Time } from "../../ui/Time";
import { toast } from "../../ui/toast";
import { UpdateRule, type Rule } from "../alerts.gql";
import { figure } from "../health.model";
import { condition, standing, type Labels } from "./alerts.model";
import { DeleteRuleModal } from "./DeleteRuleModal";
import { MuteRow } from "./MuteRow";
import { RuleForm, type RuleValues } from "./RuleForm";
import styles from "../Health.module.css";

interface SheetProps {
  rule: Rule;
  labels: Labels;
  /** Loads the rules again. */
  again: () => void;
  onClose: () => void;
}

/** One alert rule: how it stands, and for those who may, what it says, whether it is on, and for how long it is silent. */
export const RuleSheet = (props: SheetProps) => {
  const can = useCan();
  // When the focus goes back to the row, there is no rule any more.
  const { id } = untrack(() => props.rule);
  return (
    <Sheet
      title={props.rule.name}
      description={condition(props.rule, props.labels)}
      onClose={props.onClose}
      returnTo={() => document.querySelector(`[data-row="${id}"]`)}
    >
      <div class={styles.sections}>
        <Standing rule={props.rule} />
        <Show
          when={can("SYSTEM_SETTINGS_MANAGE")}
          fallback={<p class="dim">Administrators change and mute alert rules.</p>}
        >
          <Changes {...props} />
        </Show>
      </div>
    </Sheet>
  );
};

const Standing = (props: { rule: Rule }) => (
  <dl class="facts">
    <dt>State</dt>
    <dd>
      <Tag tone={standing(props.rule).tone}>{standing(props.rule).word}</Tag> since{" "}
      <Time at={props.rule.stateSince} exact />
    </dd>
    <dt>Value</dt>
    <dd class="num">
      {props.rule.lastValue === null ? "Not judged yet" : figure(props.rule.lastValue, props.rule.unit)}
    </dd>
  </dl>
);

function Changes(props: SheetProps) {
  const { send, busy } = useSend();
  const [failure, setFailure] = createSignal<Failure>();
  const [deleting, setDeleting] = createSignal(false);
  // Shows the form anew with what the rule is then.
  const [turn, setTurn] = createSignal(1);
  let version = 0;
  const open = () => {
    version = props.rule.version;
    setTurn((count) => count + 1);
  };
  onMount(open);
  // What is changed here beside the form is no reason to refuse it; what others have changed in between is.
  const follow = (rule: Rule) => (version += rule.version === version + 1 ? 1 : 0);
  const update = async (changes: Omit<VariablesOf<typeof UpdateRule>["input"], "id">) => {
    const { done, failure: refused } = await send(UpdateRule, { input: { id: props.rule.id, ...changes } });
    if (done) follow(done.alertRule);
    if (refused?.code === "CONFLICT") props.again();
    return refused;
  };
  const save = async ({ name, threshold, forSeconds }: RuleValues) => {
    const refused = await update({ name, threshold, forSeconds, expectedVersion: version });
    if (refused) return refused;
    toast("Alert rule saved", condition(props.rule, props.labels));
    return undefined;
  };
  const turnOn = async (isEnabled: boolean) => setFailure(await update({ isEnabled }));
  return (
    <>
      <Switch
        label="Judge this rule"
        text="Every five seconds. Switched off, it forgets its state and tells nobody."
        checked={props.rule.isEnabled}
        busy={busy()}
        onChange={(isEnabled) => void turnOn(isEnabled)}
      />
      <Show when={failure()}>{(refused) => <Refusal of={refused()} />}</Show>
      <MuteRow rule={props.rule} onMuted={follow} />
      <section class={styles.ruleform}>
        <h3>What it says</h3>
        <Show when={turn()} keyed>
          {(_turn) => (
            <RuleForm rule={props.rule} labels={props.labels} submit="Save rule" save={save} reload={open}>
              <Button icon={Trash} tone="quiet" onClick={() => setDeleting(true)}>
                Delete
              </Button>
            </RuleForm>
          )}
        </Show>
      </section>
      <Show when={deleting()}>
        <DeleteRuleModal
          rule={props.rule}
          onGone={() => (props.onClose(), props.again())}
          onClose={() => setDeleting(false)}
        />
      </Show>
    </>
  );
}
