import { createQuery } from "@urql/solid";
import { createEffect, createMemo, createSignal, For, on, Show } from "solid-js";
import { debounced } from "../../lib/debounce";
import { initials, sentence } from "../../lib/format";
import { Search } from "../../ui/icons";
import { CandidatesQuery, type Candidate, type TeamDetails } from "../teams.gql";
import type { Reach } from "../teams.model";
import styles from "../Teams.module.css";

interface Hit {
  person: Candidate;
  /** Why this one cannot be added. */
  why: string | undefined;
}

/** Finds people by name or address and adds them, one press each; the list stays open for the next. */
export function AddMember(props: { team: TeamDetails; reach: Reach; onAdd: (person: Candidate) => void }) {
  const [text, setText] = createSignal("");
  const [at, setAt] = createSignal(0);
  const settled = debounced(() => text().trim(), 180);
  const [found] = createQuery({
    query: CandidatesQuery,
    variables: () => ({ text: settled() }),
    pause: () => !settled(),
    requestPolicy: "cache-and-network",
  });
  const isOpen = () => Boolean(text().trim());
  const whyNot = (person: Candidate) =>
    props.team.members.some(({ user }) => user.id === person.id)
      ? "In the team already"
      : props.reach.person(person);
  const hits = createMemo((): Hit[] =>
    isOpen() ? (found.data?.users.edges ?? []).map(({ node }) => ({ person: node, why: whyNot(node) })) : [],
  );
  createEffect(on(text, () => setAt(0), { defer: true }));
  const add = (hit: Hit | undefined) => hit && !hit.why && props.onAdd(hit.person);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step && hits().length) setAt((index) => (index + step + hits().length) % hits().length);
    else if (event.key === "Enter") add(hits()[at()]);
    else if (event.key === "Escape" && text()) {
      event.stopPropagation();
      setText("");
    } else return;
    event.preventDefault();
  };
  return (
    <div class={styles.add}>
      <div class="searchbox">
        <Search size={14} aria-hidden="true" />
        <input
          type="search"
          role="combobox"
          aria-label="Add people to the team"
          placeholder="Add people: search by name or address"
          aria-expanded={isOpen()}
          aria-controls="team-candidates"
          aria-autocomplete="list"
          aria-activedescendant={hits().length ? `team-candidate-${at()}` : undefined}
          autocomplete="off"
          spellcheck={false}
          value={text()}
          onInput={(event) => setText(event.currentTarget.value)}
          on:keydown={onKeyDown}
        />
      </div>
      <div
        id="team-candidates"
        role="listbox"
        aria-label="People found"
        class={styles.hits}
        hidden={!hits().length}
      >
        <For each={hits()}>
          {(hit, index) => (
            <div
              id={`team-candidate-${index()}`}
              role="option"
              tabindex={-1}
              aria-selected={index() === at()}
              aria-disabled={hit.why ? "true" : undefined}
              onPointerMove={() => setAt(index())}
              onClick={() => add(hit)}
            >
              <span class="avatar" aria-hidden="true">
                {initials(hit.person.name || hit.person.email)}
              </span>
              <span class={styles.who}>
                <b class="clip">{hit.person.name || hit.person.email}</b>
                <small class="clip">
                  {hit.person.email} · {sentence(hit.person.role)}
                </small>
              </span>
              <small class={styles.verdict}>{hit.why ?? "Add"}</small>
            </div>
          )}
        </For>
      </div>
      <Show when={isOpen() && settled() === text().trim() && !found.fetching && !hits().length}>
        <p class={styles.why} role="status">
          Nobody is called “{settled()}”. Whoever is not here yet can be invited under Users.
        </p>
      </Show>
    </div>
  );
}
