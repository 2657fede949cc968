import { A } from "@solidjs/router";
import { For, Show } from "solid-js";
import { bytes, count, plural } from "../../lib/format";
import { Bar } from "../../ui/Bar";
import { Tag } from "../../ui/Tag";
import { Time } from "../../ui/Time";
import { queueLabels, wholeSpan } from "../jobs.model";
import { Since } from "../Moving";
import { workerTones, workerWords } from "./worker.model";
import type { Worker } from "./workers.gql";
import styles from "./Workers.module.css";

/** One worker: where it runs, what it runs, how hard it works. */
export const WorkerCard = (props: { worker: Worker; usualVersion: string | undefined }) => (
  <article
    class={`card ${styles.card}`}
    data-status={props.worker.status}
    aria-label={`Worker ${name(props.worker)}`}
  >
    <header>
      <h2>
        {props.worker.host} <span class="mono dim">{props.worker.pid}</span>
      </h2>
      <Tag tone={workerTones[props.worker.status]}>{workerWords[props.worker.status]}</Tag>
    </header>
    <p class={styles.seen}>
      <Seen worker={props.worker} />
    </p>
    <div class={styles.busy}>
      <Bar
        kind="meter"
        label="Busy places"
        share={props.worker.busyLanes / Math.max(1, props.worker.lanes)}
        text={`${props.worker.busyLanes} of ${props.worker.lanes}`}
      />
      <small class="num">
        {count(props.worker.busyLanes)} of {plural(props.worker.lanes, "place")} busy
      </small>
    </div>
    <dl class={styles.figures}>
      <Figure label="CPU" value={known(props.worker.cpuPercent, (value) => `${Math.round(value)}%`)} />
      <Figure label="Memory" value={known(props.worker.memoryBytes, bytes)} />
      <Figure
        label="Loop p99"
        value={known(props.worker.eventLoopP99Ms, (value) => `${Math.round(value)} ms`)}
        bad={(props.worker.eventLoopP99Ms ?? 0) >= 100}
      />
    </dl>
    <dl class={`facts ${styles.facts}`}>
      <dt>Version</dt>
      <dd>
        {props.worker.version}{" "}
        <Show when={props.worker.version !== props.usualVersion && props.worker.status !== "STOPPED"}>
          <Tag tone="warn" title={`Most run ${props.usualVersion}`}>
            Differs
          </Tag>
        </Show>
      </dd>
      <dt>Queues</dt>
      <dd>{props.worker.queues.map((queue) => queueLabels[queue] ?? queue).join(", ")}</dd>
      <dt>Started</dt>
      <dd>
        <Time at={props.worker.startedAt} />
      </dd>
    </dl>
    <Current jobs={props.worker.currentJobs} />
  </article>
);

const name = (worker: Worker) => `${worker.host} ${worker.pid}`;

const known = (value: number | null, write: (value: number) => string) =>
  value === null ? "–" : write(value);

const Figure = (props: { label: string; value: string; bad?: boolean }) => (
  <div>
    <dt>{props.label}</dt>
    <dd class="num" data-tone={props.bad ? "bad" : undefined}>
      {props.value}
    </dd>
  </div>
);

const Seen = (props: { worker: Worker }) => (
  <Show when={props.worker.status === "ALIVE"} fallback={<Silent worker={props.worker} />}>
    Last seen {wholeSpan(props.worker.silentSeconds)} ago
  </Show>
);

const Silent = (props: { worker: Worker }) => (
  <Show
    when={props.worker.status !== "STOPPED"}
    fallback={
      <>
        Ended in good order <Time at={props.worker.lastSeenAt} />
      </>
    }
  >
    No sign of life for {wholeSpan(props.worker.silentSeconds)}
  </Show>
);

const Current = (props: { jobs: Worker["currentJobs"] }) => (
  <Show when={props.jobs.length}>
    <div class={styles.current}>
      <h4>Now</h4>
      <ul>
        <For each={props.jobs}>
          {(job) => (
            <li>
              <A class="textlink mono clip" href={`/jobs/${job.id}`} data-row>
                {job.type}
              </A>
              <Show when={job.startedAt}>
                {(at) => (
                  <small>
                    <Since at={at()} />
                  </small>
                )}
              </Show>
            </li>
          )}
        </For>
      </ul>
    </div>
  </Show>
);
