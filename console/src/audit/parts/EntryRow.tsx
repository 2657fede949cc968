import { A } from "@solidjs/router";
import { Show } from "solid-js";
import { Tag } from "../../ui/Tag";
import { Time } from "../../ui/Time";
import type { Entry } from "../audit.gql";
import { actorName, outcomeLabels, outcomeTones, targetName } from "../audit.model";
import styles from "../Audit.module.css";

/** One entry in a line. All of the row opens it; the time is what the keyboard opens. */
export const EntryRow = (props: {
  entry: Entry;
  index: number;
  isOpen: boolean;
  isFresh: boolean;
  isRelative: boolean;
  onOpen: () => void;
}) => {
  const target = () => props.entry.targets[0];
  return (
    <tr
      aria-rowindex={props.index + 2}
      data-fresh={props.isFresh ? "" : undefined}
      data-open={props.isOpen ? "" : undefined}
      onClick={(event) => {
        // Somebody who selects text does not want to open it.
        if (!event.defaultPrevented && getSelection()?.isCollapsed !== false) props.onOpen();
      }}
    >
      <td class="mono dim">
        <Time at={props.entry.at} exact={!props.isRelative} />
      </td>
      <td data-wide>
        <span class="clip" title={props.entry.actor.email ?? undefined}>
          {actorName(props.entry.actor)}
        </span>
      </td>
      <td>
        <A
          class={styles.sentence}
          href={`/audit?entry=${props.entry.id}`}
          data-row={props.entry.id}
          title={`${props.entry.sentence} (${props.entry.action})`}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            event.stopPropagation();
            props.onOpen();
          }}
        >
          {props.entry.sentence}
        </A>
      </td>
      <td>
        <Show when={props.entry.outcome !== "SUCCESS"} fallback={<span class="dim">Success</span>}>
          <Tag tone={outcomeTones[props.entry.outcome]}>{outcomeLabels[props.entry.outcome]}</Tag>
        </Show>
      </td>
      <td data-wide>
        <Show when={target()}>
          {(it) => (
            <span class="clip dim" title={`${it().type} ${it().id}`}>
              {targetName(it())}
            </span>
          )}
        </Show>
      </td>
    </tr>
  );
};
