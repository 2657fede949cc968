import { useNavigate, useParams } from "@solidjs/router";
import { createQuery } from "@urql/solid";
import { createEffect, createSignal, on, Show } from "solid-js";
import { onLive, onReconnect } from "../api/live";
import { plural, sentence } from "../lib/format";
import { paced } from "../lib/debounce";
import { useUrlState } from "../lib/url-state";
import { LinkButton } from "../ui/Button";
import { PageHead } from "../ui/Layout";
import { Empty, QueryView, Skeleton } from "../ui/States";
import { campaignTones } from "../ui/status";
import { Tag } from "../ui/Tag";
import { Time } from "../ui/Time";
import { CampaignActivity, CampaignQuery, type CampaignDetails } from "./campaigns.gql";
import { AccountingCard } from "./parts/AccountingCard";
import { CampaignButtons } from "./parts/CampaignButtons";
import { CampaignFacts } from "./parts/CampaignFacts";
import { Ledger } from "./parts/Ledger";
import { MessagePanel } from "./parts/MessagePanel";
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

function Watched(props: { campaign: CampaignDetails; refresh: number }) {
  const navigate = useNavigate();
  const url = useUrlState();
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
          onDeleted={() => navigate("/campaigns", { replace: true })}
        />
      </PageHead>
      <div class="stack">
        <div class={styles.live}>
          <AccountingCard
            accounting={props.campaign.accounting}
            isDraft={props.campaign.status === "DRAFT"}
            selected={url.get("state")}
            onSelect={(bucket) => url.set({ state: bucket })}
          />
          <CampaignFacts campaign={props.campaign} />
        </div>
        <Ledger campaign={props.campaign} refresh={props.refresh} />
      </div>
      <Show when={url.get("message")}>
        {(messageId) => <MessagePanel id={messageId()} onClose={() => url.set({ message: undefined })} />}
      </Show>
    </>
  );
}

const Since = (props: { campaign: CampaignDetails }) => (
  <Show when={props.campaign.launchedAt} fallback={<>Not launched yet.</>}>
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
