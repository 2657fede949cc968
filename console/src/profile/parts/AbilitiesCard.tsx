import { createQuery } from "@urql/solid";
import { createMemo, For, Show } from "solid-js";
import type { ResultOf } from "../../api/graphql";
import { permissionGroups } from "../../lib/permission-groups";
import { Check, ChevronRight, Minus } from "../../ui/icons";
import { Card } from "../../ui/Layout";
import { QueryView, Skeleton } from "../../ui/States";
import { OwnAbilitiesQuery } from "../profile.gql";
import styles from "../Profile.module.css";

type Answer = ResultOf<typeof OwnAbilitiesQuery>;

const abilitiesOf = (data: Answer) =>
  data.permissions.flatMap((text) => {
    const own = data.user?.effectivePermissions?.find((each) => each.permission === text.permission);
    return own ? [{ ...text, ...own }] : [];
  });
type Ability = ReturnType<typeof abilitiesOf>[number];

/** What one may do and why; what one may not do and who may. */
export function AbilitiesCard(props: { id: string }) {
  const [result, refetch] = createQuery({
    query: OwnAbilitiesQuery,
    variables: () => ({ id: props.id }),
    requestPolicy: "cache-and-network",
  });
  const all = createMemo(() => (result.data ? abilitiesOf(result.data) : []));
  return (
    <Card
      title="What you may do"
      aside={
        <Show when={all().length}>
          <span class="num">
            {all().filter((each) => each.granted).length} of {all().length} permissions
          </span>
        </Show>
      }
    >
      <QueryView
        of={result}
        retry={() => refetch({ requestPolicy: "network-only" })}
        skeleton={<Skeleton rows={6} />}
      >
        {() => (
          <div class={styles.abilities}>
            <For each={permissionGroups(all())}>
              {(group) => <Group title={group.title} items={group.items} />}
            </For>
          </div>
        )}
      </QueryView>
    </Card>
  );
}

const Group = (props: { title: string; items: Ability[] }) => (
  <details>
    <summary>
      <ChevronRight size={14} aria-hidden="true" />
      <b>{props.title}</b>
      <small class="num">
        {props.items.filter((each) => each.granted).length} of {props.items.length}
      </small>
    </summary>
    <ul>
      <For each={props.items}>
        {(ability) => (
          <li data-granted={ability.granted ? "" : undefined}>
            <Show when={ability.granted} fallback={<Minus size={14} aria-hidden="true" />}>
              <Check size={14} aria-hidden="true" />
            </Show>
            <span>
              <span class="sr">{ability.granted ? "You may: " : "You may not: "}</span>
              <span title={ability.description}>{ability.title}</span>
              <small>{ability.reason}</small>
            </span>
          </li>
        )}
      </For>
    </ul>
  </details>
);
