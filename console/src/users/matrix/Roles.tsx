import { createQuery } from "@urql/solid";
import { createMemo, createSignal, Show } from "solid-js";
import { useCan } from "../../app/me";
import { permissionGroups } from "../../lib/permission-groups";
import { useUrlState } from "../../lib/url-state";
import { Button } from "../../ui/Button";
import { SearchBox } from "../../ui/SearchBox";
import { Empty, QueryView, Skeleton } from "../../ui/States";
import { PermissionsQuery, type PermissionText } from "../users.gql";
import { Compare } from "./Compare";
import { Matrix } from "./Matrix";
import { linesOf } from "./matrix.model";
import { useCompared } from "./use-compared";
import styles from "./Matrix.module.css";

/** What each role may do, and on request what one person may do, and why. */
export function Roles() {
  const [result, retry] = createQuery({ query: PermissionsQuery });
  return (
    <QueryView of={result} retry={() => retry()} skeleton={<Skeleton rows={12} />}>
      {(data) => <RolesOf texts={data().permissions} />}
    </QueryView>
  );
}

function RolesOf(props: { texts: readonly PermissionText[] }) {
  const url = useUrlState();
  const can = useCan();
  const compared = useCompared();
  const [folded, setFolded] = createSignal<ReadonlySet<string>>(new Set());
  const lines = createMemo(() =>
    linesOf(props.texts, {
      search: url.get("q").trim(),
      differences: url.get("diff") === "1",
      folded: folded(),
      explained: compared.explained(),
    }),
  );
  const toggle = (title: string) =>
    setFolded((all) => new Set(all.has(title) ? [...all].filter((each) => each !== title) : [...all, title]));
  const allTitles = () => permissionGroups(props.texts).map((group) => group.title);
  const isAllFolded = () => folded().size === allTitles().length;
  const clear = () => url.set({ q: undefined, diff: undefined });
  return (
    <>
      <div class="filters">
        <SearchBox
          label="Search permissions"
          placeholder="Search permissions, e.g. export"
          value={url.get("q")}
          onValue={(q) => url.set({ q: q || undefined })}
        />
        <label class={`check ${styles.differences}`}>
          <input
            type="checkbox"
            checked={url.get("diff") === "1"}
            onChange={(event) => url.set({ diff: event.currentTarget.checked ? "1" : undefined })}
          />
          <span>Show differences only</span>
        </label>
        <Button
          tone="quiet"
          disabled={url.get("q") !== ""}
          onClick={() => setFolded(new Set(isAllFolded() ? [] : allTitles()))}
        >
          {isAllFolded() ? "Unfold all" : "Fold all"}
        </Button>
        {/* Others' abilities are told to those who manage people. */}
        <Show when={can("USER_MANAGE") || compared.person()}>
          <Compare person={compared.person()} onChoose={compared.choose} />
        </Show>
      </div>
      <div class={`card ${styles.frame}`} data-flush>
        <Show
          when={lines().length}
          fallback={
            <Empty title="No permission matches" text="Try another word, or show all 25 again.">
              <Button onClick={clear}>Show all permissions</Button>
            </Empty>
          }
        >
          <Matrix texts={props.texts} lines={lines()} compared={compared} onFold={toggle} />
        </Show>
      </div>
    </>
  );
}
