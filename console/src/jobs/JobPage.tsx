import { useParams } from "@solidjs/router";
import { createQuery } from "@urql/solid";
import { createEffect, createSignal, For, on, Show } from "solid-js";
import { onLive, onReconnect } from "../api/live";
import { usePageKeys } from "../app/keys";
import { paced } from "../lib/debounce";
import { Button, LinkButton } from "../ui/Button";
import { Pencil, Play, RotateCcw, Trash, Undo } from "../ui/icons";
import { PageHead } from "../ui/Layout";
import { Empty, QueryView, Skeleton } from "../ui/States";
import { Tag } from "../ui/Tag";
import { Time } from "../ui/Time";
import { JobLive, JobQuery, type JobAction, type JobDetails } from "./jobs.gql";
import { progressOf, queueLabels, stateLabels, stateTones } from "./jobs.model";
import { EditPayloadModal } from "./job/EditPayloadModal";
import { Facts } from "./job/Facts";
import { PayloadCard } from "./job/PayloadCard";
import { Timeline } from "./job/Timeline";
import { Until } from "./Moving";
import { ProgressBar } from "./ProgressBar";
import { StaleNote } from "../ui/StaleNote";
import { actionLabels, useJobActions } from "./use-job-actions";
import { useStale } from "../api/use-stale";
import styles from "./job/Job.module.css";

const refreshMs = 1_500;

/** One job: what it is about, every attempt with its own error, and what can be done with it. */
export function JobPage() {
  const params = useParams();
  const id = () => params["id"] ?? "";
  const [result, refetch] = createQuery({
    query: JobQuery,
    variables: () => ({ id: id() }),
    requestPolicy: "cache-and-network",
  });
  const again = () => refetch({ requestPolicy: "network-only" });
  onReconnect(again);
  // The row moves by itself; its history is asked again.
  const refresh = paced(again, refreshMs);
  const queue = () => result.data?.job?.queue;
  onLive(
    JobLive,
    () => (queue() ? { queue: queue() } : undefined),
    (event) => event.jobUpdated.job?.id === result.data?.job?.id && refresh(),
  );
  return (
    <QueryView of={result} retry={again} skeleton={<Skeleton block rows={3} />}>
      {(data) => (
        <Show when={data().job} fallback={<Gone />}>
          {(job) => <Shown job={job()} again={again} />}
        </Show>
      )}
    </QueryView>
  );
}

const icons = { RETRY: RotateCcw, DISCARD: Trash, RESTORE: Undo, PROMOTE: Play } as const;

function Shown(props: { job: JobDetails; again: () => void }) {
  const { run, busy } = useJobActions(() => props.again());
  const [editing, setEditing] = createSignal(false);
  const stale = useStale();
  const may = (action: JobAction) => props.job.availableActions.includes(action);
  const act = (action: JobAction) => may(action) && void run(action, props.job);
  usePageKeys({ r: () => act("RETRY"), delete: () => act("DISCARD") });
  createEffect(
    on(
      () => props.job.type,
      (type) => (document.title = `${type} · Postwatch`),
    ),
  );
  return (
    <>
      <PageHead
        back={{ href: "/jobs", label: "Background jobs" }}
        title={
          <>
            <span class={styles.type}>{props.job.type}</span>{" "}
            <Tag tone={stateTones[props.job.state]}>{stateLabels[props.job.state]}</Tag>
            <Show when={props.job.isQuarantined}>
              <Tag tone="bad">Quarantined</Tag>
            </Show>
          </>
        }
        sub={<Sub job={props.job} />}
      >
        <Show when={may("RETRY")}>
          <Button icon={Pencil} writes onClick={() => setEditing(true)}>
            Retry with edited payload
          </Button>
        </Show>
        <For each={props.job.availableActions}>
          {(action) => (
            <Button
              tone={action === "RETRY" || action === "PROMOTE" ? "primary" : "plain"}
              icon={icons[action]}
              busy={busy()}
              onClick={() => act(action)}
            >
              {actionLabels[action]}
            </Button>
          )}
        </For>
      </PageHead>
      <StaleNote since={stale()} />
      <Show when={props.job.state === "ACTIVE" && progressOf(props.job.progress)}>
        {(progress) => (
          <div class={`card ${styles.progress}`}>
            <ProgressBar of={progress()} label={props.job.type} />
          </div>
        )}
      </Show>
      <div class={styles.columns}>
        <Timeline job={props.job} />
        <div class="stack">
          <Facts job={props.job} />
          <PayloadCard payload={props.job.payload} />
        </div>
      </div>
      <Show when={editing()}>
        <EditPayloadModal job={props.job} onDone={() => props.again()} onClose={() => setEditing(false)} />
      </Show>
    </>
  );
}

const Sub = (props: { job: JobDetails }) => (
  <>
    {queueLabels[props.job.queue] ?? props.job.queue} · attempt {props.job.attempts} of{" "}
    {props.job.maxAttempts} · made <Time at={props.job.createdAt} />
    <Show when={props.job.state === "DELAYED"}>
      {" "}
      · {props.job.attempts > 0 ? "next try" : "due"} <Until at={props.job.dueAt} />
    </Show>
    <Show when={props.job.isUrgent}> · goes ahead of the rest of its queue</Show>
  </>
);

const Gone = () => (
  <div class="card">
    <Empty
      page
      title="There is no such job"
      text="Jobs that are done are cleaned up after a while. This one may have been, or it is another organisation's."
    >
      <LinkButton href="/jobs">All jobs</LinkButton>
    </Empty>
  </div>
);
