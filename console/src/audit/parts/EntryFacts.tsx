import { A } from "@solidjs/router";
import { For, Show, type JSX } from "solid-js";
import { count, exactTime } from "../../lib/format";
import { Copyable } from "../../ui/Copyable";
import { ShieldCheck } from "../../ui/icons";
import type { EntryDetails } from "../audit.gql";
import { actorName, kindLabels, pageOf, targetName } from "../audit.model";
import { written } from "../query.model";
import styles from "../Audit.module.css";

interface FactsProps {
  entry: EntryDetails;
  /** Shows all entries that this search finds. */
  onSearch: (query: string) => void;
}

/** Who, on what, from where and under which number; each leads to whatever else there is of it. */
export const EntryFacts = (props: FactsProps) => (
  <section aria-label="Who and where">
    <dl class="facts">
      <dt>Actor</dt>
      <dd>
        <Actor of={props.entry.actor} />
        <Pivot
          words="See all of this actor"
          query={actorQuery(props.entry.actor)}
          onSearch={props.onSearch}
        />
      </dd>
      <Show when={props.entry.onBehalfOf}>
        {(person) => (
          <>
            <dt>On behalf of</dt>
            <dd>
              <Actor of={person()} />
              <Pivot words="See all of them" query={actorQuery(person())} onSearch={props.onSearch} />
            </dd>
          </>
        )}
      </Show>
      <Show when={props.entry.targets.length}>
        <dt>{props.entry.targets.length === 1 ? "Target" : "Targets"}</dt>
        <dd>
          <For each={props.entry.targets}>{(target) => <Target of={target} onSearch={props.onSearch} />}</For>
        </dd>
      </Show>
      <Show when={props.entry.reasonCode}>
        {(reason) => (
          <>
            <dt>Reason</dt>
            <dd>
              <code>{reason()}</code>
            </dd>
          </>
        )}
      </Show>
      <dt>Time</dt>
      <dd class="num">{exactTime(props.entry.at)}</dd>
      <dt>IP address</dt>
      <dd>
        <Personal value={props.entry.ip} isErased={props.entry.isErased}>
          {(ip) => (
            <>
              <Copyable value={ip} label="IP address" mono />
              <Pivot words="See all from this address" query={`ip:${ip}`} onSearch={props.onSearch} />
            </>
          )}
        </Personal>
      </dd>
      <dt>Browser</dt>
      <dd>
        <Personal value={props.entry.userAgent} isErased={props.entry.isErased}>
          {(userAgent) => <small>{userAgent}</small>}
        </Personal>
      </dd>
      <dt>Request</dt>
      <dd>
        <Copyable value={props.entry.requestId} label="request id" mono />
        <Pivot
          words="See all of this request"
          query={`request:${written(props.entry.requestId)}`}
          onSearch={props.onSearch}
        />
      </dd>
      <Show when={props.entry.sessionId}>
        {(session) => (
          <>
            <dt>Session</dt>
            <dd>
              <Copyable value={session()} label="session id" mono />
              <Pivot
                words="See all of this session"
                query={`session:${session()}`}
                onSearch={props.onSearch}
              />
            </dd>
          </>
        )}
      </Show>
      <Show when={props.entry.jobId}>
        {(job) => (
          <>
            <dt>Job</dt>
            <dd>
              <A class="textlink mono" href={`/jobs/${job()}`}>
                {job()}
              </A>
            </dd>
          </>
        )}
      </Show>
      <dt>Entry</dt>
      <dd>
        <Copyable value={props.entry.id} label="entry id" mono />
        <Seal seq={props.entry.seq} />
      </dd>
    </dl>
  </section>
);

/** What finds everything that somebody did; undefined of those who have no name here. */
function actorQuery({ kind, id }: EntryDetails["actor"]): string | undefined {
  return id ? `actor:${id}` : kind === "USER" ? undefined : `kind:${kind.toLowerCase()}`;
}

const Actor = (props: { of: EntryDetails["actor"] }) => {
  const page = () =>
    props.of.kind === "USER" && props.of.id && props.of.email ? `/users?user=${props.of.id}` : undefined;
  return (
    <span>
      <Show when={page()} fallback={<b>{actorName(props.of)}</b>}>
        {(href) => (
          <A class="textlink" href={href()}>
            {actorName(props.of)}
          </A>
        )}
      </Show>
      <Show when={props.of.kind !== "USER"}>
        <small> {kindLabels[props.of.kind]}</small>
      </Show>
    </span>
  );
};

const Target = (props: { of: EntryDetails["targets"][number]; onSearch: (query: string) => void }) => (
  <span class={styles.target}>
    <span>
      <Show when={pageOf(props.of)} fallback={<b>{targetName(props.of)}</b>}>
        {(href) => (
          <A class="textlink" href={href()}>
            {targetName(props.of)}
          </A>
        )}
      </Show>
      <Show when={props.of.label}>
        <small> {props.of.type}</small>
      </Show>
    </span>
    <Pivot
      words={`See all of this ${props.of.type}`}
      query={`target:${written(`${props.of.type}:${props.of.id}`)}`}
      onSearch={props.onSearch}
    />
  </span>
);

const Pivot = (props: { words: string; query: string | undefined; onSearch: (query: string) => void }) => (
  <Show when={props.query}>
    {(query) => (
      <button
        type="button"
        class={styles.pivot}
        title={query()}
        aria-label={props.words}
        onClick={() => props.onSearch(query())}
      >
        See all
      </button>
    )}
  </Show>
);

const Personal = (props: {
  value: string | null;
  isErased: boolean;
  children: (value: string) => JSX.Element;
}) => (
  <Show when={props.value} fallback={<span class="dim">{props.isErased ? "erased" : "–"}</span>}>
    {(value) => props.children(value())}
  </Show>
);

const Seal = (props: { seq: number | null }) => (
  <small class={styles.seal}>
    <Show when={props.seq} fallback="Being sealed">
      {(seq) => (
        <>
          <ShieldCheck size={13} aria-hidden="true" /> Sealed as number {count(seq())}
        </>
      )}
    </Show>
  </small>
);
