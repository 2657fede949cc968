import { createSignal, For, Show, untrack, type JSX } from "solid-js";
import type { Failure } from "../../api/failure";
import { Button } from "../../ui/Button";
import { SelectField, TextField } from "../../ui/Field";
import { Problem } from "../../ui/Problem";
import { Refusal } from "../../ui/Refusal";
import { useRefusal } from "../../ui/use-refusal";
import type { Rule } from "../alerts.gql";
import { unitOf, waitChoices, type Labels } from "./alerts.model";

export interface RuleValues {
  name: string;
  signal: string;
  threshold: number;
  forSeconds: number;
}

const noNumber: Failure = {
  code: "BAD_USER_INPUT",
  message: "",
  issues: [{ path: "threshold", message: "Enter a number." }],
};

/** What a rule says. A rule that exists keeps its signal: of another one it would be another rule. */
export function RuleForm(props: {
  rule?: Rule;
  labels: Labels;
  submit: string;
  /** Answers why it was refused, if it was. */
  save: (values: RuleValues) => Promise<Failure | undefined>;
  /** Takes what somebody else has made of it meanwhile. */
  reload?: () => void;
  children?: JSX.Element;
}) {
  const { errors, failure, show } = useRefusal();
  const [busy, setBusy] = createSignal(false);
  // What is typed stays, whatever the rule becomes meanwhile.
  const start = untrack(() => (props.rule ? { ...props.rule } : undefined));
  const [signal, setSignal] = createSignal(start?.signal ?? props.labels[0]?.name ?? "");
  const [wait, setWait] = createSignal(String(start?.forSeconds ?? 60));
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    const form = event.currentTarget as HTMLFormElement;
    const fields = new FormData(form);
    const typed = String(fields.get("threshold")).trim();
    const threshold = typed === "" ? Number.NaN : Number(typed);
    if (!Number.isFinite(threshold)) return show(form, noNumber);
    setBusy(true);
    const name = String(fields.get("name")).trim();
    const refused = await props.save({ name, signal: signal(), threshold, forSeconds: Number(wait()) });
    setBusy(false);
    show(form, refused);
  };
  return (
    <form novalidate onSubmit={(event) => void submit(event)}>
      <div class="formgrid">
        <TextField
          label="Name"
          name="name"
          autocomplete="off"
          maxlength="100"
          wide
          value={start?.name ?? ""}
          error={errors()["name"]}
        />
        <Show when={!start}>
          <div data-wide>
            <SelectField
              label="Figure"
              name="signal"
              choices={props.labels.map(({ name, label }) => ({ value: name, label }))}
              value={signal()}
              onValue={setSignal}
              error={errors()["signal"]}
            />
          </div>
        </Show>
        <TextField
          label={`Over, in ${unitOf(props.labels, signal())}`}
          name="threshold"
          inputmode="decimal"
          autocomplete="off"
          value={start ? String(start.threshold) : ""}
          error={errors()["threshold"]}
        />
        <SelectField
          label="For"
          name="forSeconds"
          choices={waitChoices(start?.forSeconds)}
          value={wait()}
          onValue={setWait}
          error={errors()["forSeconds"]}
        />
      </div>
      <For each={[failure()].filter((each) => each !== undefined)}>
        {(refused) => (
          <Show when={refused.code === "CONFLICT" && props.reload} fallback={<Refusal of={refused} />}>
            <Problem
              tone="warn"
              message="Somebody else has changed this rule since you opened it. Nothing was changed by you."
            >
              <Button small onClick={() => props.reload?.()}>
                Reload theirs
              </Button>
            </Problem>
          </Show>
        )}
      </For>
      <footer>
        {props.children}
        <Button type="submit" tone="primary" busy={busy()}>
          {props.submit}
        </Button>
      </footer>
    </form>
  );
}
