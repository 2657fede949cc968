import { createSignal, For, Show } from "solid-js";
import { useSchedule } from "../../api/campaign-actions";
import type { Failure } from "../../api/failure";
import { now } from "../../lib/clock";
import { ago, localInput, spelledTime, utcTime, zoneAt } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Modal } from "../../ui/dialogs";
import { TextField } from "../../ui/Field";
import { Problem } from "../../ui/Problem";
import { Refusal } from "../../ui/Refusal";
import { toast } from "../../ui/toast";
import styles from "../Campaigns.module.css";

const dayMs = 86_400_000;
const yearMs = 365 * dayMs;

/** Nine o'clock, so many days from today, in the viewer's own zone. */
function nine(days: number): number {
  const date = new Date();
  date.setDate(date.getDate() + days);
  return date.setHours(9, 0, 0, 0);
}
const picks: [label: string, at: () => number][] = [
  ["Tomorrow, 09:00", () => nine(1)],
  ["Next Monday, 09:00", () => nine((8 - new Date().getDay()) % 7 || 7)],
  ["In a week", () => nine(7)],
];

const shownObstacles = 4;

/** Why it cannot be scheduled: what stands in the way, each on a line of its own. */
const Obstacles = (props: { of: Failure }) => (
  <Show when={props.of.issues.length} fallback={<Refusal of={props.of} />}>
    <Problem
      message={
        <>
          It cannot be scheduled yet:
          <ul class={styles.obstacles}>
            <For each={props.of.issues.slice(0, shownObstacles)}>{(issue) => <li>{issue.message}</li>}</For>
            <Show when={props.of.issues.length > shownObstacles}>
              <li>and {props.of.issues.length - shownObstacles} more.</li>
            </Show>
          </ul>
        </>
      }
    />
  </Show>
);

/** When a draft is launched, or when instead: day and time in the viewer's own zone, said in words and in UTC. */
export function ScheduleModal(props: {
  campaign: { id: string; name: string; scheduledAt: string | null };
  onDone?: () => void;
  onClose: () => void;
}) {
  const { schedule, busy } = useSchedule();
  const start = props.campaign.scheduledAt;
  const [local, setLocal] = createSignal(localInput(start ? Date.parse(start) : nine(1)));
  const [refused, setRefused] = createSignal<Failure>();
  const [fault, setFault] = createSignal<string>();
  const at = () => {
    const ms = Date.parse(local());
    return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
  };
  const wrong = () => {
    const iso = at();
    if (iso === undefined) return "Choose a day and a time.";
    if (Date.parse(iso) <= now()) return "This time has passed. Choose one in the future.";
    return Date.parse(iso) > now() + yearMs ? "At most a year ahead." : undefined;
  };
  const choose = (value: string) => {
    setLocal(value);
    setFault(undefined);
    setRefused(undefined);
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setFault(wrong());
    const iso = at();
    if (busy() || fault() || iso === undefined) return;
    const failure = await schedule(props.campaign.id, iso);
    const ofTime = failure?.issues.find((issue) => issue.path === "at")?.message;
    setFault(ofTime);
    setRefused(ofTime ? undefined : failure);
    if (failure) return;
    toast(`Scheduled: ${props.campaign.name}`, spelledTime(iso));
    const leave = props.onDone;
    props.onClose();
    leave?.();
  };
  return (
    <Modal
      title={start ? `Another time for “${props.campaign.name}”` : `Schedule “${props.campaign.name}”`}
      description="It is checked now, and again at its time. Until then it cannot be edited; it can be made a draft again."
      onClose={props.onClose}
      width={480}
    >
      <form class={styles.when} onSubmit={(event) => void submit(event)} novalidate>
        <TextField
          label="Day and time"
          type="datetime-local"
          required
          min={localInput(now())}
          max={localInput(now() + yearMs)}
          value={local()}
          error={fault()}
          hint={`In your time zone, ${zoneAt(at() ?? new Date().toISOString())}.`}
          onValue={choose}
        />
        <div class={styles.picks} role="group" aria-label="Usual times">
          <For each={picks}>
            {([label, ms]) => (
              <Button small onClick={() => choose(localInput(ms()))}>
                {label}
              </Button>
            )}
          </For>
        </div>
        <Show when={at()}>
          {(iso) => (
            <p class={styles.moment} role="status">
              <b>
                {spelledTime(iso())}
                <Show when={!wrong()}> · {ago(iso(), now())}</Show>
              </b>
              <small>{utcTime(iso())}</small>
            </p>
          )}
        </Show>
        <Show when={refused()}>{(failure) => <Obstacles of={failure()} />}</Show>
        <footer>
          <Button onClick={() => props.onClose()}>Not now</Button>
          <Button tone="primary" type="submit" busy={busy()}>
            {start ? "Change the time" : "Schedule"}
          </Button>
        </footer>
      </form>
    </Modal>
  );
}
