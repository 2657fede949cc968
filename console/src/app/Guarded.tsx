import { createQuery } from "@urql/solid";
import { createEffect, Show, type JSX } from "solid-js";
import { graphql } from "../api/graphql";
import { sentence } from "../lib/format";
import { Empty } from "../ui/States";
import { LinkButton } from "../ui/Button";
import { useCan, useMe, type Permission } from "./me";

const PermissionsQuery = graphql(`
  query Permissions {
    permissions {
      permission
      title
      roles
    }
  }
`);

/** Shows a page to those who may see it, and to others which permission is missing. The address stays. */
export function Guarded(props: { permission?: Permission; title: string; children: JSX.Element }) {
  const can = useCan();
  createEffect(() => {
    document.title = `${props.title} · Postwatch`;
  });
  return (
    <Show
      when={can(props.permission)}
      fallback={<Denied permission={props.permission} title={props.title} />}
    >
      {props.children}
    </Show>
  );
}

function Denied(props: { permission?: Permission; title: string }) {
  const me = useMe();
  const [result] = createQuery({ query: PermissionsQuery });
  const described = () => result.data?.permissions.find((each) => each.permission === props.permission);
  return (
    <div class="card">
      <Empty
        page
        title={`${props.title} is not open to you`}
        text={
          <>
            It needs the permission <code>{props.permission}</code>
            <Show when={described()}>{(it) => <> ({it().title.toLowerCase()})</>}</Show>. Your role is{" "}
            {sentence(me().role)}.
            <Show when={described()}>
              {(it) => (
                <> It comes with the role {it().roles.map(sentence).join(" or ")}; an Admin can give it.</>
              )}
            </Show>
          </>
        }
      >
        <LinkButton href="/overview">Back to the overview</LinkButton>
      </Empty>
    </div>
  );
}
