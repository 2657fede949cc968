import { A } from "@solidjs/router";
import { Match, Show, Switch } from "solid-js";
import { plural } from "../../lib/format";
import { whyReadOnly } from "../../ui/Button";
import { Ellipsis, Play, RotateCcw, Trash, Undo } from "../../ui/icons";
import { Menu, type MenuEntry } from "../../ui/Menu";
import { Tag } from "../../ui/Tag";
import { Time } from "../../ui/Time";
import { firstLine, progressOf, shortId, span, stateLabels, stateTones } from "../jobs.model";
import type { JobAction, JobRow as Job } from "../jobs.gql";
import { Since, Until } from "../Moving";
import { ProgressBar } from "../ProgressBar";
import { actionLabels } from "../use-job-actions";
import styles from "./List.module.css";

const icons = { RETRY: RotateCcw, DISCARD: Trash, RESTORE: Undo, PROMOTE: Play } as const;

interface RowProps {
  job: Job;
  selected: boolean;
  onSelect: () => void;
  onAction: (action: JobAction) => void;
}

/** One job, live in place: the row stays the same element whatever happens to the job. */
export const JobRow = (props: RowProps) => (
  <tr data-job={props.job.id} data-picked={props.selected ? "" : undefined}>
    <td class={styles.pick}>
      <input
        type="checkbox"
        checked={props.selected}
        aria-label={`Select ${props.job.type} ${shortId(props.job.id)}`}
        onChange={() => props.onSelect()}
      />
    </td>
    <td class={styles.name}>
      <A class="rowlink clip mono" href={`/jobs/${props.job.id}`} data-row>
        {props.job.type}
      </A>
      <small class="clip">
        <span class="mono" title={props.job.id}>
          {shortId(props.job.id)}
        </span>
        <Show when={props.job.subject}>{(subject) => <> · {subject().label}</>}</Show>
      </small>
    </td>
    <td>
      <Tag tone={stateTones[props.job.state]}>{stateLabels[props.job.state]}</Tag>
      <Show when={props.job.isUrgent}>
        {" "}
        <small title="Somebody waits for it: it goes ahead of the rest of its queue.">Urgent</small>
      </Show>
    </td>
    <td class={styles.now} data-wide>
      <Now job={props.job} />
    </td>
    <td class="num" data-wide data-end>
      {props.job.attempts}/{props.job.maxAttempts}
    </td>
    <td class="dim" data-wide>
      <Time at={props.job.createdAt} />
    </td>
    <td class="dim" data-wide>
      <Time at={props.job.dueAt} />
    </td>
    <td class="dim" data-wide>
      <Show when={props.job.finishedAt} fallback="–">
        {(at) => <Time at={at()} />}
      </Show>
    </td>
    <td data-end class={styles.actions}>
      <Show when={props.job.availableActions.includes("RETRY")}>
        <button
          type="button"
          class="icon"
          aria-label={`Retry ${props.job.type} ${shortId(props.job.id)}`}
          aria-disabled={whyReadOnly() ? "true" : undefined}
          title={whyReadOnly() ?? "Retry (R)"}
          onClick={() => !whyReadOnly() && props.onAction("RETRY")}
        >
          <RotateCcw size={14} aria-hidden="true" />
        </button>
      </Show>
      <RowMenu job={props.job} onAction={props.onAction} />
    </td>
  </tr>
);

/** What there is to say of it just now: how far it is, when it is tried again, or why it failed. */
const Now = (props: { job: Job }) => (
  <Switch>
    <Match when={props.job.state === "ACTIVE"}>
      <Show
        when={progressOf(props.job.progress)}
        fallback={
          <small>
            Running for <Show when={props.job.startedAt}>{(at) => <Since at={at()} />}</Show>
          </small>
        }
      >
        {(progress) => <ProgressBar of={progress()} label={props.job.type} />}
      </Show>
    </Match>
    <Match when={props.job.state === "DELAYED"}>
      <small>
        {props.job.attempts > 0 ? "Next try " : "Due "}
        <Until at={props.job.dueAt} />
      </small>
      <Show when={props.job.error}>{(error) => <Reason error={error()} />}</Show>
    </Match>
    <Match when={props.job.state === "FAILED" || props.job.state === "CANCELLED"}>
      <Show when={props.job.isQuarantined}>
        <Tag tone="bad" title="It is kept aside: it ended its worker three times.">
          Quarantined
        </Tag>{" "}
      </Show>
      <Show when={props.job.error}>{(error) => <Reason error={error()} />}</Show>
    </Match>
    <Match when={props.job.state === "SUCCEEDED" && props.job.startedAt && props.job.finishedAt}>
      {(ended) => (
        <small class="num">
          Took {span(Date.parse(ended()) - Date.parse(props.job.startedAt ?? ended()))}
        </small>
      )}
    </Match>
    <Match when={props.job.crashes > 0}>
      <small>Its worker ended {plural(props.job.crashes, "time")}</small>
    </Match>
  </Switch>
);

const Reason = (props: { error: string }) => (
  <small class={`clip ${styles.reason}`} title={props.error}>
    {firstLine(props.error)}
  </small>
);

const RowMenu = (props: { job: Job; onAction: (action: JobAction) => void }) => {
  const entries = (): MenuEntry[] =>
    props.job.availableActions.map((action) => ({
      label: actionLabels[action],
      icon: icons[action],
      tone: action === "DISCARD" ? ("danger" as const) : undefined,
      disabled: Boolean(whyReadOnly()),
      run: () => props.onAction(action),
    }));
  return (
    <Show when={entries().length} fallback={<span class="icon" />}>
      <Menu class="icon" label={`Actions for ${props.job.type} ${shortId(props.job.id)}`} entries={entries()}>
        <Ellipsis size={16} aria-hidden="true" />
      </Menu>
    </Show>
  );
};
