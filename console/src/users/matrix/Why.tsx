import { createQuery } from "@urql/solid";
import { For, Show } from "solid-js";
import { useCan, useMe } from "../../app/me";
import { sentence } from "../../lib/format";
import { QueryView, Skeleton } from "../../ui/States";
import { ExplainQuery, type PermissionText } from "../users.gql";
import type { Compared } from "./use-compared";
import type { CellWiring } from "./use-grid-keys";
import styles from "./Matrix.module.css";

/** Why the person may do it or not, and who could change that. */
export function Why(props: {
  wiring: CellWiring;
  text: PermissionText;
  compared: Compared;
  columns: number;
}) {
  const can = useCan();
  const me = useMe();
  const person = () => props.compared.person();
  const mayAsk = () => can("USER_MANAGE") || person()?.id === me().id;
  const [result, retry] = createQuery({
    query: ExplainQuery,
    variables: () => ({ permission: props.text.permission, userId: person()?.id ?? "" }),
    pause: () => !mayAsk() || !person(),
    requestPolicy: "cache-and-network",
  });
  const ability = () => props.compared.ability(props.text.permission);
  return (
    <tr class={styles.why}>
      <td colspan={props.columns} {...props.wiring}>
        <p>
          <b>
            {person()?.name} {ability()?.granted ? "may" : "may not"} {lowered(props.text.title)}.
          </b>{" "}
          {ability()?.reason}
        </p>
        <Show when={mayAsk()}>
          <QueryView of={result} retry={() => retry()} skeleton={<Skeleton rows={1} />}>
            {(data) => (
              <p class="dim">
                It comes with the role {data().explainPermission.roles.map(sentence).join(" or ")}.{" "}
                <Show when={data().explainPermission.grantedBy.length}>
                  Roles are given by{" "}
                  <For each={data().explainPermission.grantedBy}>
                    {(granter, index) => (
                      <>
                        {index() > 0 && ", "}
                        <span title={granter.email}>{granter.name}</span>
                      </>
                    )}
                  </For>
                  .
                </Show>
              </p>
            )}
          </QueryView>
        </Show>
      </td>
    </tr>
  );
}

const lowered = (title: string) => title.charAt(0).toLowerCase() + title.slice(1);
