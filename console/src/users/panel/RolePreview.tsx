import type { CombinedError } from "@urql/core";
import { createQuery } from "@urql/solid";
import { Show } from "solid-js";
import type { ResultOf } from "../../api/graphql";
import { plural } from "../../lib/format";
import { Problem, QueryView, Skeleton } from "../../ui/States";
import { PermissionsQuery, type RolePreviewQuery } from "../users.gql";
import { titlesOf, type Permission } from "../users.model";
import styles from "./Panel.module.css";

interface PreviewResult {
  data?: ResultOf<typeof RolePreviewQuery>;
  error?: CombinedError;
  fetching: boolean;
}

/** What a change of role would take away and add, by name, and what stands in its way. */
export function RolePreview(props: { result: PreviewResult; retry: () => void }) {
  const [texts] = createQuery({ query: PermissionsQuery });
  const names = (permissions: readonly Permission[]) => titlesOf(permissions, texts.data?.permissions ?? []);
  return (
    <QueryView of={props.result} retry={props.retry} skeleton={<Skeleton rows={2} />}>
      {(data) => {
        const preview = () => data().roleChangePreview;
        return (
          <div class={styles.preview} role="status">
            <Show when={preview().obstacle}>{(reason) => <Problem tone="warn" message={reason()} />}</Show>
            <Show when={preview().lost.length}>
              <p data-tone="bad">
                <b>This removes {plural(preview().lost.length, "ability", "abilities")}:</b>{" "}
                {names(preview().lost)}.
              </p>
            </Show>
            <Show when={preview().gained.length}>
              <p data-tone="ok">
                <b>This adds {plural(preview().gained.length, "ability", "abilities")}:</b>{" "}
                {names(preview().gained)}.
              </p>
            </Show>
            <Show when={!preview().lost.length && !preview().gained.length}>
              <p>This changes nothing about what they may do.</p>
            </Show>
          </div>
        );
      }}
    </QueryView>
  );
}
