import { Show } from "solid-js";
import { count, plural } from "../../lib/format";
import { Tag } from "../../ui/Tag";
import { Time } from "../../ui/Time";
import type { Stream } from "./settings.gql";
import { standing } from "./settings.model";
import styles from "./AuditSettings.module.css";

/** How a stream stands: how far it has come, what waits, and what went wrong last. */
export const StreamFacts = (props: { stream: Stream }) => (
  <dl class="facts">
    <dt>State</dt>
    <dd>
      <Tag tone={standing(props.stream).tone}>{standing(props.stream).word}</Tag>
      <Show when={props.stream.pausedAt}>
        {(at) => (
          <>
            {" "}
            since <Time at={at()} exact />
          </>
        )}
      </Show>
    </dd>
    <dt>Delivered</dt>
    <dd>
      <Show when={props.stream.deliveredAt} fallback={<span class="dim">Nothing yet</span>}>
        {(at) => (
          <>
            <span class="num">up to number {count(props.stream.cursorSeq)}</span>, <Time at={at()} />
          </>
        )}
      </Show>
    </dd>
    <dt>Waiting</dt>
    <dd class="num">{plural(props.stream.waiting, "entry", "entries")}</dd>
    <Show when={props.stream.failingSince}>
      {(since) => (
        <>
          <dt>Failing since</dt>
          <dd>
            <Time at={since()} exact />
          </dd>
          <Show when={props.stream.nextTryAt}>
            {(at) => (
              <>
                <dt>Next try</dt>
                <dd>
                  <Time at={at()} exact />
                </dd>
              </>
            )}
          </Show>
        </>
      )}
    </Show>
    <Show when={props.stream.lastError}>
      {(error) => (
        <>
          <dt>Last error</dt>
          <dd class={styles.error}>{error()}</dd>
        </>
      )}
    </Show>
    <dt>Made</dt>
    <dd>
      <Time at={props.stream.createdAt} exact />
    </dd>
  </dl>
);
