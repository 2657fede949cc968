import { createSignal, Index, Show } from "solid-js";
import { delayWords } from "../../lib/format";
import { Button } from "../../ui/Button";
import { AreaField, TextField } from "../../ui/Field";
import { Plus, Trash } from "../../ui/icons";
import { Card } from "../../ui/Layout";
import { DelayField } from "./DelayField";
import { isMjml, nextStep, type DraftStep } from "./editor.model";
import { VariableChips } from "./VariableChips";
import type { Editor } from "./use-editor";
import styles from "./Editor.module.css";

/** The mails of the campaign, one tab each: when, subject, HTML and, if wanted, a text of its own. */
export function StepsCard(props: { editor: Editor; step: number; onStep: (index: number) => void }) {
  const add = () => {
    props.editor.edit((draft) => void draft.steps.push(nextStep()));
    props.onStep(props.editor.draft.steps.length - 1);
  };
  const remove = () => {
    const at = props.step;
    props.onStep(Math.max(0, at - 1));
    props.editor.edit((draft) => void draft.steps.splice(at, 1), "steps");
  };
  return (
    <Card
      title="Message"
      aside={
        <Show when={props.step > 0}>
          <Button small tone="quiet" icon={Trash} onClick={remove}>
            Remove step {props.step + 1}
          </Button>
        </Show>
      }
    >
      <div class={styles.steptabs}>
        <div class="pills" role="group" aria-label="Steps">
          <Index each={props.editor.draft.steps}>
            {(step, index) => (
              <button type="button" aria-pressed={index === props.step} onClick={() => props.onStep(index)}>
                Step {index + 1}
                <small> · {index === 0 ? "at once" : `after ${delayWords(step())}`}</small>
                <Show
                  when={Object.keys(props.editor.errors()).some((key) => key.startsWith(`steps.${index}.`))}
                >
                  <span class={styles.dot} role="img" aria-label="has errors" />
                </Show>
              </button>
            )}
          </Index>
        </div>
        <Button small tone="quiet" icon={Plus} onClick={add}>
          Follow-up
        </Button>
      </div>
      <Show when={props.editor.draft.steps[props.step]}>
        {(step) => <StepFields editor={props.editor} index={props.step} step={step()} />}
      </Show>
    </Card>
  );
}

function StepFields(props: { editor: Editor; index: number; step: DraftStep }) {
  const [wantsText, setWantsText] = createSignal(false);
  const key = (field: keyof DraftStep) => `steps.${props.index}.${field}`;
  const set = <Field extends keyof DraftStep>(field: Field, value: DraftStep[Field]) =>
    props.editor.edit((draft) => {
      const step = draft.steps[props.index];
      if (step) step[field] = value;
    }, key(field));
  const error = (field: keyof DraftStep) => props.editor.errors()[key(field)];
  let fields!: HTMLDivElement;
  return (
    <div class={styles.step} ref={(element) => (fields = element)}>
      <Show when={props.index > 0}>
        <DelayField
          name={key("delayMinutes")}
          dataKey={key("delayBusinessDays")}
          delay={props.step}
          error={error("delayMinutes") ?? error("delayBusinessDays")}
          onDelay={(delay) => {
            set("delayBusinessDays", delay.delayBusinessDays);
            set("delayMinutes", delay.delayMinutes);
          }}
        />
      </Show>
      <TextField
        label="Subject"
        name={key("subject")}
        value={props.step.subject}
        error={error("subject")}
        onValue={(value) => set("subject", value)}
        data-template
      />
      <VariableChips fields={() => fields} otherwise={key("html")} />
      <AreaField
        label={isMjml(props.step.html) ? "MJML body" : "HTML body"}
        hint={
          isMjml(props.step.html) ? "Written in MJML: it is mailed as the HTML that it becomes." : undefined
        }
        class={`mono ${styles.body}`}
        name={key("html")}
        rows={16}
        spellcheck={false}
        value={props.step.html}
        error={error("html")}
        onValue={(value) => set("html", value)}
        data-template
      />
      <Show
        when={wantsText() || props.step.text || error("text")}
        fallback={
          <p class={styles.texthint}>
            <span>The plain-text part is made from the HTML.</span>
            <Button small tone="quiet" onClick={() => setWantsText(true)}>
              Write it myself
            </Button>
          </p>
        }
      >
        <AreaField
          label="Plain text"
          optional
          hint="Leave it empty to have it made from the HTML."
          class="mono"
          name={key("text")}
          rows={7}
          value={props.step.text}
          error={error("text")}
          onValue={(value) => set("text", value)}
          data-template
        />
      </Show>
    </div>
  );
}
