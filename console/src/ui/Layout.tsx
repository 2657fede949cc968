import { A } from "@solidjs/router";
import { createUniqueId, Show, type JSX } from "solid-js";
import { ChevronLeft } from "./icons";

/** The head of a page: where it hangs, its title, one line of context, and what can be done. */
export function PageHead(props: {
  title: JSX.Element;
  sub?: JSX.Element;
  back?: { href: string; label: string };
  children?: JSX.Element;
}) {
  return (
    <header class="pagehead">
      <div>
        <Show when={props.back}>
          {(back) => (
            <A class="crumb" href={back().href}>
              <ChevronLeft size={14} aria-hidden="true" />
              {back().label}
            </A>
          )}
        </Show>
        <h1>{props.title}</h1>
        <Show when={props.sub}>
          <p>{props.sub}</p>
        </Show>
      </div>
      <Show when={props.children}>
        <div class="actions">{props.children}</div>
      </Show>
    </header>
  );
}

/** A framed part of a page; with a title it is a landmark. `flush` lets a table touch the frame. */
export function Card(props: {
  title?: string;
  aside?: JSX.Element;
  flush?: boolean;
  class?: string;
  children: JSX.Element;
}) {
  const id = createUniqueId();
  return (
    <section
      class={`card ${props.class ?? ""}`}
      data-flush={props.flush ? "" : undefined}
      aria-labelledby={props.title ? id : undefined}
    >
      <Show when={props.title}>
        <div class="card-head">
          <h2 id={id}>{props.title}</h2>
          <div>{props.aside}</div>
        </div>
      </Show>
      {props.children}
    </section>
  );
}
