import { createQuery } from "@urql/solid";
import { createEffect, createMemo, Show } from "solid-js";
import { useUrlState } from "../lib/url-state";
import { Button } from "../ui/Button";
import { Pause, Play } from "../ui/icons";
import { PageHead } from "../ui/Layout";
import { Pills } from "../ui/Pills";
import { QueryRefusal } from "../ui/Refusal";
import { QueryView, Skeleton } from "../ui/States";
import { HealthQuery, ServiceHistoryQuery } from "./health.gql";
import {
  lengthMs,
  rangeOptions,
  ranges,
  rangeWords,
  refreshMs,
  serviceRange,
  span,
  usualRange,
} from "./health.model";
import { createLiveHealth, type LiveHealth } from "./live-health";
import { Gauges } from "./parts/Gauges";
import { LiveLine } from "./parts/LiveLine";
import { ServiceList } from "./parts/ServiceList";
import { SignalList } from "./parts/SignalList";
import { createPolled } from "./polled";

/** How the installation is now and was before: its machine, what it depends on, and the limits of each figure. */
export function HealthPage() {
  const url = useUrlState();
  const range = () => url.oneOf("range", ranges, usualRange);
  const [result, refetch] = createQuery({ query: HealthQuery, requestPolicy: "network-only" });
  const live = createLiveHealth(() => {});
  createEffect(() => result.data && live.begin(result.data.health));
  const servicesOver = createMemo(() => serviceRange(range()));
  const services = createPolled(
    ServiceHistoryQuery,
    servicesOver,
    (over, now) => ({
      from: new Date(now - lengthMs(over)).toISOString(),
      to: new Date(now).toISOString(),
    }),
    refreshMs,
  );
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
              <div class="stack">
                <Gauges of={live} health={health()} />
                <ServiceList
                  now={health().services}
                  then={services.answer()?.data.healthHistory}
                  over={rangeWords(services.answer()?.wish ?? servicesOver())}
                  error={services.error()}
                  retry={services.ask}
                  isStale={live.isStale()}
                />
                <SignalList signals={health().signals} isStale={live.isStale()} />
              </div>
            )}
          </Show>
        )}
      </QueryView>
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
