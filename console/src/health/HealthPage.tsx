import { createQuery } from "@urql/solid";
import { createEffect, createMemo, lazy, Show, Suspense } from "solid-js";
import { useCan } from "../app/me";
import { useUrlState } from "../lib/url-state";
import { Button } from "../ui/Button";
import { Pause, Play } from "../ui/icons";
import { PageHead } from "../ui/Layout";
import { Pills } from "../ui/Pills";
import { QueryRefusal } from "../ui/Refusal";
import { QueryView, Skeleton } from "../ui/States";
import { createCharts } from "./create-charts";
import { HealthHistoryQuery, HealthQuery } from "./health.gql";
import { lengthMs, rangeOptions, ranges, refreshMs, serviceRange, span, usualRange } from "./health.model";
import { createLiveHealth, type LiveHealth } from "./live-health";
import { Board } from "./parts/Board";
import { LiveLine } from "./parts/LiveLine";
import { createPolled } from "./polled";

const LimitsSheet = lazy(async () => ({ default: (await import("./limits/LimitsSheet")).LimitsSheet }));

/** How the installation is now and was before: its machine, what it depends on, and the limits of each figure. */
export function HealthPage() {
  const url = useUrlState();
  const can = useCan();
  const range = () => url.oneOf("range", ranges, usualRange);
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
  return (
    <>
      <PageHead title="System health" sub={<LiveLine of={live} />}>
        <Pills
          label="Range"
          options={rangeOptions}
          value={range()}
          onValue={(value) => url.set({ range: value === usualRange ? undefined : value })}
        />
        <PauseButton of={live} />
      </PageHead>
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
                onLimits={can("SYSTEM_SETTINGS_MANAGE") ? () => url.set({ limits: "1" }) : undefined}
              />
            )}
          </Show>
        )}
      </QueryView>
      <Suspense>
        <Show when={url.get("limits") && can("SYSTEM_SETTINGS_MANAGE")}>
          <LimitsSheet onClose={() => url.set({ limits: undefined })} />
        </Show>
      </Suspense>
    </>
  );
}

const PauseButton = (props: { of: LiveHealth }) => {
  const isPaused = () => props.of.pausedFor() !== undefined;
  return (
    <Button icon={isPaused() ? Play : Pause} onClick={() => props.of.toggle()}>
      <span class="num">{isPaused() ? `Resume (+${span(props.of.pausedFor() ?? 0)})` : "Pause"}</span>
    </Button>
  );
};
