import { createQuery } from "@urql/solid";
import { Match, Show, Switch } from "solid-js";
import { onLive, onReconnect } from "../api/live";
import { count } from "../lib/format";
import { useUrlState } from "../lib/url-state";
import { PageHead } from "../ui/Layout";
import { QueryView, Skeleton } from "../ui/States";
import { TabPanel, Tabs } from "../ui/Tabs";
import { Failures } from "./failures/Failures";
import { JobList } from "./list/JobList";
import { QueueCards } from "./queues/QueueCards";
import { QueueLive, QueuesQuery, type Queue } from "./queues/queues.gql";
import { Schedules } from "./schedules/Schedules";
import { StaleNote } from "../ui/StaleNote";
import { Types } from "./types/Types";
import { useStale } from "../api/use-stale";
import { Workers } from "./workers/Workers";

const tabs = [
  { value: "jobs", label: "Queues and jobs" },
  { value: "failures", label: "Failures" },
  { value: "schedules", label: "Schedules" },
  { value: "types", label: "Types" },
  { value: "workers", label: "Workers" },
] as const;
type TabName = (typeof tabs)[number]["value"];

/** What the product does in the background: queues, jobs, failures, schedules, kinds of jobs and who does them. */
export function JobsPage() {
  const url = useUrlState();
  const tab = () =>
    url.oneOf<TabName>(
      "tab",
      tabs.map((each) => each.value),
      "jobs",
    );
  const [result, refetch] = createQuery({ query: QueuesQuery, requestPolicy: "cache-and-network" });
  const again = () => refetch({ requestPolicy: "network-only" });
  onReconnect(again);
  // The cache takes in what it is told; there is nothing left to do with it here.
  onLive(
    QueueLive,
    () => ({}),
    () => undefined,
  );
  const stale = useStale();
  const queues = () => result.data?.queues ?? [];
  const failed = () => queues().reduce((sum, queue) => sum + queue.failed, 0);
  const withCounts = () =>
    tabs.map((each) =>
      each.value === "failures" && failed() > 0 ? { ...each, label: `Failures (${count(failed())})` } : each,
    );
  // Each tab has its own filters: what is not its own would only confuse the address.
  const choose = (value: TabName) =>
    url.set({
      tab: value === "jobs" ? undefined : value,
      ...Object.fromEntries(
        ["state", "q", "type", "group", "range", "sort", "of", "edit", "hours"].map((key) => [
          key,
          undefined,
        ]),
      ),
    });
  return (
    <>
      <PageHead title="Background jobs" sub={result.data ? summary(queues()) : "Queues, jobs and workers."} />
      <StaleNote since={stale()} />
      <Tabs label="Background jobs" tabs={withCounts()} value={tab()} onValue={choose} />
      <TabPanel value={tab()}>
        <Show when={tab() === "jobs" || tab() === "failures"}>
          <QueryView of={result} retry={again} skeleton={<Skeleton block rows={2} />}>
            {(data) => <QueueCards queues={data().queues} stale={stale() !== undefined} again={again} />}
          </QueryView>
        </Show>
        <Switch>
          <Match when={tab() === "jobs"}>
            <JobList queues={queues()} />
          </Match>
          <Match when={tab() === "failures"}>
            <Failures queues={queues()} />
          </Match>
          <Match when={tab() === "schedules"}>
            <Schedules />
          </Match>
          <Match when={tab() === "types"}>
            <Types />
          </Match>
          <Match when={tab() === "workers"}>
            <Workers stale={stale() !== undefined} />
          </Match>
        </Switch>
      </TabPanel>
    </>
  );
}

/** How things stand, in one line. */
function summary(queues: readonly Queue[]): string {
  const sum = (of: (queue: Queue) => number) => queues.reduce((total, queue) => total + of(queue), 0);
  const paused = queues.filter((queue) => queue.paused).map((queue) => queue.name);
  return [
    `${count(sum((queue) => queue.waiting))} waiting`,
    `${count(sum((queue) => queue.active))} active`,
    `${count(sum((queue) => queue.succeeded))} done in 24 h`,
    paused.length > 0 && `${paused.join(" and ")} paused`,
  ]
    .filter(Boolean)
    .join(" · ");
}
