import { A } from "@solidjs/router";
import { createQuery } from "@urql/solid";
import { createSignal, For, Show } from "solid-js";
import { useCan } from "../../app/me";
import { sentence } from "../../lib/format";
import { sourceWords } from "../../messages/messages.model";
import { ResolveModal } from "../../messages/ResolveModal";
import { SentMail } from "../../messages/SentMail";
import { Button } from "../../ui/Button";
import { Copyable } from "../../ui/Copyable";
import { Sheet } from "../../ui/dialogs";
import { Problem } from "../../ui/Problem";
import { Empty, QueryView } from "../../ui/States";
import { messageTones } from "../../ui/status";
import { Tag } from "../../ui/Tag";
import { Time } from "../../ui/Time";
import { MessageQuery, type MessageDetails } from "../campaigns.gql";
import { fullName } from "../campaigns.model";
import styles from "../Campaigns.module.css";
import { LeadPlace } from "./LeadPlace";

/** Everything known about one message: what happened, when, and what the other server said. */
export function MessagePanel(props: { id: string; onClose: () => void }) {
  const [result, refetch] = createQuery({
    query: MessageQuery,
    variables: () => ({ id: props.id }),
    requestPolicy: "cache-and-network",
  });
  return (
    <Sheet
      title={result.data?.message?.lead.email ?? "Message"}
      description="One message of this campaign"
      onClose={props.onClose}
    >
      <QueryView of={result} retry={() => refetch({ requestPolicy: "network-only" })}>
        {(data) => (
          <Show
            when={data().message}
            fallback={<Empty title="There is no such message" text="The address may be mistyped." />}
          >
            {(message) => (
              <Details message={message()} again={() => refetch({ requestPolicy: "network-only" })} />
            )}
          </Show>
        )}
      </QueryView>
    </Sheet>
  );
}

function Details(props: { message: MessageDetails; again: () => void }) {
  const can = useCan();
  const [isDeciding, setDeciding] = createSignal(false);
  const mayDecide = () => props.message.state === "UNCERTAIN" && can("CAMPAIGN_LAUNCH");
  return (
    <>
      <dl class="facts">
        <dt>State</dt>
        <dd>
          <Tag tone={messageTones[props.message.state]}>{sentence(props.message.state)}</Tag>
          <Show when={props.message.reason}>{(reason) => <> {sentence(reason())}</>}</Show>
        </dd>
        <dt>Recipient</dt>
        <dd>
          <A class="textlink" href={`/leads?lead=${props.message.lead.id}`}>
            {fullName(props.message.lead) || props.message.lead.email}
          </A>{" "}
          <span class="dim">{props.message.lead.company}</span>
        </dd>
        <dt>Step</dt>
        <dd>
          {props.message.step.position} · {props.message.step.subject}
        </dd>
        <dt>Version</dt>
        <dd class="num">{props.message.version}</dd>
        <dt>Planned for</dt>
        <dd>
          <Time at={props.message.dueAt} exact />
        </dd>
        <Show when={props.message.sentAt}>
          {(at) => (
            <>
              <dt>Sent</dt>
              <dd>
                <Time at={at()} exact />
              </dd>
            </>
          )}
        </Show>
        <dt>Attempts</dt>
        <dd class="num">{props.message.attempt}</dd>
        <Evidence label="Message-ID" value={props.message.messageIdHeader} />
        <Evidence label="Server reply" value={props.message.serverReply} />
      </dl>
      <Show when={props.message.state === "UNCERTAIN"}>
        <Problem
          tone="note"
          message="Nobody knows whether the server took it: the line broke before the answer. It is held, and not sent again before somebody says so."
        />
        <Show when={mayDecide()}>
          <Button onClick={() => setDeciding(true)}>Decide…</Button>
        </Show>
      </Show>
      <Show when={isDeciding()}>
        <ResolveModal
          of={{ kind: "message", id: props.message.id, email: props.message.lead.email }}
          onDone={props.again}
          onClose={() => setDeciding(false)}
        />
      </Show>
      <LeadPlace place={props.message.enrollment} lead={props.message.lead} onChanged={props.again} />
      <h3 class={styles.eventshead}>What happened</h3>
      <ol class={styles.events}>
        <For each={props.message.events}>
          {(event) => (
            <li>
              <b>{sentence(event.type.replaceAll(".", " "))}</b>
              <Time at={event.at} exact />
              <small class="dim">said by {event.by ?? sourceWords(event.source)}</small>
              <Show when={event.evidence}>
                <code>{event.evidence}</code>
              </Show>
            </li>
          )}
        </For>
      </ol>
      <Show when={props.message.messageIdHeader}>
        <SentMail id={props.message.id} isSent={props.message.sentAt !== null} />
      </Show>
    </>
  );
}

const Evidence = (props: { label: string; value: string | null }) => (
  <Show when={props.value}>
    {(value) => (
      <>
        <dt>{props.label}</dt>
        <dd>
          <Copyable value={value()} label={props.label} mono />
        </dd>
      </>
    )}
  </Show>
);
