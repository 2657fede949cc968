import { Show, untrack } from "solid-js";
import { countIn, progressOf } from "../../lib/accounting";
import { sentence } from "../../lib/format";
import { useUrlState } from "../../lib/url-state";
import { bucketLabels } from "../../lib/accounting";
import { LinkButton } from "../../ui/Button";
import { PagedTable } from "../../ui/PagedTable";
import { Pills } from "../../ui/Pills";
import { SearchBox } from "../../ui/SearchBox";
import { Empty, Skeleton } from "../../ui/States";
import { messageTones } from "../../ui/status";
import { Tag } from "../../ui/Tag";
import { Time } from "../../ui/Time";
import { MessagesQuery, type CampaignDetails, type MessageRow } from "../campaigns.gql";
import { bucketStates, fullName, ledgerBuckets } from "../campaigns.model";
import styles from "../Campaigns.module.css";

/** One line per message: to whom, what became of it, and why. */
export function Ledger(props: { campaign: CampaignDetails; refresh: number }) {
  const url = useUrlState();
  let section: HTMLElement | undefined;
  // Ordered by the last change, so rows move; never under the pointer, the focus or an open panel.
  const inUse = () => section?.matches(":hover, :focus-within") || untrack(() => url.get("message") !== "");
  const bucket = () => ledgerBuckets.find((each) => each === url.get("state"));
  const counted = () => props.campaign.steps.length === 1;
  const options = () => [
    { value: "", label: "All", count: counted() ? props.campaign.accounting.audience : undefined },
    ...ledgerBuckets
      .map((value) => ({
        value,
        label: bucketLabels[value],
        // Messages: of a sequence people stand at their next one, whatever they had before.
        count: countIn(progressOf(props.campaign.accounting), value),
      }))
      .filter((option) => option.count > 0 || option.value === bucket())
      .map((option) => (counted() ? option : { value: option.value, label: option.label })),
  ];
  const variables = () => {
    const chosen = bucket();
    return {
      campaignId: props.campaign.id,
      filter: { state: chosen && bucketStates[chosen], text: url.get("q") || undefined },
    };
  };
  return (
    <section aria-label="Ledger of messages" ref={(element) => (section = element)}>
      <div class={`filters ${styles.ledgerhead}`}>
        <h2>Messages</h2>
        <SearchBox
          label="Search messages by address"
          placeholder="Search by address"
          value={url.get("q")}
          onValue={(q) => url.set({ q: q || undefined })}
        />
        <Pills
          label="State"
          options={options()}
          value={bucket() ?? ""}
          onValue={(state) => url.set({ state: state || undefined })}
        />
      </div>
      <div class="card" data-flush>
        <PagedTable
          document={MessagesQuery}
          variables={variables()}
          connection={(data) => data.messages}
          noun="message"
          label="Messages"
          columns={5}
          refresh={props.refresh}
          inUse={inUse}
          head={<Head steps={props.campaign.steps.length > 1} />}
          row={(message) => (
            <Row
              message={message()}
              steps={props.campaign.steps.length > 1}
              open={url.get("message") === message().id}
              onOpen={() => url.set({ message: message().id }, { push: true })}
            />
          )}
          empty={<NoMessages campaign={props.campaign} filtered={Boolean(bucket() || url.get("q"))} />}
        />
      </div>
    </section>
  );
}

const Head = (props: { steps: boolean }) => (
  <tr>
    <th scope="col">Recipient</th>
    <Show when={props.steps}>
      <th scope="col">Step</th>
    </Show>
    <th scope="col">State</th>
    <th scope="col" data-wide>
      Reason or server reply
    </th>
    <th scope="col" data-end data-wide>
      Sent
    </th>
  </tr>
);

const Row = (props: { message: MessageRow; steps: boolean; open: boolean; onOpen: () => void }) => (
  <tr data-open={props.open ? "" : undefined}>
    <td class={styles.recipient}>
      <button type="button" class="rowlink clip" data-row onClick={() => props.onOpen()}>
        {props.message.lead.email}
      </button>
      <small class="clip">{fullName(props.message.lead)}</small>
    </td>
    <Show when={props.steps}>
      <td class="num">{props.message.step.position}</td>
    </Show>
    <td>
      <Tag tone={messageTones[props.message.state]}>{sentence(props.message.state)}</Tag>
    </td>
    <td data-wide class={`${styles.reply} clip`} title={props.message.serverReply ?? undefined}>
      {props.message.reason ? (
        sentence(props.message.reason)
      ) : (
        <span class="mono dim">{props.message.serverReply}</span>
      )}
    </td>
    <td data-end data-wide class="dim">
      <Show when={props.message.sentAt}>{(at) => <Time at={at()} exact />}</Show>
    </td>
  </tr>
);

const NoMessages = (props: { campaign: CampaignDetails; filtered: boolean }) => (
  <Show when={props.filtered} fallback={<NoneYet campaign={props.campaign} />}>
    <Empty title="No message matches" text="Try another state or another address." />
  </Show>
);

const noneYet: Partial<Record<CampaignDetails["status"], string>> = {
  DRAFT: "A message for every recipient is written down when you launch.",
  SCHEDULED: "A message for every recipient is written down when it is launched.",
};

/** Until it is launched there is none; without a launch there never was one; else they are being written down. */
const NoneYet = (props: { campaign: CampaignDetails }) => (
  <Show when={!props.campaign.launchedAt} fallback={<Skeleton rows={6} />}>
    <Empty
      title={noneYet[props.campaign.status] ? "No message yet" : "No message"}
      text={noneYet[props.campaign.status] ?? "It was never launched: nobody was mailed."}
    >
      <Show when={props.campaign.status === "DRAFT"}>
        <LinkButton href={`/campaigns/${props.campaign.id}/edit`}>Edit the draft</LinkButton>
      </Show>
    </Empty>
  </Show>
);
