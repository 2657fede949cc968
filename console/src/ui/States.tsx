import type { CombinedError } from "@urql/core";
import { For, Show, type JSX } from "solid-js";
import { Dynamic } from "solid-js/web";
import { Mark } from "./Mark";
import { QueryRefusal } from "./Refusal";

export { Problem } from "./Problem";

/** Grey lines in the shape of what is coming, shown only when it takes longer than 150 ms. */
export const Skeleton = (props: { rows?: number; block?: boolean }) => (
  <div class="skeleton" data-block={props.block ? "" : undefined} role="status" aria-label="Loading">
    <For each={Array.from({ length: props.rows ?? 6 })}>{() => <span />}</For>
  </div>
);

/** Nothing here: why, and the next step. As a whole `page` its title is the page's heading. */
export const Empty = (props: {
  title: string;
  text: JSX.Element;
  page?: boolean;
  children?: JSX.Element;
}) => (
  <div class="empty">
    <Mark />
    <Dynamic component={props.page ? "h1" : "h2"}>{props.title}</Dynamic>
    <p>{props.text}</p>
    <Show when={props.children}>
      <div class="actions">{props.children}</div>
    </Show>
  </div>
);

interface QueryResult<Data> {
  data?: Data;
  error?: CombinedError;
  fetching: boolean;
}

/**
 * One way to show any query: a skeleton while nothing is known, an error in place with Retry, a refusal with its
 * reasons, and data that stays on screen while it is fetched again or when a later fetch fails.
 */
export function QueryView<Data>(props: {
  of: QueryResult<Data>;
  retry: () => void;
  skeleton?: JSX.Element;
  children: (data: () => Data) => JSX.Element;
}) {
  return (
    <>
      <Show when={props.of.error}>{(error) => <QueryRefusal of={error()} retry={props.retry} />}</Show>
      <Show
        when={props.of.data}
        fallback={<Show when={!props.of.error}>{props.skeleton ?? <Skeleton />}</Show>}
      >
        {(data) => props.children(data as () => Data)}
      </Show>
    </>
  );
}
