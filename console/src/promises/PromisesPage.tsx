import { createQuery } from "@urql/solid";
import { createEffect, For, on, Show } from "solid-js";
import { createStore, reconcile } from "solid-js/store";
import { onLive, onReconnect } from "../api/live";
import { useStale } from "../api/use-stale";
import { PageHead } from "../ui/Layout";
import { QueryRefusal } from "../ui/Refusal";
import { StaleNote } from "../ui/StaleNote";
import { Empty, QueryView, Skeleton } from "../ui/States";
import { PromiseCard } from "./PromiseCard";
import { PromisesLive, PromisesQuery, type ProductPromise } from "./promises.gql";
import { inUrgency, promisesWords } from "./promises.model";
import styles from "./Promises.module.css";

/** What the product promises, looked at every minute: green, or red with the rows that say so. */
export function PromisesPage() {
  const [result, refetch] = createQuery({ query: PromisesQuery, requestPolicy: "cache-and-network" });
  const [board, setBoard] = createStore<{ promises: ProductPromise[] }>({ promises: [] });
  const show = (promises: readonly ProductPromise[]) =>
    setBoard("promises", reconcile(inUrgency(structuredClone(promises)), { key: "id" }));
  createEffect(
    on(
      () => JSON.stringify(result.data?.promises),
      (text) => text && show(JSON.parse(text) as ProductPromise[]),
    ),
  );
  const error = onLive(
    PromisesLive,
    () => ({}),
    (event) => show(event.promisesUpdated.promises),
  );
  const stale = useStale();
  const again = () => refetch({ requestPolicy: "network-only" });
  onReconnect(again);
  return (
    <>
      <PageHead
        title="Promises"
        sub={board.promises.length ? promisesWords(board.promises) : "What the product promises, as queries."}
      />
      <StaleNote since={stale()} />
      <Show when={error()}>{(refusal) => <QueryRefusal of={refusal()} />}</Show>
      <QueryView of={result} retry={again} skeleton={<Skeleton block rows={6} />}>
        {() => (
          <Show when={board.promises.length} fallback={<NoPromises />}>
            <section
              class={styles.cards}
              aria-label="Promises"
              data-stale={stale() === undefined ? undefined : ""}
            >
              <For each={board.promises}>{(promise) => <PromiseCard of={promise} />}</For>
            </section>
          </Show>
        )}
      </QueryView>
    </>
  );
}

const NoPromises = () => (
  <div class="card">
    <Empty title="Nothing is promised here" text="This version of the server lists no promises." />
  </div>
);
