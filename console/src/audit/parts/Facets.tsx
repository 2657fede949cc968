import { createMemo, createSignal, For, Show } from "solid-js";
import { count, sentence } from "../../lib/format";
import { ChevronRight } from "../../ui/icons";
import type { Facets as Counted } from "../audit.gql";
import { actionGroups, kindLabels, outcomeLabels, type ActorKind, type Outcome } from "../audit.model";
import { asksFor, termsOf, toggled, type Qualifier } from "../query.model";
import styles from "../Audit.module.css";

interface FacetsProps {
  facets: Counted | undefined;
  isCounting: boolean;
  query: string;
  onQuery: (query: string) => void;
}

interface Choice {
  value: string;
  label: string;
  count: number;
}

/** How the entries divide, counted live; choosing one writes it into the search box. */
export function Facets(props: FacetsProps) {
  const outcomes = () =>
    choices(props.query, "outcome", props.facets?.outcomes, (value) => outcomeLabels[value as Outcome]);
  const kinds = () =>
    choices(props.query, "kind", props.facets?.actorKinds, (value) => kindLabels[value as ActorKind]);
  const types = () => choices(props.query, "target", props.facets?.resourceTypes);
  return (
    <div class={styles.facets} data-busy={props.isCounting ? "" : undefined}>
      <Facet title="Outcome" of="outcome" choices={outcomes()} {...props} />
      <Actions {...props} />
      <Facet title="Acted by" of="kind" choices={kinds()} {...props} />
      <Facet title="Target" of="target" choices={types()} {...props} />
      <Show when={props.facets?.isCapped}>
        <small>Counted are the newest {count(props.facets?.counted ?? 0)} that match.</small>
      </Show>
    </div>
  );
}

/** What was counted, and what is asked for although nothing of it was found: it must be possible to take it back. */
function choices(
  query: string,
  key: Qualifier,
  counted: Counted["outcomes"] = [],
  label: (value: string) => string | undefined = () => undefined,
): Choice[] {
  const asked = termsOf(query).filter((term) => term.key === key && !term.negated && term.value);
  const known = counted.map(({ value, count }) => ({
    value: value.toLowerCase(),
    label: label(value) ?? sentence(value),
    count,
  }));
  const missing = asked
    .filter((term) => known.every(({ value }) => value !== term.value.toLowerCase()))
    .map(({ value }) => ({ value, label: label(value.toUpperCase()) ?? value, count: 0 }));
  return [...known, ...missing];
}

const Facet = (props: FacetsProps & { title: string; of: Qualifier; choices: readonly Choice[] }) => (
  <Show when={props.choices.length}>
    <section aria-label={props.title}>
      <h2>{props.title}</h2>
      <ul>
        <For each={props.choices}>
          {(choice) => (
            <li>
              <FacetButton {...props} choice={choice} />
            </li>
          )}
        </For>
      </ul>
    </section>
  </Show>
);

const FacetButton = (props: {
  of: Qualifier;
  choice: Choice;
  query: string;
  onQuery: (query: string) => void;
  mono?: boolean;
}) => (
  <button
    type="button"
    aria-pressed={asksFor(props.query, props.of, props.choice.value)}
    onClick={() => props.onQuery(toggled(props.query, props.of, props.choice.value))}
  >
    <span class={`clip ${props.mono ? "mono" : ""}`} title={props.choice.value}>
      {props.choice.label}
    </span>{" "}
    <small class="num">{count(props.choice.count)}</small>
  </button>
);

/** Actions by group; a group unfolds to its actions. */
function Actions(props: FacetsProps) {
  const groups = createMemo(() => actionGroups(props.facets?.actions ?? []));
  const [open, setOpen] = createSignal<ReadonlySet<string>>(new Set());
  const names = createMemo(() => groups().map(({ value }) => value));
  const group = (name: string) => groups().find(({ value }) => value === name);
  const toggle = (name: string) =>
    setOpen((now) => new Set(now.has(name) ? [...now].filter((each) => each !== name) : [...now, name]));
  const choice = (name: string) => ({
    value: `${name}.*`,
    label: sentence(name),
    count: group(name)?.count ?? 0,
  });
  return (
    <Show when={names().length}>
      <section aria-label="Action">
        <h2>Action</h2>
        <ul>
          <For each={names()}>
            {(name) => (
              <li>
                <div class={styles.group}>
                  <button
                    type="button"
                    class={styles.fold}
                    aria-label={`Actions of ${sentence(name)}`}
                    aria-expanded={open().has(name)}
                    onClick={() => toggle(name)}
                  >
                    <ChevronRight size={13} aria-hidden="true" />
                  </button>
                  <FacetButton of="action" choice={choice(name)} {...props} />
                </div>
                <Show when={open().has(name)}>
                  <ul>
                    <For each={group(name)?.actions ?? []}>
                      {(action) => (
                        <li>
                          <FacetButton
                            of="action"
                            mono
                            choice={{ ...action, label: action.value.slice(name.length + 1) || action.value }}
                            {...props}
                          />
                        </li>
                      )}
                    </For>
                  </ul>
                </Show>
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
  );
}
