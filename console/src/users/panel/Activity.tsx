import { A } from "@solidjs/router";
import { createQuery } from "@urql/solid";
import { For, Show } from "solid-js";
import { useCan } from "../../app/me";
import { auditAddress } from "../../lib/audit-address";
import { QueryView, Skeleton } from "../../ui/States";
import { Time } from "../../ui/Time";
import { PersonActivityQuery, type PersonDetails } from "../users.gql";
import { Section } from "./Section";
import styles from "./Panel.module.css";

/** The last things that they did, and the way to all of them; for whoever may read the audit log. */
export function Activity(props: { person: PersonDetails }) {
  const can = useCan();
  return (
    <Show when={can("SYSTEM_AUDIT_READ")}>
      <Section
        title="Latest activity"
        aside={
          <A class="textlink" href={auditAddress(`target:user:${props.person.id}`)}>
            What was done to them
          </A>
        }
      >
        <Latest person={props.person} />
      </Section>
    </Show>
  );
}

function Latest(props: { person: PersonDetails }) {
  const [result, refetch] = createQuery({
    query: PersonActivityQuery,
    variables: () => ({ id: props.person.id }),
    requestPolicy: "cache-and-network",
  });
  return (
    <QueryView
      of={result}
      retry={() => refetch({ requestPolicy: "network-only" })}
      skeleton={<Skeleton rows={3} />}
    >
      {(data) => (
        <>
          <ul class={styles.activity}>
            <For each={data().auditLogs.edges} fallback={<li class="dim">They have done nothing yet.</li>}>
              {({ node }) => (
                <li>
                  <A class="clip" href={`/audit?range=all&entry=${node.id}&q=actor:${props.person.id}`}>
                    {node.sentence}
                  </A>
                  <small>
                    <Time at={node.at} />
                  </small>
                </li>
              )}
            </For>
          </ul>
          <A class="textlink" href={auditAddress(`actor:${props.person.id}`)}>
            All in the audit log
          </A>
        </>
      )}
    </QueryView>
  );
}
