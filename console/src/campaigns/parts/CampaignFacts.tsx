import { A } from "@solidjs/router";
import { For, Show } from "solid-js";
import { segmentsOf, type BucketCount } from "../../lib/accounting";
import { count, delayWords, plural } from "../../lib/format";
import { scheduleWords } from "../../lib/schedule-words";
import { Card } from "../../ui/Layout";
import { SegmentBar } from "../../ui/SegmentBar";
import type { CampaignDetails } from "../campaigns.gql";
import styles from "../Campaigns.module.css";

/** Who writes, to whom, and in which steps. */
export function CampaignFacts(props: { campaign: CampaignDetails }) {
  const first = () => (props.campaign.schedule ? "first" : "at once");
  // Of one step the accounting itself says it all.
  const ofStep = (position: number) =>
    props.campaign.steps.length > 1
      ? props.campaign.accounting.steps.find((each) => each.position === position)?.buckets
      : undefined;
  return (
    <Card title="Sender and steps">
      <dl class="facts">
        <dt>From</dt>
        <dd>
          <For
            each={props.campaign.senders}
            fallback={
              <>
                {props.campaign.fromName} <span class="dim">{props.campaign.fromEmail}</span>
              </>
            }
          >
            {(sender) => (
              <div>
                <A class="textlink" href={`/senders?sender=${sender.id}`}>
                  {sender.name}
                </A>{" "}
                <span class="dim">{sender.address}</span>
              </div>
            )}
          </For>
        </dd>
        <Show when={!props.campaign.senders.length && props.campaign.replyTo}>
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
              <small>{index() === 0 ? first() : `after ${delayWords(step)}`}</small>
              <Show when={ofStep(step.position)}>
                {(buckets) => (
                  <div class={styles.standing}>
                    <SegmentBar
                      label={`Step ${index() + 1}`}
                      accounting={{ audience: props.campaign.accounting.audience, buckets: buckets() }}
                    />
                    <small class="num">{progressWords(buckets())}</small>
                  </div>
                )}
              </Show>
            </li>
          )}
        </For>
      </ol>
    </Card>
  );
}

/** "1,200 sent, 40 queued" */
const progressWords = (buckets: readonly BucketCount[]) =>
  segmentsOf({ audience: 0, buckets })
    .map((each) => `${count(each.count)} ${each.label.toLowerCase()}`)
    .join(", ");
