import { createSignal, Match, Show, Switch } from "solid-js";
import { useSend } from "../../api/send";
import type { Failure } from "../../api/failure";
import { now } from "../../lib/clock";
import { localInput } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Modal } from "../../ui/dialogs";
import { AreaField, SelectField, TextField } from "../../ui/Field";
import { Refusal } from "../../ui/Refusal";
import { toast } from "../../ui/toast";
import { useRefusal } from "../../ui/use-refusal";
import styles from "../Campaigns.module.css";
import { PauseEnrollment, RecordGoal, RecordReply, StopEnrollment, type Goal } from "./place.gql";
import { asks, companyWords, goals, type Ask } from "./place.model";

const dayMs = 86_400_000;
const yearMs = 365 * dayMs;
const restDays = 30;

/** The morning so many days from today, in the viewer's own zone. */
function morning(days: number): number {
  const date = new Date();
  date.setDate(date.getDate() + days);
  return date.setHours(0, 0, 0, 0);
}

/** What somebody records of a lead: an answer, a goal, a rest or a stop, with a note. */
export function PlaceModal(props: {
  ask: Ask;
  campaignId: string;
  lead: { id: string; email: string };
  onDone: () => void;
  onClose: () => void;
}) {
  const { send, busy } = useSend();
  const refusal = useRefusal();
  const [form, setForm] = createSignal<HTMLFormElement>();
  const [goal, setGoal] = createSignal<Goal>("MEETING_BOOKED");
  const words = () => asks[props.ask];
  /** A local time of the form as the API wants it; undefined: none, or none that is a time. */
  const instant = (typed: FormDataEntryValue | null) => {
    const ms = Date.parse(String(typed));
    return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
  };
  const missing = (field: string, message: string): Failure => ({
    code: "BAD_USER_INPUT",
    message,
    issues: [{ path: field, message }],
  });
  const record = async (data: FormData): Promise<Failure | undefined> => {
    const place = { campaignId: props.campaignId, leadId: props.lead.id };
    const note = String(data.get("note")).trim() || null;
    switch (props.ask) {
      case "REPLY": {
        const at = instant(data.get("at"));
        if (!at) return missing("at", "Say when the reply came.");
        const { done, failure } = await send(RecordReply, { ...place, at, note });
        if (done) toast("Reply recorded", companyWords(done.companyStopped));
        return failure;
      }
      case "GOAL": {
        const { done, failure } = await send(RecordGoal, { ...place, label: goal(), note });
        if (done) toast("Goal recorded");
        return failure;
      }
      case "PAUSE": {
        const until = instant(data.get("until"));
        if (!until) return missing("until", "Choose a day and a time.");
        const { done, failure } = await send(PauseEnrollment, { ...place, until, note });
        if (done) toast("Nothing is sent before that day");
        return failure;
      }
      case "STOP": {
        const { done, failure } = await send(StopEnrollment, { ...place, note });
        if (done) toast("Sequence stopped");
        return failure;
      }
    }
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    const failure = await record(new FormData(form()));
    refusal.show(form()!, failure);
    if (failure) return;
    props.onDone();
    props.onClose();
  };
  return (
    <Modal
      title={words().title}
      description={`${props.lead.email}. ${words().text}`}
      onClose={props.onClose}
      width={480}
    >
      <form class={styles.when} ref={setForm} novalidate onSubmit={(event) => void submit(event)}>
        <Show when={refusal.failure()}>{(failure) => <Refusal of={failure()} />}</Show>
        <Switch>
          <Match when={props.ask === "REPLY"}>
            <TextField
              label="When it came"
              name="at"
              type="datetime-local"
              required
              max={localInput(now())}
              value={localInput(now())}
              error={refusal.errors()["at"]}
            />
          </Match>
          <Match when={props.ask === "GOAL"}>
            <SelectField
              label="Goal"
              name="label"
              choices={goals}
              value={goal()}
              error={refusal.errors()["label"]}
              onValue={(value) => setGoal(value as Goal)}
            />
          </Match>
          <Match when={props.ask === "PAUSE"}>
            <TextField
              label="Not before"
              name="until"
              type="datetime-local"
              required
              min={localInput(now())}
              max={localInput(now() + yearMs)}
              value={localInput(morning(restDays))}
              hint="In your time zone. From then on mail goes in the lead's own window."
              error={refusal.errors()["until"]}
            />
          </Match>
        </Switch>
        <AreaField
          label="Note"
          name="note"
          rows="3"
          maxlength="1000"
          optional={!(props.ask === "GOAL" && goal() === "OTHER")}
          error={refusal.errors()["note"]}
        />
        <footer>
          <Button onClick={() => props.onClose()}>Cancel</Button>
          <Button type="submit" writes tone={props.ask === "STOP" ? "danger" : "primary"} busy={busy()}>
            {words().confirm}
          </Button>
        </footer>
      </form>
    </Modal>
  );
}
