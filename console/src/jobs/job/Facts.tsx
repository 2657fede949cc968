import { A } from "@solidjs/router";
import { Show } from "solid-js";
import { Copyable } from "../../ui/Copyable";
import { Card } from "../../ui/Layout";
import { Time } from "../../ui/Time";
import type { JobDetails } from "../jobs.gql";
import styles from "./Job.module.css";

const subjectWords: Record<string, string> = { campaign: "Campaign", import: "Import", user: "Person" };

/** Where a job comes from, what it is about and who ran it. */
export const Facts = (props: { job: JobDetails }) => (
  <Card title="Facts">
    <dl class={`facts ${styles.facts}`}>
      <Show when={props.job.subject}>
        {(subject) => (
          <>
            <dt>{subjectWords[subject().type] ?? "About"}</dt>
            <dd>
              <Show when={subject().href} fallback={subject().label}>
                {(href) => (
                  <A class="textlink" href={href()}>
                    {subject().label}
                  </A>
                )}
              </Show>
            </dd>
          </>
        )}
      </Show>
      <dt>Id</dt>
      <dd>
        <Copyable value={props.job.id} label="id" mono />
      </dd>
      <dt>Started by</dt>
      <dd>{props.job.initiatedBy ?? "The product itself"}</dd>
      <Show when={props.job.worker}>
        {(worker) => (
          <>
            <dt>Worker</dt>
            <dd>
              <A class="textlink" href="/jobs?tab=workers">
                {worker().host}
              </A>{" "}
              <span class="dim">process {worker().pid}</span>
            </dd>
          </>
        )}
      </Show>
      <Show when={props.job.crashes > 0}>
        <dt>Crashes</dt>
        <dd class="num">{props.job.crashes} of 3: at the third it is kept aside</dd>
      </Show>
      <dt>Due</dt>
      <dd>
        <Time at={props.job.dueAt} exact />
      </dd>
      <Show when={props.job.startedAt}>
        {(at) => (
          <>
            <dt>Last started</dt>
            <dd>
              <Time at={at()} exact />
            </dd>
          </>
        )}
      </Show>
      <Show when={props.job.finishedAt}>
        {(at) => (
          <>
            <dt>Ended</dt>
            <dd>
              <Time at={at()} exact />
            </dd>
          </>
        )}
      </Show>
      <Show when={props.job.idempotencyKey}>
        {(key) => (
          <>
            <dt>Idempotency key</dt>
            <dd>
              <Copyable value={key()} label="idempotency key" mono />
            </dd>
          </>
        )}
      </Show>
      <Show when={props.job.requestId}>
        {(id) => (
          <>
            <dt>Request</dt>
            <dd>
              <Copyable value={id()} label="request id" mono />
            </dd>
          </>
        )}
      </Show>
    </dl>
  </Card>
);
