import { createSignal, createUniqueId, For, Show } from "solid-js";
import { useSend } from "../api/send";
import { Button } from "../ui/Button";
import { Modal } from "../ui/dialogs";
import { AreaField } from "../ui/Field";
import { Problem } from "../ui/Problem";
import { Refusal } from "../ui/Refusal";
import { toast } from "../ui/toast";
import { useRefusal } from "../ui/use-refusal";
import { ResolveMessage, ResolveMessages } from "./messages.gql";
import { bulkWords, resolutions, resolutionTexts, type Resolution } from "./messages.model";
import styles from "./Messages.module.css";

/** What it is about: one message, or all that is uncertain of a campaign, a thousand at a time. */
export type Undecided =
  { kind: "message"; id: string; email: string } | { kind: "campaign"; id: string; name: string };

const missing = "Say how you know, e.g. the line of the mail server’s log.";

/** What became of mail whose outcome nobody knew: three answers, none chosen beforehand, and how one knows. */
export function ResolveModal(props: { of: Undecided; onDone: () => void; onClose: () => void }) {
  const { send, busy } = useSend();
  const refusal = useRefusal();
  const [form, setForm] = createSignal<HTMLFormElement>();
  const [outcome, setOutcome] = createSignal<Resolution>();
  const [isMissing, setMissing] = createSignal(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const chosen = outcome();
    setMissing(!chosen);
    if (!chosen || busy()) return;
    const evidence = String(new FormData(form()).get("evidence")).trim();
    if (!evidence)
      return refusal.show(form()!, {
        code: "BAD_USER_INPUT",
        message: missing,
        issues: [{ path: "evidence", message: missing }],
      });
    const { of } = props;
    const failure =
      of.kind === "message" ? await one(of.id, chosen, evidence) : await all(of.id, chosen, evidence);
    refusal.show(form()!, failure);
    if (failure) return;
    props.onDone();
    props.onClose();
  };
  const one = async (id: string, chosen: Resolution, evidence: string) => {
    const { failure } = await send(ResolveMessage, { id, outcome: chosen, evidence });
    if (!failure) toast(resolutionTexts[chosen].done);
    return failure;
  };
  const all = async (campaignId: string, chosen: Resolution, evidence: string) => {
    const { done, failure } = await send(ResolveMessages, { campaignId, outcome: chosen, evidence });
    if (done) {
      const { title, detail } = bulkWords(done);
      toast(title, detail);
    }
    return failure;
  };
  return (
    <Modal
      title={props.of.kind === "message" ? "What became of this message?" : "What became of these messages?"}
      description={
        props.of.kind === "message"
          ? `To ${props.of.email}. Your answer and how you know it go on record under your name.`
          : `All that is uncertain of “${props.of.name}”, at most 1,000 at a time. Your answer and how you know it go on record under your name.`
      }
      onClose={props.onClose}
      width={560}
    >
      <form class={styles.choices} ref={setForm} novalidate onSubmit={(event) => void submit(event)}>
        <fieldset>
          <legend class="sr">What became of it</legend>
          <For each={resolutions}>
            {(each) => (
              <Choice
                of={each}
                chosen={outcome() === each}
                onChoose={() => {
                  setOutcome(each);
                  setMissing(false);
                }}
              />
            )}
          </For>
        </fieldset>
        <Show when={isMissing()}>
          <Problem message="Choose what became of it." />
        </Show>
        <Show when={refusal.failure()}>{(failure) => <Refusal of={failure()} />}</Show>
        <AreaField
          label="How do you know?"
          name="evidence"
          maxlength="1000"
          rows="3"
          error={refusal.errors()["evidence"]}
        />
        <footer>
          <Button onClick={() => props.onClose()}>Leave it uncertain</Button>
          <Button type="submit" tone="primary" busy={busy()}>
            Put on record
          </Button>
        </footer>
      </form>
    </Modal>
  );
}

function Choice(props: { of: Resolution; chosen: boolean; onChoose: () => void }) {
  const id = createUniqueId();
  return (
    <div class={styles.choice} data-chosen={props.chosen ? "" : undefined}>
      <label>
        <input
          type="radio"
          name="outcome"
          aria-describedby={id}
          checked={props.chosen}
          onChange={() => props.onChoose()}
        />
        {resolutionTexts[props.of].title}
      </label>
      <p id={id}>{resolutionTexts[props.of].text}</p>
    </div>
  );
}
