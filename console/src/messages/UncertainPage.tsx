import { A } from "@solidjs/router";
import { createQuery } from "@urql/solid";
import { createSignal, For, Show } from "solid-js";
import { useCan } from "../app/me";
import { plural } from "../lib/format";
import { Button } from "../ui/Button";
import { PageHead } from "../ui/Layout";
import { PagedTable } from "../ui/PagedTable";
import { Problem } from "../ui/Problem";
import { Empty } from "../ui/States";
import { Time } from "../ui/Time";
import { EvidenceQuery, UncertainQuery, type MailEvidence, type UncertainRow } from "./messages.gql";
import { ResolveModal, type Undecided } from "./ResolveModal";
import styles from "./Messages.module.css";

/** Mail of which nobody knows whether the server took it, of all campaigns, held until somebody says so. */
export function UncertainPage() {
  const can = useCan();
  const [question, setQuestion] = createSignal<Undecided>();
  const [refresh, setRefresh] = createSignal(0);
  const [total, setTotal] = createSignal<number>();
  const [shown, setShown] = createSignal<readonly UncertainRow[]>([]);
  const campaigns = () => [...new Map(shown().map((row) => [row.campaignId, row.campaignName]))];
  const mayDecide = () => can("CAMPAIGN_LAUNCH");
  return (
    <>
      <PageHead
        title="Needs a decision"
        sub={
          total()
            ? `${plural(total()!, "message")} with unknown outcome: held, and not sent again before somebody knows.`
            : "Mail of which nobody knows whether the server took it."
        }
      />
      <div class="stack">
        <Evidence />
        <Show when={mayDecide() && campaigns().length > 0}>
          <div class={`filters ${styles.whole}`} role="group" aria-label="Decide for a whole campaign">
            <For each={campaigns()}>
              {([id, name]) => (
                <Button onClick={() => setQuestion({ kind: "campaign", id, name })}>
                  Decide for all of “{name}”…
                </Button>
              )}
            </For>
          </div>
        </Show>
        <div class="card" data-flush>
          <PagedTable
            document={UncertainQuery}
            variables={{}}
            connection={(data) => {
              setShown(data.uncertainMessages.edges.map(({ node }) => node));
              return data.uncertainMessages;
            }}
            noun="message"
            label="Messages with unknown outcome"
            columns={4}
            refresh={refresh()}
            onTotal={setTotal}
            head={<Head decide={mayDecide()} />}
            row={(row) => (
              <Row
                of={row()}
                onDecide={
                  mayDecide()
                    ? () => setQuestion({ kind: "message", id: row().id, email: row().lead.email })
                    : undefined
                }
              />
            )}
            empty={<Empty title="Nothing to decide" text="The outcome of every message is known." />}
          />
        </div>
      </div>
      <Show when={question()} keyed>
        {(of) => (
          <ResolveModal
            of={of}
            onDone={() => setRefresh((times) => times + 1)}
            onClose={() => setQuestion(undefined)}
          />
        )}
      </Show>
    </>
  );
}

const Head = (props: { decide: boolean }) => (
  <tr>
    <th scope="col">Recipient</th>
    <th scope="col">Campaign</th>
    <th scope="col" data-wide>
      What is known
    </th>
    <th scope="col" data-end>
      <Show when={props.decide} fallback="Since">
        <span class="sr">Decision</span>
      </Show>
    </th>
  </tr>
);

const Row = (props: { of: UncertainRow; onDecide: (() => void) | undefined }) => (
  <tr>
    <td>
      <A class="textlink clip" href={`/campaigns/${props.of.campaignId}?message=${props.of.id}`}>
        {props.of.lead.email}
      </A>
    </td>
    <td class="clip">{props.of.campaignName}</td>
    <td data-wide class="dim">
      <span class="mono">{props.of.serverReply ?? "The worker was lost before the answer"}</span>{" "}
      <Time at={props.of.changedAt} />
    </td>
    <td data-end>
      <Show when={props.onDecide} fallback={<Time at={props.of.changedAt} />}>
        {(decide) => (
          <Button onClick={() => decide()()} aria-label={`Decide about ${props.of.lead.email}`}>
            Decide…
          </Button>
        )}
      </Show>
    </td>
  </tr>
);

/** Where the product looks by itself, every ten minutes. */
function Evidence() {
  const [result] = createQuery({ query: EvidenceQuery, requestPolicy: "cache-and-network" });
  return (
    <Show when={result.data}>
      {(data) => <Problem tone="note" message={evidenceWords(data().mailEvidence)} />}
    </Show>
  );
}

function evidenceWords(state: MailEvidence | null): string {
  if (!state) return "Nobody has looked yet what the mail server took; that is done every ten minutes.";
  if (state.sources.length === 0)
    return "No source is set up that knows what the mail server took, so these wait for a person. With Postfix, its log can be one: SMTP_LOG_FILE.";
  const names = state.sources.map((name) => `the ${name}`).join(" and ");
  const missed = state.unreachable.map((name) => `the ${name}`).join(" and ");
  return `Every ten minutes ${names} is asked by Message-ID for what left in the last 7 days. What it does not know, and what is older, waits for a person.${missed ? ` Last time ${missed} could not be asked.` : ""}`;
}
