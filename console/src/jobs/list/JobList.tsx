import { createQuery } from "@urql/solid";
import { createMemo, createSignal } from "solid-js";
import { onLive } from "../../api/live";
import { usePageKeys } from "../../app/keys";
import { paced } from "../../lib/debounce";
import { useUrlState } from "../../lib/url-state";
import { PagedTable } from "../../ui/PagedTable";
import { parseSort, SortHeader, type Sort } from "../../ui/SortHeader";
import { JobLive, JobsQuery, type JobAction, type JobRow as Job } from "../jobs.gql";
import type { Queue } from "../queues/queues.gql";
import { JobTypeNamesQuery } from "../types/types.gql";
import { useJobActions } from "../use-job-actions";
import { BulkBar } from "./BulkBar";
import { filterOf, isFiltered, listStateOf, sortFields } from "./filter.model";
import { Filters } from "./Filters";
import { JobRow } from "./JobRow";
import { NoJobs } from "./NoJobs";
import { useSelection } from "./use-selection";
import styles from "./List.module.css";

const refreshMs = 5_000;

const focusedJob = () => document.activeElement?.closest<HTMLElement>("tr[data-job]")?.dataset["job"];

/** The jobs of one queue or of all. Rows move in place; which rows stand there is asked again every few seconds. */
export function JobList(props: { queues: readonly Queue[] }) {
  const url = useUrlState();
  const list = createMemo(() => listStateOf(url.get));
  const [types] = createQuery({ query: JobTypeNamesQuery });
  const [total, setTotal] = createSignal<number>();
  const [turn, setTurn] = createSignal(0);
  const again = () => setTurn((times) => times + 1);
  // The range is a moment from when it was chosen on: with a new one each time the list would never be at rest.
  const chosenAt = createMemo<number>(() => (list().range, Date.now()));
  const names = createMemo(() => types.data?.jobTypes.map((type) => type.name) ?? []);
  const filter = createMemo(() => filterOf(list(), names(), chosenAt()));
  const sort = () => parseSort(url.get("sort"), sortFields, "CREATED_AT");
  const variables = () => ({
    queue: list().queue,
    state: list().state,
    filter: filter(),
    orderBy: sort(),
  });
  const selection = useSelection(() => JSON.stringify([list(), chosenAt()]));
  const rows = new Map<string, () => Job>();
  const { run } = useJobActions(again);
  const refresh = paced(again, refreshMs);
  onLive(JobLive, () => ({ queue: list().queue }), refresh);
  const onFocused = (action: JobAction) => {
    const job = rows.get(focusedJob() ?? "")?.();
    if (job?.availableActions.includes(action)) void run(action, job);
  };
  usePageKeys({
    x: () => focusedJob() && selection.toggle(focusedJob() ?? ""),
    r: () => onFocused("RETRY"),
    delete: () => onFocused("DISCARD"),
  });
  const onScreen = () =>
    [...document.querySelectorAll<HTMLElement>("tr[data-job]")].map((row) => row.dataset["job"] ?? "");
  let card: HTMLElement | undefined;
  return (
    <section aria-label="Jobs">
      <Filters list={list()} queues={props.queues} types={types.data?.jobTypes ?? []} total={total()} />
      <div class="card" data-flush ref={(element) => (card = element)}>
        <BulkBar list={list()} filter={filter()} total={total()} selection={selection} again={again} />
        <PagedTable
          document={JobsQuery}
          variables={variables()}
          connection={(data) => data.jobs}
          noun="job"
          label="Jobs"
          columns={9}
          refresh={turn()}
          inUse={() => Boolean(card?.matches(":hover")) || selection.ids().size > 0}
          onTotal={setTotal}
          head={
            <Head
              sort={sort()}
              onSort={(text) => url.set({ sort: text })}
              all={selection.ids().size > 0}
              onAll={(all) => selection.set(all ? onScreen() : [])}
            />
          }
          row={(job) => {
            rows.set(job().id, job);
            return (
              <JobRow
                job={job()}
                selected={selection.has(job().id)}
                onSelect={() => selection.toggle(job().id)}
                onAction={(action) => void run(action, job())}
              />
            );
          }}
          empty={<NoJobs list={list()} filtered={isFiltered(list())} />}
        />
      </div>
    </section>
  );
}

const Head = (props: {
  sort: Sort;
  onSort: (text: string) => void;
  all: boolean;
  onAll: (all: boolean) => void;
}) => (
  <tr>
    <th scope="col" class={styles.pick}>
      <input
        type="checkbox"
        checked={props.all}
        aria-label="Select the jobs on screen"
        onChange={(event) => props.onAll(event.currentTarget.checked)}
      />
    </th>
    <th scope="col">Job</th>
    <th scope="col">State</th>
    <th scope="col" data-wide>
      Now
    </th>
    <th scope="col" data-end data-wide>
      Attempt
    </th>
    <SortHeader wide field="CREATED_AT" label="Made" sort={props.sort} onSort={props.onSort} />
    <SortHeader wide field="DUE_AT" label="Due" sort={props.sort} onSort={props.onSort} />
    <SortHeader wide field="FINISHED_AT" label="Ended" sort={props.sort} onSort={props.onSort} />
    <th scope="col" data-end>
      <span class="sr">Actions</span>
    </th>
  </tr>
);
