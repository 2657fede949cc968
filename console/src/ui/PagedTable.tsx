import type { TypedDocumentNode } from "@urql/core";
import { createQuery } from "@urql/solid";
import {
  createEffect,
  createMemo,
  createSignal,
  For,
  Index,
  on,
  Show,
  type Accessor,
  type JSX,
} from "solid-js";
import { onReconnect } from "../api/live";
import { count, plural } from "../lib/format";
import { Button } from "./Button";
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
  /** Asks for every page again, quietly, when it changes. */
  refresh?: number;
  onTotal?: (total: number) => void;
}

interface PageSummary {
  shown: number;
  hasNext: boolean;
  end: string | null;
  total?: number;
}

/** Cursors of the pages on screen; page n+1 starts where page n ends now, so nothing is skipped when rows move. */
function createCursors(reset: Accessor<string>) {
  const state = createMemo(() => {
    reset();
    const [cursors, setCursors] = createSignal<(string | null)[]>([null]);
    const [pages, setPages] = createSignal<PageSummary[]>([]);
    return { cursors, setCursors, pages, setPages };
  });
  return {
    cursors: () => state().cursors(),
    pages: () => state().pages(),
    report: (index: number, page: PageSummary) => {
      state().setPages((all) => Object.assign([...all], { [index]: page }));
      state().setCursors((all) =>
        all.map((cursor, at) => (at === index + 1 && page.end !== null ? page.end : cursor)),
      );
    },
    more: (end: string) => state().setCursors((all) => [...all, end]),
  };
}

/**
 * A table over a Relay connection, 50 rows at a time. Rows keep their place in the document when their order
 * or their values change; old rows stay, dimmed, while a new filter loads.
 */
export function PagedTable<Data, Variables extends Paging, Node extends object>(
  props: TableProps<Data, Variables, Node>,
) {
  const key = createMemo(() => JSON.stringify(props.variables));
  const { cursors, pages, report, more } = createCursors(key);
  const shown = () => pages().reduce((sum, page) => sum + page.shown, 0);
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
      <Show when={!(pages()[0]?.shown === 0)} fallback={props.empty}>
        <div class="table-scroll" tabindex="-1">
          <table class="table" aria-label={props.label}>
            <thead>{props.head}</thead>
            <Index each={cursors()}>
              {(after, index) => (
                <Page {...props} after={after()} first={index === 0} onPage={(page) => report(index, page)} />
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
      <Show when={pages()[0]?.shown === 0}>
        <EmptyWatch {...props} onPage={(page) => report(0, page)} />
      </Show>
    </>
  );
}

type PageProps<Data, Variables extends Paging, Node> = TableProps<Data, Variables, Node> & {
  after: string | null;
  first: boolean;
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
  const again = () => refetch({ requestPolicy: "network-only" });
  createEffect(on(() => props.refresh, again, { defer: true }));
  onReconnect(again);
  const connection = () => (result.data ? props.connection(result.data) : undefined);
  createEffect(() => {
    const now = connection();
    if (!now || result.fetching) return;
    const { hasNextPage, endCursor } = now.pageInfo;
    props.onPage({ shown: now.edges.length, hasNext: hasNextPage, end: endCursor, total: now.totalCount });
  });
  return { result, again, connection };
}

/** Keeps asking while the list is empty, so that the first row appears by itself. */
function EmptyWatch<Data, Variables extends Paging, Node extends object>(
  props: TableProps<Data, Variables, Node> & { onPage: (page: PageSummary) => void },
) {
  usePage({
    ...props,
    get variables() {
      return props.variables;
    },
    get refresh() {
      return props.refresh;
    },
    after: null,
    first: true,
  });
  return null;
}

function Page<Data, Variables extends Paging, Node extends object>(props: PageProps<Data, Variables, Node>) {
  const { result, again, connection } = usePage<Data, Variables, Node>(props);
  const keyOf = (node: Node) => props.keyOf?.(node) ?? String((node as { id?: string }).id);
  const nodes = createMemo(() => new Map((connection()?.edges ?? []).map(({ node }) => [keyOf(node), node])));
  return (
    <tbody aria-busy={result.fetching}>
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
