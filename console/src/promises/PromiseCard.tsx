import { A } from "@solidjs/router";
import { For, Show } from "solid-js";
import { Dynamic } from "solid-js/web";
import { CircleAlert, CircleCheck, CircleQuestionMark } from "../ui/icons";
import { Tag } from "../ui/Tag";
import { Time } from "../ui/Time";
import type { ProductPromise } from "./promises.gql";
import { placeOf, promiseTones, promiseWords, rowsWords, tailOf } from "./promises.model";
import styles from "./Promises.module.css";

const icons = { KEPT: CircleCheck, BROKEN: CircleAlert, UNKNOWN: CircleQuestionMark } as const;

/** One promise: what it says, how it stands, and the rows that say otherwise. */
export const PromiseCard = (props: { of: ProductPromise }) => (
  <article class={`card ${styles.card}`} data-status={props.of.status} aria-label={props.of.title}>
    <header>
      <span class={styles.icon} aria-hidden="true">
        <Dynamic component={icons[props.of.status]} size={18} />
      </span>
      <h2>{props.of.title}</h2>
      <Tag tone={promiseTones[props.of.status]}>{promiseWords[props.of.status]}</Tag>
    </header>
    <p>{props.of.sentence}</p>
    <Show when={props.of.doubt}>
      <p class={styles.doubt}>{props.of.doubt}</p>
    </Show>
    <Show when={props.of.status === "BROKEN"}>
      <Rows of={props.of} />
    </Show>
    <Looked of={props.of} />
  </article>
);

const Rows = (props: { of: ProductPromise }) => (
  <section class={styles.rows} aria-label={`Rows that break it: ${props.of.title}`}>
    <h3>
      {rowsWords(props.of)}
      <Show when={props.of.brokenSince}>
        {(since) => (
          <>
            , broken since <Time at={since()} exact />
          </>
        )}
      </Show>
    </h3>
    <ul>
      <For each={props.of.offending}>
        {(row) => (
          <li>
            <A href={placeOf(row)} data-row={row.nodeId ?? row.label}>
              {row.label}
            </A>
            <span>
              {row.detail}
              <Show when={row.kind === "MESSAGE" && row.nodeId}>
                {(id) => (
                  <>
                    {" "}
                    <code title={id()}>{tailOf(id())}</code>
                  </>
                )}
              </Show>
            </span>
          </li>
        )}
      </For>
    </ul>
  </section>
);

const Looked = (props: { of: ProductPromise }) => (
  <Show when={props.of.checkedAt}>
    {(at) => (
      <small class={styles.looked}>
        Looked at <Time at={at()} />
        <Show when={props.of.durationMs !== null}>
          <span class="num"> in {props.of.durationMs} ms</span>
        </Show>
        <Show when={props.of.checkedWholeAt}>
          {(whole) => (
            <>
              {" "}
              · as a whole <Time at={whole()} />
            </>
          )}
        </Show>
      </small>
    )}
  </Show>
);
