import { createQuery } from "@urql/solid";
import { For, Show, type JSX } from "solid-js";
import type { Explanation } from "../api/failure";
import { graphql } from "../api/graphql";
import { initials, sentence } from "../lib/format";
import styles from "./Denial.module.css";

const PermissionTitles = graphql(`
  query DenialTitles {
    permissions {
      permission
      title
    }
  }
`);

/** "Admin or Manager". */
export const eitherRole = (roles: readonly string[]) => roles.map(sentence).join(" or ");

/** Whom to ask, by name, each with a mail that is written already. */
export const Granters = (props: {
  people: Explanation["grantedBy"];
  /** What is asked for, e.g. the title of a permission or a page. */
  wish: string;
  permission: string;
}) => (
  <ul class={styles.granters}>
    <For
      each={props.people}
      fallback={<li class="dim">Nobody at the moment. Ask whoever runs Postwatch here.</li>}
    >
      {(person) => (
        <li>
          <span class="avatar" aria-hidden="true">
            {initials(person.name || person.email)}
          </span>
          <span>
            <a class="textlink" href={askFor(person, props.wish, props.permission)}>
              {person.name || person.email}
            </a>
            <small class="clip">{person.email}</small>
          </span>
        </li>
      )}
    </For>
  </ul>
);

function askFor(person: { name: string; email: string }, wish: string, permission: string): string {
  const to = encodeURIComponent(person.email).replaceAll("%40", "@");
  const subject = encodeURIComponent(`Postwatch: ${wish}`);
  const body = encodeURIComponent(
    `Hello ${person.name},\n\nin Postwatch I am missing the permission ${permission} (${wish}). Can you give it to me?\n`,
  );
  return `mailto:${to}?subject=${subject}&body=${body}`;
}

/** The facts of a refusal, one a line. */
export const DenialFacts = (props: {
  title: string;
  permission: string;
  roles: readonly string[];
  /** The caller's own, where it is known. */
  role?: string;
  people: JSX.Element;
}) => (
  <dl class={styles.facts}>
    <dt>Missing permission</dt>
    <dd>
      {props.title} <code class="dim">{props.permission}</code>
    </dd>
    <Show when={props.roles.length}>
      <dt>Comes with the role</dt>
      <dd>{eitherRole(props.roles)}</dd>
    </Show>
    <Show when={props.role}>
      {(role) => (
        <>
          <dt>Your role</dt>
          <dd>{sentence(role())}</dd>
        </>
      )}
    </Show>
    <dt>Who can give it to you</dt>
    <dd>{props.people}</dd>
  </dl>
);

/** A refusal inside a page, explained where it happened. */
export function Refused(props: { message: string; explain: Explanation }) {
  const [titles] = createQuery({ query: PermissionTitles });
  const title = () =>
    titles.data?.permissions.find((each) => each.permission === props.explain.permission)?.title ??
    sentence(props.explain.permission);
  return (
    <div class={styles.refused} role="alert">
      <b>{props.explain.scope === "ROLE" ? "You may not do this" : props.message}</b>
      <DenialFacts
        title={title()}
        permission={props.explain.permission}
        roles={props.explain.roles}
        people={
          <Granters people={props.explain.grantedBy} wish={title()} permission={props.explain.permission} />
        }
      />
    </div>
  );
}
