import { Show } from "solid-js";
import { useMe } from "../../app/me";
import { initials, sentence } from "../../lib/format";
import { SortHeader, type Sort } from "../../ui/SortHeader";
import { userTones } from "../../ui/status";
import { Tag } from "../../ui/Tag";
import { Time } from "../../ui/Time";
import type { Person } from "../users.gql";
import { statusMeaning } from "../users.model";
import styles from "../Users.module.css";

export const PeopleHead = (props: { sort: Sort; onSort: (text: string) => void }) => (
  <tr>
    <SortHeader field="NAME" label="Name" first="ASC" sort={props.sort} onSort={props.onSort} />
    <th scope="col">Role</th>
    <th scope="col">Status</th>
    <th scope="col" data-wide>
      Teams
    </th>
    <SortHeader wide field="LAST_SEEN_AT" label="Last seen" sort={props.sort} onSort={props.onSort} />
  </tr>
);

/** One person; anywhere in the row opens the panel, the name is what the keyboard stops at. */
export function PersonLine(props: { person: Person; open: boolean; onOpen: () => void }) {
  const me = useMe();
  return (
    <tr data-open={props.open ? "" : undefined} class={styles.row} onClick={() => props.onOpen()}>
      <td class={styles.who}>
        <div>
          <span
            class="avatar"
            aria-hidden="true"
            data-faint={props.person.status === "ACTIVE" ? undefined : ""}
          >
            {initials(props.person.name || props.person.email)}
          </span>
          <span>
            <button type="button" class="rowlink clip" data-row={props.person.id}>
              {props.person.name || props.person.email}
            </button>
            <Show when={props.person.id === me().id}>
              <small> · you</small>
            </Show>
            <small class="clip">{props.person.email}</small>
          </span>
        </div>
      </td>
      <td>{sentence(props.person.role)}</td>
      <td>
        <Tag tone={userTones[props.person.status]} title={statusMeaning[props.person.status]}>
          {sentence(props.person.status)}
        </Tag>
      </td>
      <td class={styles.teams} data-wide>
        <div class="clip" title={teamNames(props.person)}>
          {teamNames(props.person) || <span class="dim">–</span>}
        </div>
      </td>
      <td class="dim" data-wide>
        <Show when={props.person.lastSeenAt} fallback="Never">
          {(at) => <Time at={at()} />}
        </Show>
      </td>
    </tr>
  );
}

const teamNames = (person: Person) => person.teams.map((team) => team.name).join(", ");
