import { createSignal, For, Show } from "solid-js";
import { useSend } from "../../api/send";
import { Button } from "../../ui/Button";
import { Modal } from "../../ui/dialogs";
import { SelectField, TextField } from "../../ui/Field";
import { Problem } from "../../ui/Problem";
import { Refusal } from "../../ui/Refusal";
import { toast } from "../../ui/toast";
import { useRefusal } from "../../ui/use-refusal";
import { missedChoices } from "./schedule.model";
import { UpdateSchedule, type MissedRuns, type Schedule } from "./schedules.gql";
import styles from "./Schedules.module.css";

const zones = () => ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];

/** When it is due, in which zone, and what becomes of times that were missed. */
export function EditScheduleModal(props: { schedule: Schedule; again: () => void; onClose: () => void }) {
  const { send, busy } = useSend();
  const refusal = useRefusal();
  const [version, setVersion] = createSignal(props.schedule.version);
  const [pattern, setPattern] = createSignal(props.schedule.pattern);
  const [timezone, setTimezone] = createSignal(props.schedule.timezone);
  const [missedRuns, setMissedRuns] = createSignal<MissedRuns>(props.schedule.missedRuns);
  const isClash = () => refusal.failure()?.code === "CONFLICT";
  let form: HTMLFormElement | undefined;
  const update = async (
    change: { reset: true } | { pattern: string; timezone: string; missedRuns: MissedRuns },
  ) => {
    const { name } = props.schedule;
    const input = { name, ...change, expectedVersion: version() };
    const { done, failure } = await send(UpdateSchedule, { input });
    if (failure?.code === "CONFLICT") props.again();
    if (form) refusal.show(form, failure);
    if (!done) return;
    toast(`Saved: ${name}`, done.schedule.description);
    props.onClose();
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void update({ pattern: pattern().trim(), timezone: timezone().trim(), missedRuns: missedRuns() });
  };
  const takeTheirs = () => {
    setVersion(props.schedule.version);
    setPattern(props.schedule.pattern);
    setTimezone(props.schedule.timezone);
    setMissedRuns(props.schedule.missedRuns);
    if (form) refusal.show(form, undefined);
  };
  return (
    <Modal title="Edit schedule" description={props.schedule.name} width={520} onClose={props.onClose}>
      <form class={styles.form} ref={(element) => (form = element)} onSubmit={submit}>
        <TextField
          label="Pattern"
          name="pattern"
          class="input mono"
          value={pattern()}
          onValue={setPattern}
          error={refusal.errors()["pattern"]}
          hint={`Five fields of cron: minute, hour, day, month, weekday. Now: ${props.schedule.description}.`}
          autocomplete="off"
          spellcheck={false}
        />
        <TextField
          label="Time zone"
          name="timezone"
          list="schedule-zones"
          value={timezone()}
          onValue={setTimezone}
          error={refusal.errors()["timezone"]}
          hint="The pattern is read by the clock of this zone, also when clocks change."
          autocomplete="off"
          spellcheck={false}
        />
        <datalist id="schedule-zones">
          <For each={zones()}>{(zone) => <option value={zone} />}</For>
        </datalist>
        <SelectField
          label="Times that were missed"
          name="missedRuns"
          choices={missedChoices}
          value={missedRuns()}
          onValue={(value) => setMissedRuns(value as MissedRuns)}
          error={refusal.errors()["missedRuns"]}
          hint={missedChoices.find((each) => each.value === missedRuns())?.hint}
        />
        <Show
          when={isClash()}
          fallback={<Show when={refusal.failure()}>{(of) => <Refusal of={of()} />}</Show>}
        >
          <Problem
            tone="warn"
            message={`Somebody else has changed this schedule: ${props.schedule.pattern}, ${props.schedule.timezone} now.`}
          >
            <Button small onClick={takeTheirs}>
              Take theirs
            </Button>
            <Button
              small
              onClick={() => {
                setVersion(props.schedule.version);
                form?.requestSubmit();
              }}
            >
              Save mine
            </Button>
          </Problem>
        </Show>
        <footer>
          <Show when={props.schedule.isChanged}>
            <Button tone="quiet" busy={busy()} onClick={() => void update({ reset: true })}>
              Back to default
            </Button>
          </Show>
          <Button onClick={() => props.onClose()}>Cancel</Button>
          <Button type="submit" tone="primary" busy={busy()}>
            Save schedule
          </Button>
        </footer>
      </form>
    </Modal>
  );
}
