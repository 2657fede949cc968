import { useNavigate, useParams } from "@solidjs/router";
import { createQuery } from "@urql/solid";
import { createEffect, createSignal, createUniqueId, Match, on, Show, Switch } from "solid-js";
import { onLive, onReconnect } from "../api/live";
import { useStale } from "../api/use-stale";
import { plural, sentence, spelledTime, utcTime, zoneAt } from "../lib/format";
import { paced } from "../lib/debounce";
import { useUrlState } from "../lib/url-state";
import { LinkButton } from "../ui/Button";
import { Card, PageHead } from "../ui/Layout";
import { StaleNote } from "../ui/StaleNote";
import { Empty, QueryView, Skeleton } from "../ui/States";
import { campaignTones } from "../ui/status";
import { TabPanel, Tabs } from "../ui/Tabs";
import { Tag } from "../ui/Tag";
import { Time } from "../ui/Time";
import { CampaignActivity, CampaignQuery, type CampaignDetails } from "./campaigns.gql";
import { AccountingCard } from "./parts/AccountingCard";
import { CampaignButtons } from "./parts/CampaignButtons";
import { CampaignFacts } from "./parts/CampaignFacts";
import { FourEyesNote } from "./parts/FourEyesNote";
import { Ledger } from "./parts/Ledger";
import { MessagePanel } from "./parts/MessagePanel";
import { PreflightList } from "./parts/PreflightList";
import { StartsIn } from "./parts/StartsIn";
import { Versions } from "./parts/Versions";
import { DryRun } from "./timetable/DryRun";
import { PlanAndOutcome } from "./timetable/PlanAndOutcome";
import styles from "./Campaigns.module.css";

const ledgerRefreshMs = 5_000;

/** One campaign while it runs and afterwards: every recipient accounted for, live. */
export function CampaignPage() {
  const params = useParams();
  const id = () => params["id"] ?? "";
  const [refresh, setRefresh] = createSignal(0);
  const [result, refetch] = createQuery({
    query: CampaignQuery,
    variables: () => ({ id: id() }),
    requestPolicy: "cache-and-network",
  });
  onReconnect(() => refetch({ requestPolicy: "network-only" }));
  // Rows on screen change in place by themselves; which rows stand there has to be asked again.
  const refreshLedger = paced(() => setRefresh((count) => count + 1), ledgerRefreshMs);
  onLive(CampaignActivity, () => ({ id: id() }), refreshLedger);
  return (
    <QueryView
      of={result}
      retry={() => refetch({ requestPolicy: "network-only" })}
      skeleton={<Skeleton block rows={3} />}
    >
      {(data) => (
        <Show when={data().campaign} fallback={<Gone />}>
          {(campaign) => <Watched campaign={campaign()} refresh={refresh()} />}
        </Show>
      )}
    </QueryView>
  );
}

const parts = [
  { value: "messages", label: "Messages" },
  { value: "timetable", label: "Timetable" },
  { value: "versions", label: "Versions" },
] as const;

/** Before the launch what it would do; after it what was planned and what happened. */
const Timetable = (props: { campaign: CampaignDetails; refresh: number }) => (
  <Show
    when={props.campaign.launchedAt}
    fallback={
      <Show when={["DRAFT", "SCHEDULED"].includes(props.campaign.status)} fallback={<NeverLaunched />}>
        <DryRun campaign={props.campaign} />
      </Show>
    }
  >
    <PlanAndOutcome campaign={props.campaign} refresh={props.refresh} />
  </Show>
);

const NeverLaunched = () => (
  <div class="card">
    <Empty title="No timetable" text="It was never launched: nothing was planned." />
  </div>
);

function Watched(props: { campaign: CampaignDetails; refresh: number }) {
  const navigate = useNavigate();
  const url = useUrlState();
  const stale = useStale();
  const noteId = createUniqueId();
  const isBefore = () => ["DRAFT", "SCHEDULED"].includes(props.campaign.status);
  const part = () =>
    url.oneOf("part", ["messages", "timetable", "versions"], isBefore() ? "timetable" : "messages");
  createEffect(
    on(
      () => props.campaign.name,
      (name) => (document.title = `${name} · Postwatch`),
    ),
  );
  return (
    <>
      <PageHead
        back={{ href: "/campaigns", label: "Campaigns" }}
        title={
          <>
            {props.campaign.name}{" "}
            <Tag tone={campaignTones[props.campaign.status]}>{sentence(props.campaign.status)}</Tag>
            <Show when={props.campaign.status !== "RUNNING" && props.campaign.inFlight > 0}>
              <span class={styles.leaving} role="status">
                {props.campaign.inFlight} still leaving
              </span>
            </Show>
          </>
        }
        sub={<Since campaign={props.campaign} />}
      >
        <CampaignButtons
          campaign={props.campaign}
          describedBy={noteId}
          onDeleted={() => navigate("/campaigns", { replace: true })}
        />
      </PageHead>
      <FourEyesNote id={noteId} of={props.campaign.fourEyes} />
      <div class="stack">
        <StaleNote since={stale()} />
        <div class={`${styles.live} figures`} data-stale={stale() === undefined ? undefined : ""}>
          <AccountingCard
            accounting={props.campaign.accounting}
            isDraft={isBefore()}
            selected={url.get("state")}
            onSelect={(bucket) => url.set({ state: bucket })}
          />
          <CampaignFacts campaign={props.campaign} />
        </div>
        <Show when={isBefore()}>
          <Card title="Pre-flight">
            <PreflightList
              campaign={props.campaign}
              onShow={
                props.campaign.availableActions.includes("UPDATE")
                  ? () => navigate(`/campaigns/${props.campaign.id}/edit`)
                  : undefined
              }
            />
          </Card>
        </Show>
        <div>
          <Tabs
            label="Parts of the campaign"
            tabs={props.campaign.launchedAt ? parts : parts.slice(0, 2)}
            value={part()}
            onValue={(value) => url.set({ part: value })}
          />
          <TabPanel value={part()}>
            <Switch fallback={<Ledger campaign={props.campaign} refresh={props.refresh} />}>
              <Match when={part() === "timetable"}>
                <Timetable campaign={props.campaign} refresh={props.refresh} />
              </Match>
              <Match when={part() === "versions" && props.campaign.launchedAt}>
                <Versions campaignId={props.campaign.id} refresh={props.refresh} />
              </Match>
            </Switch>
          </TabPanel>
        </div>
      </div>
      <Show when={url.get("message")}>
        {(messageId) => <MessagePanel id={messageId()} onClose={() => url.set({ message: undefined })} />}
      </Show>
    </>
  );
}

const Since = (props: { campaign: CampaignDetails }) => (
  <Show when={props.campaign.launchedAt} fallback={<Before campaign={props.campaign} />}>
    {(at) => (
      <>
        Launched <Time at={at()} />
        <Show when={props.campaign.status === "PAUSED" && props.campaign.pausedAt}>
          {(paused) => (
            <>
              {" "}
              · paused <Time at={paused()} />
            </>
          )}
        </Show>
        <Show when={props.campaign.completedAt}>
          {(done) => (
            <>
              {" "}
              · ended <Time at={done()} />
            </>
          )}
        </Show>{" "}
        · {plural(props.campaign.steps.length, "step")}
      </>
    )}
  </Show>
);

const Before = (props: { campaign: CampaignDetails }) => (
  <Show
    when={props.campaign.scheduledAt}
    fallback={
      <Show when={props.campaign.status === "DRAFT"} fallback={<>Never launched.</>}>
        Not launched yet.
      </Show>
    }
  >
    {(at) => (
      <>
        <StartsIn at={at()} />: {spelledTime(at())}, {zoneAt(at())} · {utcTime(at())}
      </>
    )}
  </Show>
);

const Gone = () => (
  <div class="card">
    <Empty
      page
      title="There is no such campaign"
      text="It was deleted, or it belongs to a team you are not in."
    >
      <LinkButton href="/campaigns">All campaigns</LinkButton>
    </Empty>
  </div>
);
