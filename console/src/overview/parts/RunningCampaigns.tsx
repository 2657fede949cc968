import { A } from "@solidjs/router";
import { For, Show } from "solid-js";
import { useCampaignMoves } from "../../api/campaign-actions";
import { onLive } from "../../api/live";
import { doneOf, progressOf, progressWords } from "../../lib/accounting";
import { sentence, share } from "../../lib/format";
import { ResumeButton } from "../../sending/ResumeButton";
import { Button, LinkButton } from "../../ui/Button";
import { Pause } from "../../ui/icons";
import { Card } from "../../ui/Layout";
import { SegmentBar } from "../../ui/SegmentBar";
import { Empty } from "../../ui/States";
import { campaignTones } from "../../ui/status";
import { Tag } from "../../ui/Tag";
import { CampaignLive, type Outreach } from "../overview.gql";
import styles from "../Overview.module.css";

type Campaign = Outreach["running"][number];

/** Campaigns under way, live, with the one button that matters. */
export const RunningCampaigns = (props: { campaigns: readonly Campaign[] }) => (
  <Card
    title="Under way"
    aside={
      <A class="textlink" href="/campaigns">
        All campaigns
      </A>
    }
  >
    <Show
      when={props.campaigns.length}
      fallback={
        <Empty title="No campaign is running" text="A launched campaign shows its progress here, live.">
          <LinkButton href="/campaigns/new" small>
            New campaign
          </LinkButton>
        </Empty>
      }
    >
      <ul class={styles.running}>
        <For each={props.campaigns}>{(campaign) => <Row campaign={campaign} />}</For>
      </ul>
    </Show>
  </Card>
);

function Row(props: { campaign: Campaign }) {
  const { run, busy } = useCampaignMoves();
  onLive(
    CampaignLive,
    () => ({ id: props.campaign.id }),
    () => undefined,
  );
  const accounting = () => props.campaign.accounting;
  return (
    <li>
      <div class={styles.runhead}>
        <A class="rowlink clip" href={`/campaigns/${props.campaign.id}`} data-row>
          {props.campaign.name}
        </A>
        <Tag tone={campaignTones[props.campaign.status]}>{sentence(props.campaign.status)}</Tag>
        <span class={styles.runaction}>
          <Show when={props.campaign.availableActions.includes("PAUSE")}>
            <Button
              small
              icon={Pause}
              busy={busy() === "PAUSE"}
              onClick={() => void run("PAUSE", props.campaign)}
            >
              Pause
            </Button>
          </Show>
          <Show when={props.campaign.availableActions.includes("RESUME")}>
            <ResumeButton small campaign={props.campaign} />
          </Show>
        </span>
      </div>
      <SegmentBar accounting={progressOf(accounting())} label={props.campaign.name} />
      <small class="num">
        {progressWords(accounting())} · {share(doneOf(accounting()), progressOf(accounting()).audience)}
      </small>
    </li>
  );
}
