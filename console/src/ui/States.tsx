import type { CombinedError } from "@urql/core";
import { For, Show, type JSX } from "solid-js";
import { Dynamic } from "solid-js/web";
import { failureOfError } from "../api/failure";
import { Button } from "./Button";
import { TriangleAlert } from "./icons";
import { Mark } from "./Mark";

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

/** Something went wrong, said where it belongs, with a way on. */
export const Problem = (props: {
  message: JSX.Element;
  tone?: "bad" | "warn" | "note";
  retry?: () => void;
  retryLabel?: string;
  children?: JSX.Element;
}) => (
  <div class="problem" data-tone={props.tone ?? "bad"} role={props.tone === "note" ? "status" : "alert"}>
    <TriangleAlert size={16} aria-hidden="true" />
    <span>{props.message}</span>
    {props.children}
    <Show when={props.retry}>
      <Button small onClick={() => props.retry?.()}>
        {props.retryLabel ?? "Retry"}
      </Button>
    </Show>
  </div>
);

interface QueryResult<Data> {
  data?: Data;
  error?: CombinedError;
  fetching: boolean;
}

/**
 * One way to show any query: a skeleton while nothing is known, an error in place with Retry, and data that
 * stays on screen while it is fetched again or when a later fetch fails.
 */
export function QueryView<Data>(props: {
  of: QueryResult<Data>;
  retry: () => void;
  skeleton?: JSX.Element;
  children: (data: () => Data) => JSX.Element;
}) {
  return (
    <>
      <Show when={props.of.error}>
        {(error) => <Problem message={failureOfError(error()).message} retry={props.retry} />}
      </Show>
      <Show
        when={props.of.data}
        fallback={<Show when={!props.of.error}>{props.skeleton ?? <Skeleton />}</Show>}
      >
        {(data) => props.children(data as () => Data)}
      </Show>
    </>
  );
}
