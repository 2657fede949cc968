import { useNavigate } from "@solidjs/router";
import { For, Show } from "solid-js";
import { useSend, type Change } from "../../api/send";
import { Button } from "../../ui/Button";
import { Ellipsis, Pause, Pencil, Play } from "../../ui/icons";
import { Menu, type MenuEntry } from "../../ui/Menu";
import { Tag } from "../../ui/Tag";
import { Time } from "../../ui/Time";
import { toast } from "../../ui/toast";
import { Until } from "../Moving";
import { historyWords, outcomeOf, runTitle } from "./schedule.model";
import {
  PauseSchedule,
  ResumeSchedule,
  RunScheduleNow,
  type Schedule,
  type ScheduleRun,
} from "./schedules.gql";
import styles from "./Schedules.module.css";

interface RowProps {
  schedule: Schedule;
  again: () => void;
  onEdit: () => void;
}

/** One schedule in words, when it is due next, and its last runs. */
export function ScheduleRow(props: RowProps) {
  const navigate = useNavigate();
  const running = useSend();
  const turning = useSend();
  const runNow = async () => {
    const { name } = props.schedule;
    const { done, failure } = await running.send(RunScheduleNow, { name });
    if (failure) return toast(`Not run: ${name}`, failure.message, "bad");
    const show = { label: "Show", run: () => navigate(`/jobs/${done.jobId}`) };
    toast(`Runs now: ${name}`, undefined, "ok", show);
    props.again();
  };
  const turn = async () => {
    const { name, paused } = props.schedule;
    const change: Change<{ name: string }> = paused ? ResumeSchedule : PauseSchedule;
    const { failure } = await turning.send(change, { name });
    const words = paused ? "Resumed" : "Paused";
    if (failure) toast(`Not ${words.toLowerCase()}: ${name}`, failure.message, "bad");
    else toast(`${words}: ${name}`);
  };
  const entries = (): MenuEntry[] => [
    props.schedule.paused
      ? { label: "Resume", icon: Play, run: () => void turn() }
      : { label: "Pause", icon: Pause, run: () => void turn() },
    { label: "Edit", icon: Pencil, run: props.onEdit },
  ];
  return (
    <li class={styles.row} data-paused={props.schedule.paused ? "" : undefined}>
      <div class={styles.what}>
        <h2>
          <button type="button" class="rowlink" data-row onClick={() => props.onEdit()}>
            {props.schedule.description}
          </button>
          <Show when={props.schedule.isChanged}>
            <Tag tone="accent" title="It is not as the product has it">
              Changed
            </Tag>
          </Show>
        </h2>
        <p>
          <code>{props.schedule.name}</code>
          <span class="mono">{props.schedule.pattern}</span>
          <span>{props.schedule.timezone}</span>
        </p>
      </div>
      <div class={styles.next}>
        <Show when={!props.schedule.paused} fallback={<Tag tone="warn">Paused</Tag>}>
          <Show when={props.schedule.nextRunAt} fallback="–">
            {(at) => (
              <b>
                <Until at={at()} due="due" />
              </b>
            )}
          </Show>
        </Show>
        <small class="clip">
          <Show when={props.schedule.paused} fallback={<Last runs={props.schedule.recentRuns} />}>
            <Show when={props.schedule.pausedAt}>{(at) => <Time at={at()} />}</Show>
            <Show when={props.schedule.pausedBy}>{(who) => <> by {who()}</>}</Show>
          </Show>
        </small>
      </div>
      <Strip runs={props.schedule.recentRuns} />
      <div class={styles.buttons}>
        <Button small icon={Play} busy={running.busy()} onClick={() => void runNow()}>
          Run now
        </Button>
        <Menu class="icon" label={`More for ${props.schedule.name}`} entries={entries()}>
          <Ellipsis size={16} aria-hidden="true" />
        </Menu>
      </div>
    </li>
  );
}

const Last = (props: { runs: readonly ScheduleRun[] }) => (
  <Show when={props.runs[0]} fallback="has not run yet">
    {(run) => (
      <>
        last <Time at={run().fireAt} />
      </>
    )}
  </Show>
);

const places = 20;

/** The last runs, oldest left; what there has not been yet is left empty. */
const Strip = (props: { runs: readonly ScheduleRun[] }) => {
  const shown = () => props.runs.slice(0, places).toReversed();
  return (
    <div class={styles.strip} role="img" aria-label={historyWords(props.runs)}>
      <For each={Array.from({ length: places - shown().length })}>{() => <i data-none />}</For>
      <For each={shown()}>
        {(run) => (
          <i
            data-tone={outcomeOf(run).tone}
            data-out={run.jobId === null ? "" : undefined}
            title={runTitle(run)}
          />
        )}
      </For>
    </div>
  );
};
