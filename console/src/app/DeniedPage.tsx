import { useNavigate } from "@solidjs/router";
import { createQuery } from "@urql/solid";
import { Show } from "solid-js";
import { graphql } from "../api/graphql";
import { sentence } from "../lib/format";
import { Button, LinkButton } from "../ui/Button";
import { DenialFacts, Granters } from "../ui/Denial";
import { ArrowLeft } from "../ui/icons";
import { Mark } from "../ui/Mark";
import { Problem } from "../ui/Problem";
import { useMe, type Permission } from "./me";
import styles from "./Denied.module.css";

const DeniedQuery = graphql(`
  query Denied($permission: Permission!) {
    explainPermission(permission: $permission) {
      permission
      role
      roles
      grantedBy {
        id
        name
        email
      }
    }
    permissions {
      permission
      title
      description
    }
  }
`);

/** Instead of a page that is not open to somebody: which permission is missing, who has it, and whom to ask. */
export function DeniedPage(props: { permission: Permission; title: string }) {
  const me = useMe();
  const [result] = createQuery({ query: DeniedQuery, variables: () => ({ permission: props.permission }) });
  const text = () => result.data?.permissions.find((each) => each.permission === props.permission);
  const title = () => text()?.title ?? sentence(props.permission);
  return (
    <section class={`card ${styles.denied}`} aria-labelledby="denied">
      <Mark />
      <div>
        <h1 id="denied">{props.title} is not open to you</h1>
        <p>
          Your role does not have the permission for it.
          <Show when={text()}>{(it) => <> It covers: {it().description}</>}</Show>
        </p>
        <DenialFacts
          title={title()}
          permission={props.permission}
          roles={result.data?.explainPermission.roles ?? []}
          role={result.data?.explainPermission.role ?? me().role}
          people={
            <Show
              when={result.data?.explainPermission}
              fallback={
                <Show when={result.error} fallback={<span class="dim">Looking it up</span>}>
                  <Problem
                    tone="warn"
                    message="Who can give it could not be looked up. Ask an administrator."
                  />
                </Show>
              }
            >
              {(it) => <Granters people={it().grantedBy} wish={title()} permission={props.permission} />}
            </Show>
          }
        />
        <Ways />
      </div>
    </section>
  );
}

function Ways() {
  const navigate = useNavigate();
  // A page that was opened by its address has nothing of ours before it.
  const hasBefore = history.length > 1;
  return (
    <div class={styles.ways}>
      <LinkButton href="/overview" tone="primary">
        Go to the overview
      </LinkButton>
      <Show when={hasBefore}>
        <Button icon={ArrowLeft} onClick={() => navigate(-1)}>
          Back
        </Button>
      </Show>
      <LinkButton href="/profile">What you may do</LinkButton>
    </div>
  );
}
