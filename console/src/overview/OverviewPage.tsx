import { createQuery } from "@urql/solid";
import { Show } from "solid-js";
import { onReconnect } from "../api/live";
import { useStale } from "../api/use-stale";
import { useUrlState } from "../lib/url-state";
import { PageHead } from "../ui/Layout";
import { Pills } from "../ui/Pills";
import { StaleNote } from "../ui/StaleNote";
import { QueryView, Skeleton } from "../ui/States";
import { OverviewQuery, type OverviewParts } from "./overview.gql";
import { ranges } from "./overview.model";
import { AttentionList } from "./parts/AttentionList";
import { FirstSteps } from "./parts/FirstSteps";
import { HealthStrip } from "./parts/HealthStrip";
import { KpiStrip } from "./parts/KpiStrip";
import { MessagesADay } from "./parts/MessagesADay";
import { RunningCampaigns } from "./parts/RunningCampaigns";
import styles from "./Overview.module.css";

const options = ranges.map((value) => ({ value, label: `${value} days` }));

/** Is anything wrong, how much was sent, what is running, is the machine well. */
export function OverviewPage() {
  const url = useUrlState();
  const stale = useStale();
  const days = () => url.oneOf("days", ranges, "30");
  const [result, refetch] = createQuery({
    query: OverviewQuery,
    variables: () => ({ days: Number(days()) }),
    requestPolicy: "cache-and-network",
  });
  onReconnect(() => refetch({ requestPolicy: "network-only" }));
  return (
    <>
      <PageHead title="Overview" sub={`The last ${days()} days, compared with the ${days()} before.`}>
        <Pills
          label="Range"
          options={options}
          value={days()}
          onValue={(value) => url.set({ days: value === "30" ? undefined : value })}
        />
      </PageHead>
      <StaleNote since={stale()} />
      <QueryView
        of={result}
        retry={() => refetch({ requestPolicy: "network-only" })}
        skeleton={<Skeleton block rows={4} />}
      >
        {(data) => <Parts of={data().overview} stale={stale() !== undefined} />}
      </QueryView>
    </>
  );
}

const isNew = (overview: OverviewParts) =>
  overview.leads?.total === 0 && overview.outreach?.sent === 0 && overview.outreach.running.length === 0;

const Parts = (props: { of: OverviewParts; stale: boolean }) => (
  <div class="stack figures" data-stale={props.stale ? "" : undefined}>
    <Show when={!isNew(props.of)} fallback={<FirstSteps />}>
      <AttentionList items={props.of.attention} />
      <KpiStrip outreach={props.of.outreach} leads={props.of.leads} />
      <Show when={props.of.outreach}>
        {(outreach) => (
          <div class={styles.split}>
            <MessagesADay days={outreach().perDay} />
            <RunningCampaigns campaigns={outreach().running} />
          </div>
        )}
      </Show>
    </Show>
    <Show when={props.of.health}>{(health) => <HealthStrip first={health()} />}</Show>
  </div>
);
