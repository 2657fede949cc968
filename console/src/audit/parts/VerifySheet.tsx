import { createQuery } from "@urql/solid";
import { For, Show } from "solid-js";
import { count, plural } from "../../lib/format";
import { useSecond } from "../../lib/clock";
import { Button } from "../../ui/Button";
import { Sheet } from "../../ui/dialogs";
import { RefreshCw, ShieldCheck, TriangleAlert } from "../../ui/icons";
import { QueryRefusal } from "../../ui/Refusal";
import { Time } from "../../ui/Time";
import { VerifyQuery, type Verification } from "../audit.gql";
import { tookWords } from "../audit.model";
import { Faults } from "./Faults";
import styles from "../Audit.module.css";

/** Reads the whole record anew, and says whether it is what was written. */
export function VerifySheet(props: {
  /** Opens an entry that a fault is at. */
  onEntry: (id: string) => void;
  onClose: () => void;
}) {
  const [result, refetch] = createQuery({ query: VerifyQuery, requestPolicy: "network-only" });
  return (
    <Sheet
      title="Is the record intact?"
      description="Every entry is hashed anew and held against the signed seals, and the seals against their anchors."
      onClose={props.onClose}
    >
      <Show when={!result.fetching} fallback={<Running />}>
        <Show when={result.error}>
          {(error) => <QueryRefusal of={error()} retry={() => refetch({ requestPolicy: "network-only" })} />}
        </Show>
        <Show when={result.data?.auditVerify}>
          {(verification) => (
            <div class={styles.entry} role="status">
              <Verdict of={verification()} />
              <Faults of={verification().faults} onEntry={props.onEntry} />
              <Facts of={verification()} />
              <Button icon={RefreshCw} onClick={() => refetch({ requestPolicy: "network-only" })}>
                Verify again
              </Button>
            </div>
          )}
        </Show>
      </Show>
    </Sheet>
  );
}

const Running = () => {
  const began = Date.now();
  const second = useSecond();
  return (
    <p class={styles.running} role="status">
      <RefreshCw size={15} aria-hidden="true" class="spin" /> Verifying
      <span class="num">{plural(Math.max(0, Math.round((second() - began) / 1000)), "second")}</span>
    </p>
  );
};

const Verdict = (props: { of: Verification }) => (
  <div class={styles.verdict} data-intact={props.of.isIntact ? "" : undefined}>
    <Show when={props.of.isIntact} fallback={<TriangleAlert size={28} aria-hidden="true" />}>
      <ShieldCheck size={28} aria-hidden="true" />
    </Show>
    <div>
      <b>{props.of.isIntact ? "Intact" : "Not intact"}</b>
      <p>
        {props.of.isIntact
          ? `${plural(props.of.entries, "entry", "entries")} and ${plural(props.of.seals, "seal")} are as they were written.`
          : `${props.of.faults[0]?.message ?? "Something was changed."}`}
      </p>
    </div>
  </div>
);

const Facts = (props: { of: Verification }) => (
  <dl class="facts">
    <dt>Entries</dt>
    <dd class="num">
      {count(props.of.entries)}
      <Show when={props.of.firstSeq !== null && props.of.lastSeq !== null}>
        <small>
          {" "}
          numbers {count(props.of.firstSeq ?? 0)} to {count(props.of.lastSeq ?? 0)}
        </small>
      </Show>
    </dd>
    <dt>Seals</dt>
    <dd class="num">{count(props.of.seals)}</dd>
    <Show when={props.of.unsealed}>
      <dt>Not sealed yet</dt>
      <dd class="num">{count(props.of.unsealed)}</dd>
    </Show>
    <dt>Anchored</dt>
    <dd>
      <Show when={props.of.anchoredAt} fallback={<span class="dim">Not outside the database yet</span>}>
        {(at) => (
          <>
            <span class="num">up to number {count(props.of.anchoredSeq ?? 0)}</span>, <Time at={at()} />
          </>
        )}
      </Show>
    </dd>
    <dt>{props.of.keyIds.length === 1 ? "Key" : "Keys"}</dt>
    <dd class="mono">{props.of.keyIds.join(", ") || "–"}</dd>
    <dt>Took</dt>
    <dd class="num">{tookWords(props.of.tookMs)}</dd>
    <dt>Verified</dt>
    <dd>
      <Time at={props.of.checkedAt} exact />
    </dd>
    <For each={props.of.purged}>
      {(month) => (
        <>
          <dt>{month.month}</dt>
          <dd>
            Deleted by retention; its seals remain.
            <small class="num">
              {" "}
              Numbers {count(month.firstSeq)} to {count(month.lastSeq)}.
            </small>
          </dd>
        </>
      )}
    </For>
  </dl>
);
