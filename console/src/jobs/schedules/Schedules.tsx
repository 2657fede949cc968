import { createQuery } from "@urql/solid";
import { createEffect, For, on, onCleanup, Show } from "solid-js";
import { onLive, onReconnect } from "../../api/live";
import { paced } from "../../lib/debounce";
import { useUrlState } from "../../lib/url-state";
import { Empty, QueryView, Skeleton } from "../../ui/States";
import { JobLive } from "../jobs.gql";
import { EditScheduleModal } from "./EditScheduleModal";
import { ScheduleRow } from "./ScheduleRow";
import { SchedulesQuery } from "./schedules.gql";
import styles from "./Schedules.module.css";

const refreshMs = 3_000;
const graceMs = 2_000;

/** What the product does by itself: when next, how it went, and the switches for it. */
export function Schedules() {
  const url = useUrlState();
  const [result, refetch] = createQuery({ query: SchedulesQuery, requestPolicy: "cache-and-network" });
  const again = () => refetch({ requestPolicy: "network-only" });
  const refresh = paced(again, refreshMs);
  const schedules = () => result.data?.schedules ?? [];
  const names = () => new Set(schedules().map((schedule) => schedule.name));
  onReconnect(again);
  onLive(
    JobLive,
    () => ({}),
    ({ jobUpdated: { job } }) => job && names().has(job.type) && refresh(),
  );
  // When one is due, its next time is another.
  const nextAt = () =>
    Math.min(...schedules().flatMap((each) => (each.nextRunAt ? [Date.parse(each.nextRunAt)] : [])));
  createEffect(
    on(nextAt, (at) => {
      if (!Number.isFinite(at)) return;
      const timer = setTimeout(refresh, Math.max(graceMs, at - Date.now() + graceMs));
      onCleanup(() => clearTimeout(timer));
    }),
  );
  const editing = () => schedules().find((schedule) => schedule.name === url.get("edit"));
  return (
    <QueryView of={result} retry={again} skeleton={<Skeleton rows={10} />}>
      {() => (
        <Show
          when={schedules().length}
          fallback={
            <Empty title="Nothing is scheduled" text="This version of the product does nothing by itself." />
          }
        >
          <ul class={`card ${styles.list}`} data-flush aria-label="Schedules">
            <For each={schedules().map((schedule) => schedule.name)}>
              {(name) => (
                <Show when={schedules().find((schedule) => schedule.name === name)}>
                  {(schedule) => (
                    <ScheduleRow
                      schedule={schedule()}
                      again={again}
                      onEdit={() => url.set({ edit: name }, { push: true })}
                    />
                  )}
                </Show>
              )}
            </For>
          </ul>
          <Show when={editing()}>
            {(schedule) => (
              <EditScheduleModal
                schedule={schedule()}
                again={again}
                onClose={() => url.set({ edit: undefined })}
              />
            )}
          </Show>
        </Show>
      )}
    </QueryView>
  );
}
