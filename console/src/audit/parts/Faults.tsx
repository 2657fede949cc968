import { createQuery } from "@urql/solid";
import { For, Show } from "solid-js";
import { count } from "../../lib/format";
import { NumberedQuery, type Verification } from "../audit.gql";
import styles from "../Audit.module.css";

type Fault = Verification["faults"][number];

/** What is wrong, each with its place. Where an entry stands there it can be opened; all are looked up at once. */
export const Faults = (props: { of: readonly Fault[]; onEntry: (id: string) => void }) => {
  const numbers = () => [...new Set(props.of.flatMap(({ seq }) => seq ?? []))];
  const [found] = createQuery({
    query: NumberedQuery,
    variables: () => ({
      query: numbers()
        .map((seq) => `seq:${seq}`)
        .join(" "),
    }),
    pause: () => numbers().length === 0,
    requestPolicy: "network-only",
  });
  const entryOf = (seq: number) => found.data?.auditLogs.edges.find(({ node }) => node.seq === seq)?.node;
  return (
    <Show when={props.of.length}>
      <section aria-label="What is wrong">
        <h3>What is wrong</h3>
        <ol class={styles.faults}>
          <For each={props.of}>
            {(fault) => (
              <li>
                <code>{fault.kind}</code> {fault.message}
                <Show when={fault.seq} fallback={<Seal of={fault.seal} />}>
                  {(seq) => (
                    <Place
                      seq={seq()}
                      entry={entryOf(seq())}
                      isKnown={found.data !== undefined}
                      onEntry={props.onEntry}
                    />
                  )}
                </Show>
              </li>
            )}
          </For>
        </ol>
      </section>
    </Show>
  );
};

const Seal = (props: { of: number | null }) => (
  <Show when={props.of}>{(seal) => <small class="num">Seal {count(seal())}</small>}</Show>
);

const Place = (props: {
  seq: number;
  entry: { id: string; sentence: string } | undefined;
  /** Has it been looked for? */
  isKnown: boolean;
  onEntry: (id: string) => void;
}) => (
  <Show
    when={props.entry}
    fallback={
      <small class="num">
        Entry number {count(props.seq)}
        {props.isKnown ? ", which is not there" : ""}
      </small>
    }
  >
    {(entry) => (
      <button
        type="button"
        class={`num ${styles.pivot}`}
        data-row={entry().id}
        title={entry().sentence}
        onClick={() => props.onEntry(entry().id)}
      >
        Entry number {count(props.seq)}
      </button>
    )}
  </Show>
);
