import { createSignal, Show, untrack } from "solid-js";
import { useSend } from "../../api/send";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/Field";
import { toast } from "../../ui/toast";
import { useRefusal } from "../../ui/use-refusal";
import { Changed } from "./Changed";
import { ShorterModal } from "./ShorterModal";
import { UpdateRetention, type Retention } from "./settings.gql";
import { fateWords, keepsLess, keptFor, readMonths } from "./settings.model";
import styles from "./AuditSettings.module.css";

interface FormProps {
  retention: Retention;
  /** Loads it again. */
  again: () => void;
}

/** For how many months entries are kept. */
export function RetentionForm(props: FormProps) {
  const { send, busy } = useSend();
  const refusal = useRefusal();
  // What is typed stays, whatever it becomes meanwhile.
  const [start, setStart] = createSignal(untrack(() => props.retention));
  const [typed, setTyped] = createSignal(untrack(() => String(props.retention.months ?? "")));
  const [asked, setAsked] = createSignal<number>();
  const [form, setForm] = createSignal<HTMLFormElement>();
  const follow = () => {
    setStart(props.retention);
    setTyped(String(props.retention.months ?? ""));
    refusal.show(form()!, undefined);
  };
  const save = async (months: number | null) => {
    const { done, failure } = await send(UpdateRetention, {
      input: { months, expectedVersion: start().version },
    });
    refusal.show(form()!, failure);
    if (done) {
      toast(`Entries are kept ${keptFor(months)}`);
      setStart({ ...props.retention, ...done.auditRetention });
    }
    if (done || failure.code === "CONFLICT") props.again();
    return Boolean(done);
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    const read = readMonths(typed());
    if ("refused" in read) return refusal.show(form()!, read.refused);
    refusal.show(form()!, undefined);
    if (read.months !== null && keepsLess(start().months, read.months)) setAsked(read.months);
    else void save(read.months);
  };
  return (
    <section aria-label="How long entries are kept">
      <form ref={setForm} novalidate class={styles.months} onSubmit={submit}>
        <TextField
          label="Months kept"
          name="months"
          inputmode="numeric"
          autocomplete="off"
          placeholder="For ever"
          value={typed()}
          onValue={setTyped}
          hint={fateWords(props.retention)}
          error={refusal.errors()["months"]}
        />
        <Show when={refusal.failure()}>
          {(failure) => <Changed failure={failure()} what="how long entries are kept" onTheirs={follow} />}
        </Show>
        <div class="actions">
          <Button type="submit" tone="primary" busy={busy()}>
            Save
          </Button>
        </div>
      </form>
      <Show when={asked()}>
        {(months) => (
          <ShorterModal
            months={months()}
            isHeld={props.retention.holdReason !== null}
            onConfirm={async () => (await save(months()), true)}
            onClose={() => setAsked(undefined)}
          />
        )}
      </Show>
    </section>
  );
}
