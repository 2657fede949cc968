import { For, Match, Show, Switch } from "solid-js";
import { Card } from "../../ui/Layout";
import { Time } from "../../ui/Time";
import type { Attempt, JobDetails } from "../jobs.gql";
import { outcomes, shortId, span } from "../jobs.model";
import { Since, Until } from "../Moving";
import styles from "./Job.module.css";

/** Everything that has happened to a job, newest first; each attempt with its own error. */
export const Timeline = (props: { job: JobDetails }) => (
  <Card title="What happened" class={styles.timeline}>
    <ol>
      <Present job={props.job} />
      <For each={props.job.history}>{(attempt) => <Entry attempt={attempt} job={props.job} />}</For>
      <li data-tone="plain">
        <p>
          <b>Made</b>
          <span>{props.job.initiatedBy ? `by ${props.job.initiatedBy}` : "by the product"}</span>
          <Time at={props.job.createdAt} exact />
        </p>
      </li>
    </ol>
  </Card>
);

/** What it does now, while it is not over. */
const Present = (props: { job: JobDetails }) => (
  <Switch>
    <Match when={props.job.state === "ACTIVE"}>
      <li data-tone="accent">
        <p>
          <b>Attempt {props.job.attempts} is running</b>
          <Show when={props.job.startedAt}>
            {(at) => (
              <span>
                for <Since at={at()} />
              </span>
            )}
          </Show>
        </p>
      </li>
    </Match>
    <Match when={props.job.state === "DELAYED"}>
      <li data-tone="warn">
        <p>
          <b>{props.job.attempts > 0 ? "Next try" : "Due"}</b>
          <span>
            <Until at={props.job.dueAt} />
          </span>
          <Time at={props.job.dueAt} exact />
        </p>
      </li>
    </Match>
    <Match when={props.job.state === "WAITING"}>
      <li data-tone="plain">
        <p>
          <b>Waiting</b>
          <span>
            for <Since at={props.job.dueAt} />
          </span>
          <Time at={props.job.dueAt} exact />
        </p>
      </li>
    </Match>
  </Switch>
);

const Entry = (props: { attempt: Attempt; job: JobDetails }) => {
  const outcome = () => outcomes[props.attempt.outcome];
  const ran = () =>
    props.attempt.startedAt === null
      ? undefined
      : span(Date.parse(props.attempt.endedAt) - Date.parse(props.attempt.startedAt));
  return (
    <li data-tone={outcome().tone}>
      <p>
        <b>
          {outcome().byHand
            ? outcome().label
            : `Attempt ${props.attempt.attempt}: ${outcome().label.toLowerCase()}`}
        </b>
        <span>
          <Show when={outcome().byHand}>by {props.attempt.by ?? "somebody of another organisation"}</Show>
          <Show when={ran()}>after {ran()}</Show>
          <Show when={props.attempt.workerId}>{(id) => <> on {workerName(id(), props.job)}</>}</Show>
        </span>
        <Time at={props.attempt.endedAt} exact />
      </p>
      <Show when={props.attempt.error}>{(error) => <pre tabindex="0">{error()}</pre>}</Show>
    </li>
  );
};

/** Only of the last worker is more known than its id. */
const workerName = (id: string, job: JobDetails) =>
  job.worker?.id === id ? `${job.worker.host} (${job.worker.pid})` : `worker ${shortId(id)}`;
