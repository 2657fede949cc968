import { A } from "@solidjs/router";
import { createQuery } from "@urql/solid";
import { For, Show } from "solid-js";
import { useCan } from "../../app/me";
import { sentence } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Copyable } from "../../ui/Copyable";
import { Sheet } from "../../ui/dialogs";
import { Ban } from "../../ui/icons";
import { Empty, QueryView } from "../../ui/States";
import { mailabilityTones } from "../../ui/status";
import { Tag } from "../../ui/Tag";
import { Time } from "../../ui/Time";
import { LeadQuery, type LeadDetails } from "../leads.gql";
import { mailabilityMeaning, nameOf } from "../leads.model";
import styles from "../Leads.module.css";

/** Everything known about one lead. */
export function LeadPanel(props: { id: string; onSuppress: (email: string) => void; onClose: () => void }) {
  const can = useCan();
  const [result, refetch] = createQuery({
    query: LeadQuery,
    variables: () => ({ id: props.id }),
    requestPolicy: "cache-and-network",
  });
  const lead = () => result.data?.lead;
  return (
    <Sheet
      title={lead() ? nameOf(lead() as LeadDetails) : "Lead"}
      description={[lead()?.title, lead()?.company].filter(Boolean).join(", ") || undefined}
      onClose={props.onClose}
    >
      <QueryView of={result} retry={() => refetch({ requestPolicy: "network-only" })}>
        {(data) => (
          <Show
            when={data().lead}
            fallback={
              <Empty title="There is no such lead" text="It was deleted, or the address is mistyped." />
            }
          >
            {(it) => (
              <>
                <Details lead={it()} />
                <Show when={can("LEAD_UPDATE")}>
                  <SuppressButton lead={it()} onSuppress={props.onSuppress} />
                </Show>
              </>
            )}
          </Show>
        )}
      </QueryView>
    </Sheet>
  );
}

const Details = (props: { lead: LeadDetails }) => (
  <dl class="facts">
    <dt>E-mail</dt>
    <dd>
      <Copyable value={props.lead.email} label="address" />
    </dd>
    <dt>Mailability</dt>
    <dd>
      <Tag tone={mailabilityTones[props.lead.mailability]}>{sentence(props.lead.mailability)}</Tag>{" "}
      <span class="dim">{mailabilityMeaning[props.lead.mailability]}</span>
    </dd>
    <dt>Stage</dt>
    <dd>{sentence(props.lead.stage)}</dd>
    <Show when={props.lead.timezone}>
      <dt>Time zone</dt>
      <dd>{props.lead.timezone}</dd>
    </Show>
    <dt>Lists</dt>
    <dd>
      <For each={props.lead.lists} fallback={<span class="dim">None</span>}>
        {(list, index) => (
          <>
            {index() > 0 && ", "}
            <A class="textlink" href={`/leads?list=${list.id}`}>
              {list.name}
            </A>
          </>
        )}
      </For>
    </dd>
    <Show when={props.lead.tags.length}>
      <dt>Tags</dt>
      <dd>{props.lead.tags.join(", ")}</dd>
    </Show>
    <For each={Object.entries(props.lead.customFields)}>
      {([name, value]) => (
        <>
          <dt class="clip" title={name}>
            {name}
          </dt>
          <dd>{String(value ?? "")}</dd>
        </>
      )}
    </For>
    <dt>Added</dt>
    <dd>
      <Time at={props.lead.createdAt} exact />
    </dd>
    <dt>Changed</dt>
    <dd>
      <Time at={props.lead.updatedAt} exact />
    </dd>
  </dl>
);

/** Stays when it has done its work: a button that vanished under the focus would leave the panel deaf to keys. */
const SuppressButton = (props: { lead: LeadDetails; onSuppress: (email: string) => void }) => {
  const mailable = () => props.lead.mailability === "MAILABLE";
  return (
    <div class={styles.panelactions}>
      <Button
        icon={Ban}
        aria-disabled={mailable() ? undefined : "true"}
        onClick={() => mailable() && props.onSuppress(props.lead.email)}
      >
        {mailable() ? "Suppress this address" : "Not mailed any more"}
      </Button>
    </div>
  );
};
