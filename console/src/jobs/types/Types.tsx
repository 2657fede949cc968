import { createQuery } from "@urql/solid";
import { createMemo, For, Show } from "solid-js";
import { onReconnect } from "../../api/live";
import { count, share } from "../../lib/format";
import { onReturn } from "../../lib/on-return";
import { useUrlState } from "../../lib/url-state";
import { Pills } from "../../ui/Pills";
import { QueryRefusal } from "../../ui/Refusal";
import { SortHeader, type Sort } from "../../ui/SortHeader";
import { QueryView, Skeleton } from "../../ui/States";
import { queueLabels, spanOrDash } from "../jobs.model";
import { typeLines, typeSorts, type TypeLine, type TypeSort } from "./type.model";
import { TypePanel } from "./TypePanel";
import { JobMetricsQuery, JobTypesQuery } from "./types.gql";
import styles from "./Types.module.css";

const windows = [
  { value: "1", label: "1 h" },
  { value: "24", label: "24 h" },
  { value: "168", label: "7 d" },
] as const;

/** Every kind of job with how it did; a press shows its rules. */
export function Types() {
  const url = useUrlState();
  const hours = () => windows.find((each) => each.value === url.get("hours"))?.value ?? "24";
  const [types, refetch] = createQuery({ query: JobTypesQuery });
  const [metrics, measure] = createQuery({
    query: JobMetricsQuery,
    variables: () => ({ hours: Number(hours()) }),
    requestPolicy: "cache-and-network",
  });
  const again = () => measure({ requestPolicy: "network-only" });
  onReconnect(again);
  onReturn(again);
  const sort = (): { field: TypeSort; direction: Sort["direction"] } => {
    const [field, direction] = url.get("sort").split(".");
    const known = typeSorts.find((each) => each === field);
    return { field: known ?? "NAME", direction: known && direction === "DESC" ? "DESC" : "ASC" };
  };
  const lines = createMemo(() =>
    typeLines(types.data?.jobTypes ?? [], metrics.data?.jobMetrics ?? [], sort()),
  );
  const open = () => lines().find((line) => line.type.name === url.get("of"));
  return (
    <QueryView of={types} retry={refetch} skeleton={<Skeleton rows={12} />}>
      {() => (
        <section aria-label="Types of jobs">
          <div class="filters">
            <Pills
              label="Measured over"
              options={windows}
              value={hours()}
              onValue={(value) => url.set({ hours: value === "24" ? undefined : value })}
            />
          </div>
          <Show when={metrics.error}>{(error) => <QueryRefusal of={error()} retry={again} />}</Show>
          <div class="card" data-flush>
            <div class="table-scroll" tabindex="-1">
              <table class="table" aria-label="Types of jobs">
                <Head sort={sort()} onSort={(text) => url.set({ sort: text })} />
                <tbody aria-busy={metrics.fetching}>
                  <For each={lines()}>
                    {(line) => (
                      <Line line={line} onOpen={() => url.set({ of: line.type.name }, { push: true })} />
                    )}
                  </For>
                </tbody>
              </table>
            </div>
          </div>
          <Show when={open()}>
            {(line) => <TypePanel line={line()} hours={hours()} onClose={() => url.set({ of: undefined })} />}
          </Show>
        </section>
      )}
    </QueryView>
  );
}

const Head = (props: { sort: Sort; onSort: (text: string) => void }) => (
  <thead>
    <tr>
      <SortHeader field="NAME" first="ASC" label="Type" sort={props.sort} onSort={props.onSort} />
      <th scope="col" data-wide>
        Queue
      </th>
      <SortHeader end field="RUNS" label="Runs" sort={props.sort} onSort={props.onSort} />
      <SortHeader end field="FAILED" label="Failed" sort={props.sort} onSort={props.onSort} />
      <th scope="col" data-wide data-end>
        Wait p50
      </th>
      <SortHeader wide end field="WAIT" label="Wait p95" sort={props.sort} onSort={props.onSort} />
      <th scope="col" data-wide data-end>
        Run p50
      </th>
      <SortHeader wide end field="RUN" label="Run p95" sort={props.sort} onSort={props.onSort} />
    </tr>
  </thead>
);

const Line = (props: { line: TypeLine; onOpen: () => void }) => {
  const metrics = () => props.line.metrics;
  return (
    <tr>
      <td class={styles.type}>
        <button type="button" class="rowlink mono clip" data-row onClick={() => props.onOpen()}>
          {props.line.type.name}
        </button>
        <small class="clip">{props.line.type.description}</small>
      </td>
      <td data-wide>{queueLabels[props.line.type.queue] ?? props.line.type.queue}</td>
      <td class="num" data-end>
        {count(metrics()?.runs ?? 0)}
      </td>
      <td class={`num ${styles.failed}`} data-end data-some={metrics()?.failed ? "" : undefined}>
        {count(metrics()?.failed ?? 0)}
        <Show when={metrics()?.failed}>
          {(failed) => <small> {share(failed(), metrics()?.runs ?? 0)}</small>}
        </Show>
      </td>
      <td class="num dim" data-wide data-end>
        {spanOrDash(metrics()?.waitP50Ms ?? null)}
      </td>
      <td class="num" data-wide data-end>
        {spanOrDash(metrics()?.waitP95Ms ?? null)}
      </td>
      <td class="num dim" data-wide data-end>
        {spanOrDash(metrics()?.runP50Ms ?? null)}
      </td>
      <td class="num" data-wide data-end>
        {spanOrDash(metrics()?.runP95Ms ?? null)}
      </td>
    </tr>
  );
};
