import { createQuery } from "@urql/solid";
import { createEffect, createSignal, For, on, Show } from "solid-js";
import { createStore, reconcile } from "solid-js/store";
import { onLive } from "../../api/live";
import { useCan } from "../../app/me";
import { Problem } from "../../ui/Problem";
import { Empty, QueryView, Skeleton } from "../../ui/States";
import { WorkerCard } from "./WorkerCard";
import { fleetWords, inOrder, usualVersion } from "./worker.model";
import { WorkersLive, WorkersQuery, type Worker } from "./workers.gql";
import styles from "./Workers.module.css";

/** The processes that do the work, as they say themselves and as they are missed. */
export function Workers(props: { stale: boolean }) {
  const can = useCan();
  const [result, refetch] = createQuery({ query: WorkersQuery, requestPolicy: "cache-and-network" });
  const [fleet, setFleet] = createStore<{ workers: Worker[] }>({ workers: [] });
  const [isKnown, setIsKnown] = createSignal(false);
  const show = (workers: readonly Worker[]) => {
    setFleet("workers", reconcile(inOrder(structuredClone(workers)), { key: "id" }));
    setIsKnown(true);
  };
  createEffect(
    on(
      () => JSON.stringify(result.data?.workers),
      (text) => text && show(JSON.parse(text) as Worker[]),
    ),
  );
  onLive(
    WorkersLive,
    () => (can("SYSTEM_HEALTH_READ") ? {} : undefined),
    (event) => show(event.workersUpdated.workers),
  );
  const lost = () => fleet.workers.filter((worker) => worker.status === "LOST");
  const version = () => usualVersion(fleet.workers);
  return (
    <QueryView of={result} retry={refetch} skeleton={<Skeleton block rows={2} />}>
      {() => (
        <Show when={isKnown() && fleet.workers.length} fallback={<NoWorkers />}>
          <section aria-label="Workers" data-stale={props.stale ? "" : undefined}>
            <p class={styles.sum}>{fleetWords(fleet.workers)}</p>
            <Show when={lost().length}>
              <div class={styles.lost}>
                <Problem
                  message={`${lost().length === 1 ? `The worker on ${lost()[0]?.host} is lost` : `${lost().length} workers are lost`}: no sign of life for more than 15 s. Jobs under way there are taken over by others when their leases end.`}
                />
              </div>
            </Show>
            <div class={styles.cards}>
              <For each={fleet.workers}>
                {(worker) => <WorkerCard worker={worker} usualVersion={version()} />}
              </For>
            </div>
          </section>
        </Show>
      )}
    </QueryView>
  );
}

const NoWorkers = () => (
  <div class="card">
    <Empty
      title="No worker has shown itself"
      text="Nothing is sent and nothing is counted until one runs: start it with npm run worker."
    />
  </div>
);
