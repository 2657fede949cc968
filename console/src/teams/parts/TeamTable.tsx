import { Show } from "solid-js";
import { count, initials } from "../../lib/format";
import { Tag } from "../../ui/Tag";
import { Time } from "../../ui/Time";
import type { TeamRow } from "../teams.gql";
import styles from "../Teams.module.css";

export const TeamHead = () => (
  <tr>
    <th scope="col">Name</th>
    <th scope="col" data-end>
      Members
    </th>
    <th scope="col" data-wide>
      Created
    </th>
  </tr>
);

/** One team; anywhere in the row opens the panel, the name is what the keyboard stops at. */
export const TeamLine = (props: { team: TeamRow; open: boolean; onOpen: () => void }) => (
  <tr data-open={props.open ? "" : undefined} class={styles.row}>
    <td class={styles.name}>
      <div>
        <span class={styles.badge} data-faint={props.team.isArchived ? "" : undefined} aria-hidden="true">
          {initials(props.team.name)}
        </span>
        <button type="button" class="rowlink clip" data-row={props.team.id} onClick={() => props.onOpen()}>
          {props.team.name}
        </button>
        <Show when={props.team.isArchived}>
          <Tag>Archived</Tag>
        </Show>
      </div>
    </td>
    <td class="num" data-end>
      {count(props.team.memberCount)}
    </td>
    <td class="dim" data-wide>
      <Time at={props.team.createdAt} />
    </td>
  </tr>
);
