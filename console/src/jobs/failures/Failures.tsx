import { A } from "@solidjs/router";
import { createQuery } from "@urql/solid";
import { createEffect, createSignal, For, on, Show } from "solid-js";
import { onReconnect } from "../../api/live";
import { paced } from "../../lib/debounce";
import { count, plural } from "../../lib/format";
import { useUrlState } from "../../lib/url-state";
import { Button, LinkButton } from "../../ui/Button";
import { RotateCcw, Trash } from "../../ui/icons";
import { Empty, QueryView } from "../../ui/States";
import { Time } from "../../ui/Time";
import { BulkQuestion } from "../BulkQuestion";
import { FailedGroupsQuery, type FailedGroup } from "../jobs.gql";
import { firstLine, queueLabels, queueNames } from "../jobs.model";
import type { Queue } from "../queues/queues.gql";
import { useBulk, type BulkAction } from "../use-bulk";
import styles from "./Failures.module.css";

const refreshMs = 4_000;

/** A type is named queue.verbNoun. */
const queuesOf = (group: FailedGroup) =>
  queueNames.filter((queue) => group.types.some((type) => type.startsWith(`${queue}.`)));

/** Failed jobs by what went wrong, the most frequent first; a whole group is dealt with at once. */
export function Failures(props: { queues: readonly Queue[] }) {
  const url = useUrlState();
  const queue = () => queueNames.find((each) => each === url.get("queue"));
  const [result, refetch] = createQuery({
    query: FailedGroupsQuery,
    variables: () => ({ queue: queue() }),
    requestPolicy: "cache-and-network",
  });
  const again = () => refetch({ requestPolicy: "network-only" });
  const failed = () => props.queues.map((each) => each.failed).join();
  createEffect(on(failed, paced(again, refreshMs), { defer: true }));
  onReconnect(again);
  return (
    <QueryView of={result} retry={again}>
      {(data) => (
        <Show when={data().failedJobGroups.length} fallback={<NoFailures queue={queue()} />}>
          <ul class={styles.groups} aria-label="Failed jobs by message">
            <For each={data().failedJobGroups.map((group) => group.errorGroup)}>
              {(key) => (
                <Show when={data().failedJobGroups.find((group) => group.errorGroup === key)}>
                  {(group) => <Group group={group()} queue={queue()} again={again} />}
                </Show>
              )}
            </For>
          </ul>
        </Show>
      )}
    </QueryView>
  );
}

function Group(props: { group: FailedGroup; queue: string | undefined; again: () => void }) {
  const [asked, setAsked] = createSignal<BulkAction>();
  const bulk = useBulk(() => props.again());
  const queues = () => (props.queue ? [props.queue] : queuesOf(props.group));
  const these = () => (props.group.count === 1 ? "this one" : `these ${count(props.group.count)}`);
  const link = () => {
    const where = new URLSearchParams({ state: "FAILED", group: props.group.errorGroup });
    if (props.queue) where.set("queue", props.queue);
    return `/jobs?${where}`;
  };
  return (
    <li class="card">
      <div class={styles.text}>
        <h2>
          <A class="rowlink" href={link()} data-row title={props.group.example}>
            {firstLine(props.group.example)}
          </A>
        </h2>
        <p>
          <For each={props.group.types}>{(type) => <code>{type}</code>}</For>
          <span>
            first <Time at={props.group.firstAt} />, last <Time at={props.group.lastAt} />
          </span>
        </p>
      </div>
      <b class={`num ${styles.count}`} title={plural(props.group.count, "failed job")}>
        {count(props.group.count)}
        <span class="sr"> failed</span>
      </b>
      <div class="actions">
        <Button small writes icon={RotateCcw} onClick={() => setAsked("RETRY")}>
          Retry {these()}
        </Button>
        <Button small writes tone="quiet" icon={Trash} onClick={() => setAsked("DISCARD")}>
          Discard {these()}
        </Button>
      </div>
      <Show when={asked()}>
        {(action) => (
          <BulkQuestion
            action={action()}
            count={props.group.count}
            which={`that failed with “${firstLine(props.group.example)}”`}
            progress={bulk.progress()}
            onConfirm={() =>
              bulk.matching(action(), queues(), { errorGroup: props.group.errorGroup }, props.group.count)
            }
            onClose={() => setAsked(undefined)}
          />
        )}
      </Show>
    </li>
  );
}

const NoFailures = (props: { queue: string | undefined }) => (
  <div class="card">
    <Empty
      title="Nothing has failed"
      text={`Jobs ${props.queue ? `of ${queueLabels[props.queue]} ` : ""}that have used up their attempts are gathered here by what went wrong.`}
    >
      <LinkButton href="/jobs">All jobs</LinkButton>
    </Empty>
  </div>
);
