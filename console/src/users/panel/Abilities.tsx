import { A } from "@solidjs/router";
import { createQuery } from "@urql/solid";
import { createMemo, createSignal, For, Show } from "solid-js";
import { permissionGroups, type PermissionGroup } from "../../lib/permission-groups";
import { SearchBox } from "../../ui/SearchBox";
import { Check, ChevronRight, Minus } from "../../ui/icons";
import { PermissionsQuery, type Ability, type PermissionText, type PersonDetails } from "../users.gql";
import { matches } from "../users.model";
import { Section } from "./Section";
import styles from "./Panel.module.css";

type Described = Ability & { text: PermissionText };

/** What they may do now, and why; what they may not do, and why not. */
export function Abilities(props: { person: PersonDetails }) {
  const [texts] = createQuery({ query: PermissionsQuery });
  const [search, setSearch] = createSignal("");
  const all = createMemo(() =>
    (texts.data?.permissions ?? []).flatMap((text): Described[] => {
      const ability = props.person.effectivePermissions?.find((each) => each.permission === text.permission);
      return ability ? [{ ...ability, text }] : [];
    }),
  );
  const groups = createMemo(() =>
    permissionGroups(all().filter((each) => !search() || matches(each.text, search()))),
  );
  const granted = () => all().filter((each) => each.granted).length;
  return (
    <Section
      title="What they may do"
      aside={
        <span class="num">
          {granted()} of {all().length}
        </span>
      }
    >
      <SearchBox
        label="Search what they may do"
        placeholder="Search, e.g. export"
        value={search()}
        onValue={setSearch}
        shortcut={false}
      />
      <div class={styles.abilities}>
        <For each={groups()} fallback={<p class="dim">Nothing is called that.</p>}>
          {(group) => <AbilityGroup group={group} open={search() !== ""} />}
        </For>
      </div>
      <A class="textlink" href={`/users?tab=roles&person=${props.person.id}`}>
        Compare with the roles
      </A>
    </Section>
  );
}

const AbilityGroup = (props: { group: PermissionGroup<Described>; open: boolean }) => (
  <details open={props.open}>
    <summary>
      <ChevronRight size={14} aria-hidden="true" />
      <b>{props.group.title}</b>
      <small class="num">
        {props.group.items.filter((each) => each.granted).length} of {props.group.items.length}
      </small>
    </summary>
    <ul>
      <For each={props.group.items}>
        {(ability) => (
          <li data-granted={ability.granted ? "" : undefined}>
            <Show when={ability.granted} fallback={<Minus size={14} aria-hidden="true" />}>
              <Check size={14} aria-hidden="true" />
            </Show>
            <span>
              <span class="sr">{ability.granted ? "May: " : "May not: "}</span>
              {ability.text.title}
              <small>{ability.reason}</small>
            </span>
          </li>
        )}
      </For>
    </ul>
  </details>
);
