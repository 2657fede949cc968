import { A } from "@solidjs/router";
import { For, Show } from "solid-js";
import { ChevronRight, CircleCheck, Info, TriangleAlert } from "../../ui/icons";
import type { OverviewParts } from "../overview.gql";
import styles from "../Overview.module.css";

const order = ["CRITICAL", "WARNING", "INFO"] as const;
const words = { CRITICAL: "Critical", WARNING: "Warning", INFO: "For your information" } as const;

/** The server writes addresses of the console with or without its base; links want them without. */
const within = (href: string) => href.replace(/^\/admin(?=\/)/, "");

/** What needs a person, worst first; each line leads to the place where it can be dealt with. */
export function AttentionList(props: { items: OverviewParts["attention"] }) {
  const sorted = () => [...props.items].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  return (
    <section class={styles.attention} aria-label="Needs attention">
      <Show
        when={sorted().length}
        fallback={
          <p class={styles.quiet}>
            <CircleCheck size={16} aria-hidden="true" />
            <b>All quiet.</b> Nothing needs your attention.
          </p>
        }
      >
        <ul>
          <For each={sorted()}>
            {(item) => (
              <li>
                <A href={within(item.href)} class={styles.alert} data-severity={item.severity} data-row>
                  <Show when={item.severity !== "INFO"} fallback={<Info size={16} aria-hidden="true" />}>
                    <TriangleAlert size={16} aria-hidden="true" />
                  </Show>
                  <span class="sr">{words[item.severity]}:</span>
                  <span>
                    <b>{item.title}</b> <span class={styles.detail}>{item.detail}</span>
                  </span>
                  <ChevronRight size={16} aria-hidden="true" />
                </A>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </section>
  );
}
