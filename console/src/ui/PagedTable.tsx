import type { TypedDocumentNode } from "@urql/core";
import { createQuery } from "@urql/solid";
import {
  createComputed,
  createEffect,
  createMemo,
  createSignal,
  For,
  Index,
  on,
  untrack,
  Show,
  type Accessor,
  type JSX,
} from "solid-js";
import { onReconnect } from "../api/live";
import { count, plural } from "../lib/format";
import { Button } from "./Button";
import { createCursors, rowsIn, type PageSummary } from "./paging";
import { QueryRefusal } from "./Refusal";
import { Skeleton } from "./States";

interface Connection<Node> {
  edges: readonly { node: Node }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  totalCount?: number;
}

interface Paging {
  after?: string | null;
  counted?: boolean | null;
}

interface TableProps<Data, Variables extends Paging, Node> {
  document: TypedDocumentNode<Data, Variables>;
  /** Filter and order; a change starts again at the first page. */
  variables: Omit<Variables, "after" | "counted">;
  connection: (data: Data) => Connection<Node>;
  /** What one row is called, e.g. "lead". */
  noun: string;
  /** Several of them, where it is not the noun with an s. */
  nouns?: string;
  label: string;
  head: JSX.Element;
  row: (node: Accessor<Node>) => JSX.Element;
  empty: JSX.Element;
  columns: number;
  /** What tells rows apart, where they have no `id`. */
  keyOf?: (node: Node) => string;
  /** How many pages are open at first, and what is told when there are more. */
  pages?: number;
  onPages?: (pages: number) => void;
  /** Asks for the first page again, quietly, when it changes; that later pages may have changed is said below them. */
  refresh?: number;
  /** Is somebody at the rows? Then they stay where they are, and it is said that they have changed. */
  inUse?: () => boolean;
  onTotal?: (total: number) => void;
}

/**
 * A table over a Relay connection, 50 rows at a time. Rows keep their place in the document when their order
 * or their values change; old rows stay, dimmed, while a new filter loads.
 */
export function PagedTable<Data, Variables extends Paging, Node extends object>(
  props: TableProps<Data, Variables, Node>,
) {
  const key = createMemo(() => JSON.stringify(props.variables));
  const [behind, setBehind] = createSignal(false);
  const [turn, setTurn] = createSignal(0);
  const { cursors, pages, report, more } = createCursors(key, behind);
  createEffect(on(key, () => setBehind(false), { defer: true }));
  const isEmpty = () => pages()[0]?.keys.length === 0;
  const [live, setLive] = createSignal(0);
  // Known before the first page is asked: where it ends then says nothing about the pages that stay.
  const refresh = () => {
    const stay = Boolean(props.inUse?.()) && !isEmpty();
    setBehind(stay || cursors().length > 1);
    if (!stay) setLive((times) => times + 1);
  };
  createComputed(on(() => props.refresh, refresh, { defer: true }));
  onReconnect(refresh);
  const catchUp = () => {
    setBehind(false);
    setTurn((times) => times + 1);
  };
  const shown = () => rowsIn(pages());
  const inFirst = createMemo(() => new Set(pages()[0]?.keys));
  const last = () => pages()[cursors().length - 1];
  const total = () => pages()[0]?.total;
  createEffect(() => {
    const known = total();
    if (known !== undefined) props.onTotal?.(known);
  });
  createEffect(() => {
    const page = last();
    if (page?.hasNext && page.end && cursors().length < (props.pages ?? 1)) more(page.end);
  });
  const loadMore = (end: string) => {
    more(end);
    props.onPages?.(cursors().length);
  };
  return (
    <>
      <Show when={!isEmpty()} fallback={props.empty}>
        <div class="table-scroll" tabindex="-1">
          <table class="table" aria-label={props.label}>
            <thead>{props.head}</thead>
            <Index each={cursors()}>
              {(after, index) => (
                <Page
                  {...props}
                  after={after()}
                  first={index === 0}
                  live={live()}
                  turn={turn()}
                  isElsewhere={(key) => index > 0 && inFirst().has(key)}
                  onPage={(page) => report(index, page)}
                />
              )}
            </Index>
          </table>
        </div>
        <Show when={last() && shown() > 0}>
          <div class="more">
            <span class="num" role="status">
              {total() === undefined
                ? plural(shown(), props.noun, props.nouns)
                : `${count(shown())} of ${plural(total() ?? 0, props.noun, props.nouns)}`}
            </span>
            <Show when={behind()}>
              <span>Some rows have changed since.</span>
              <Button small tone="quiet" onClick={catchUp}>
                Refresh
              </Button>
            </Show>
            <Show when={last()?.hasNext && last()?.end}>
              {(end) => (
                <Button small onClick={() => loadMore(end())}>
                  Load more
                </Button>
              )}
            </Show>
          </div>
        </Show>
      </Show>
      <Show when={isEmpty()}>
        <EmptyWatch {...props} live={live()} turn={turn()} onPage={(page) => report(0, page)} />
      </Show>
    </>
  );
}

type PageProps<Data, Variables extends Paging, Node> = TableProps<Data, Variables, Node> & {
  after: string | null;
  first: boolean;
  /** Asks for the first page again when it changes. */
  live: number;
  /** Asks for this page again, whichever it is, when it changes. */
  turn: number;
  onPage: (page: PageSummary) => void;
};

function usePage<Data, Variables extends Paging, Node extends object>(
  props: Omit<PageProps<Data, Variables, Node>, "head" | "row">,
) {
  const [result, refetch] = createQuery<Data, Variables>({
    query: props.document,
    variables: () =>
      ({ ...props.variables, after: props.after, counted: props.first }) as unknown as Variables,
    requestPolicy: "cache-and-network",
  });
  const [isQuiet, setQuiet] = createSignal(false);
  const again = () => {
    setQuiet(true);
    refetch({ requestPolicy: "network-only" });
  };
  createEffect(() => !result.fetching && setQuiet(false));
  createEffect(on(() => [props.turn, props.first ? props.live : 0], again, { defer: true }));
  const keyOf = (node: Node) => props.keyOf?.(node) ?? String((node as { id?: string }).id);
  const connection = () => (result.data ? props.connection(result.data) : undefined);
  createEffect(() => {
    const now = connection();
    if (!now || result.fetching) return;
    const { hasNextPage, endCursor } = now.pageInfo;
    const keys = now.edges.map(({ node }) => keyOf(node));
    untrack(() => props.onPage({ keys, hasNext: hasNextPage, end: endCursor, total: now.totalCount }));
  });
  /** Other rows are on their way; the same ones anew are no reason to dim those that stand there. */
  const isBusy = () => result.fetching && !isQuiet();
  return { result, again, connection, keyOf, isBusy };
}

/** Keeps asking while the list is empty, so that the first row appears by itself. */
function EmptyWatch<Data, Variables extends Paging, Node extends object>(
  props: TableProps<Data, Variables, Node> & {
    live: number;
    turn: number;
    onPage: (page: PageSummary) => void;
  },
) {
  usePage({
    ...props,
    get variables() {
      return props.variables;
    },
    get live() {
      return props.live;
    },
    get turn() {
      return props.turn;
    },
    after: null,
    first: true,
  });
  return null;
}

function Page<Data, Variables extends Paging, Node extends object>(
  props: PageProps<Data, Variables, Node> & { isElsewhere: (key: string) => boolean },
) {
  const { result, again, connection, keyOf, isBusy } = usePage<Data, Variables, Node>(props);
  const nodes = createMemo(() => {
    const here = (connection()?.edges ?? []).map(({ node }) => [keyOf(node), node] as const);
    return new Map(here.filter(([key]) => !props.isElsewhere(key)));
  });
  return (
    <tbody aria-busy={isBusy()}>
      <Show when={result.error}>
        {(error) => (
          <Across columns={props.columns}>
            <QueryRefusal of={error()} retry={again} />
          </Across>
        )}
      </Show>
      <Show when={!result.data && !result.error}>
        <Across columns={props.columns}>
          <Skeleton rows={props.first ? 9 : 3} />
        </Across>
      </Show>
      <For each={[...nodes().keys()]}>
        {(id) => <Show when={nodes().get(id)}>{(node) => props.row(node as Accessor<Node>)}</Show>}
      </For>
    </tbody>
  );
}

const Across = (props: { columns: number; children: JSX.Element }) => (
  <tr>
    <td colspan={props.columns} style={{ "white-space": "normal", padding: "0" }}>
      {props.children}
    </td>
  </tr>
);
