import { createQuery } from "@urql/solid";
import { createEffect, createMemo, lazy, Show, Suspense } from "solid-js";
import { onReconnect } from "../api/live";
import { usePageKeys } from "../app/keys";
import { useCan } from "../app/me";
import { useUrlState } from "../lib/url-state";
import { QueryRefusal } from "../ui/Refusal";
import { QueryView, Skeleton } from "../ui/States";
import { createCharts } from "./create-charts";
import { HealthHistoryQuery, HealthQuery } from "./health.gql";
import { lengthMs, ranges, refreshMs, serviceRange, usualRange, type Range } from "./health.model";
import { createLiveHealth } from "./live-health";
import { Board } from "./parts/Board";
import { Head } from "./parts/Head";
import { createPolled } from "../api/polled";
import styles from "./Health.module.css";

const LimitsSheet = lazy(async () => ({ default: (await import("./limits/LimitsSheet")).LimitsSheet }));

/** How the installation is now and was before: its machine, what it depends on, and the limits of each figure. */
export function HealthPage() {
  const url = useUrlState();
  const can = useCan();
  const range = () => url.oneOf("range", ranges, usualRange);
  const setRange = (next: Range | undefined) =>
    next && url.set({ range: next === usualRange ? undefined : next });
  const isKiosk = () => url.has("kiosk");
  const mayChange = () => can("SYSTEM_SETTINGS_MANAGE") && !isKiosk();
  const [result, refetch] = createQuery({ query: HealthQuery, requestPolicy: "network-only" });
  const live = createLiveHealth((sample) => charts.take(sample));
  createEffect(() => result.data && live.begin(result.data.health));
  const history = createPolled(
    HealthHistoryQuery,
    createMemo(() => ({ over: serviceRange(range()), host: url.get("host") || undefined }), undefined, {
      equals: (before, after) => before.over === after.over && before.host === after.host,
    }),
    ({ over, host }, now) => ({
      from: new Date(now - lengthMs(over)).toISOString(),
      to: new Date(now).toISOString(),
      host,
    }),
    ({ over }) => refreshMs(over),
    live.serverNow,
  );
  const then = () => history.answer()?.data.healthHistory;
  const charts = createCharts({ range, history: then, isPaused: () => live.pausedFor() !== undefined });
  const beside = (step: 1 | -1) => ranges[ranges.indexOf(range()) + step];
  const toggleKiosk = () => url.set({ kiosk: isKiosk() ? undefined : "1" }, { push: true });
  usePageKeys({
    p: live.toggle,
    "[": () => setRange(beside(-1)),
    "]": () => setRange(beside(1)),
    f: toggleKiosk,
  });
  onReconnect(() => result.error && refetch({ requestPolicy: "network-only" }));
  return (
    <div class={isKiosk() ? styles.kiosk : undefined}>
      <Head live={live} range={range()} onRange={setRange} isKiosk={isKiosk()} onKiosk={toggleKiosk} />
      <Show when={live.error()}>{(error) => <QueryRefusal of={error()} />}</Show>
      <QueryView
        of={result}
        retry={() => refetch({ requestPolicy: "network-only" })}
        skeleton={<Skeleton block rows={4} />}
      >
        {() => (
          <Show when={live.health()}>
            {(health) => (
              <Board
                live={live}
                now={health()}
                then={then()}
                thenOver={history.answer()?.wish.over}
                error={history.error()}
                retry={history.ask}
                charts={charts}
                range={range()}
                onHost={(host) => url.set({ host })}
                isKiosk={isKiosk()}
                onLimits={mayChange() ? () => url.set({ limits: "1" }) : undefined}
              />
            )}
          </Show>
        )}
      </QueryView>
      <Suspense>
        <Show when={url.get("limits") && mayChange()}>
          <LimitsSheet onClose={() => url.set({ limits: undefined })} />
        </Show>
      </Suspense>
    </div>
  );
}
