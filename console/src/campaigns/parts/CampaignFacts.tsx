import { A } from "@solidjs/router";
import { For, Show } from "solid-js";
import { delayWords, plural } from "../../lib/format";
import { scheduleWords } from "../../lib/schedule-words";
import { Card } from "../../ui/Layout";
import type { CampaignDetails } from "../campaigns.gql";
import styles from "../Campaigns.module.css";

/** Who writes, to whom, and in which steps. */
export const CampaignFacts = (props: { campaign: CampaignDetails }) => (
  <Card title="Sender and steps">
    <dl class="facts">
      <dt>From</dt>
      <dd>
        {props.campaign.fromName} <span class="dim">{props.campaign.fromEmail}</span>
      </dd>
      <Show when={props.campaign.replyTo}>
        <dt>Replies to</dt>
        <dd>{props.campaign.replyTo}</dd>
      </Show>
      <dt>Audience</dt>
      <dd>
        <For each={props.campaign.audience.lists}>
          {(list, index) => (
            <>
              {index() > 0 && ", "}
              <A class="textlink" href={`/leads?list=${list.id}`}>
                {list.name}
              </A>
            </>
          )}
        </For>
        <Show when={props.campaign.audience.leadIds.length}>
          {(chosen) => (
            <>
              {props.campaign.audience.lists.length > 0 && " and "}
              {plural(chosen(), "chosen lead")}
            </>
          )}
        </Show>
      </dd>
      <dt>Sent</dt>
      <dd>{scheduleWords(props.campaign.schedule)}</dd>
    </dl>
    <ol class={styles.steps}>
      <For each={props.campaign.steps}>
        {(step, index) => (
          <li>
            <b class="num">{index() + 1}</b>
            <span class="clip">{step.subject}</span>
            <small>{index() === 0 ? "at once" : `after ${delayWords(step)}`}</small>
          </li>
        )}
      </For>
    </ol>
  </Card>
);
