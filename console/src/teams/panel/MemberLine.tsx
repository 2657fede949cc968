import { Show } from "solid-js";
import { useMe } from "../../app/me";
import { initials, sentence } from "../../lib/format";
import { Button } from "../../ui/Button";
import { X } from "../../ui/icons";
import { userTones } from "../../ui/status";
import { Tag } from "../../ui/Tag";
import { toast } from "../../ui/toast";
import type { Member } from "../teams.gql";
import type { Reach } from "../teams.model";
import styles from "../Teams.module.css";

const press = (why: string | undefined, run: () => void) => (why ? toast(why, undefined, "bad") : run());

/** One member, with what can be done; what cannot says why, also to whoever presses it. */
export function MemberLine(props: {
  member: Member;
  reach: Reach;
  onTurn: () => void;
  onRemove: () => void;
}) {
  const me = useMe();
  const user = () => props.member.user;
  const name = () => user().name || user().email;
  const whyNoLead = () => props.reach.lead(user());
  const whyNoRemoval = () => props.reach.person(user());
  return (
    <li>
      <span class="avatar" aria-hidden="true">
        {initials(name())}
      </span>
      <span class={styles.who}>
        <span>
          <b class="clip">{name()}</b>
          <Show when={user().id === me().id}>
            <small>you</small>
          </Show>
          <Show when={props.member.isLead}>
            <Tag>Lead</Tag>
          </Show>
          <Show when={user().status !== "ACTIVE"}>
            <Tag tone={userTones[user().status]}>{sentence(user().status)}</Tag>
          </Show>
        </span>
        <small class="clip">
          {sentence(user().role)} · {user().email}
        </small>
      </span>
      <Show when={!props.reach.members}>
        <span class={styles.acts}>
          <Button
            small
            tone="quiet"
            writes
            aria-label={`${props.member.isLead ? "Unmake lead" : "Make lead"}: ${name()}`}
            aria-disabled={whyNoLead() ? "true" : undefined}
            title={whyNoLead()}
            onClick={() => press(whyNoLead(), props.onTurn)}
          >
            {props.member.isLead ? "Unmake lead" : "Make lead"}
          </Button>
          <button
            type="button"
            class="icon"
            aria-label={`Remove: ${name()}`}
            aria-disabled={whyNoRemoval() ? "true" : undefined}
            title={whyNoRemoval() ?? "Remove from the team"}
            onClick={() => press(whyNoRemoval(), props.onRemove)}
          >
            <X size={14} aria-hidden="true" />
          </button>
        </span>
      </Show>
    </li>
  );
}
