import { createSignal, Show } from "solid-js";
import { useCan } from "../../app/me";
import { Button } from "../../ui/Button";
import { Copyable } from "../../ui/Copyable";
import { Pencil } from "../../ui/icons";
import { Time } from "../../ui/Time";
import type { PersonDetails } from "../users.gql";
import { statusMeaning } from "../users.model";
import { NameForm } from "./NameForm";
import { Section } from "./Section";

/** Who they are. The name can be corrected. */
export function Profile(props: { person: PersonDetails; isMe: boolean; again: () => void }) {
  const can = useCan();
  const [editing, setEditing] = createSignal(false);
  let pencil: HTMLButtonElement | undefined;
  const close = () => {
    setEditing(false);
    pencil?.focus();
  };
  return (
    <Section
      title="Profile"
      aside={
        <Show when={can("USER_MANAGE") && props.person.status !== "ERASED" && !editing()}>
          <Button
            ref={(element) => (pencil = element)}
            small
            tone="quiet"
            icon={Pencil}
            onClick={() => setEditing(true)}
          >
            Edit name
          </Button>
        </Show>
      }
    >
      <Show when={editing()}>
        <NameForm person={props.person} again={props.again} onClose={close} />
      </Show>
      <dl class="facts">
        <Show when={!editing()}>
          <dt>Name</dt>
          <dd>
            {props.person.name || <span class="dim">Not given</span>}
            {props.isMe && <span class="dim"> · you</span>}
          </dd>
        </Show>
        <dt>E-mail</dt>
        <dd>
          <Copyable value={props.person.email} label="address" />
        </dd>
        <Show when={props.person.status !== "ACTIVE"}>
          <dt>Status</dt>
          <dd>{statusMeaning[props.person.status]}</dd>
        </Show>
        <dt>Last seen</dt>
        <dd>
          <Show when={props.person.lastSeenAt} fallback="Never">
            {(at) => <Time at={at()} />}
          </Show>
        </dd>
        <dt>Added</dt>
        <dd>
          <Time at={props.person.createdAt} exact />
        </dd>
        <dt>Id</dt>
        <dd>
          <Copyable value={props.person.id} label="id" mono />
        </dd>
      </dl>
    </Section>
  );
}
