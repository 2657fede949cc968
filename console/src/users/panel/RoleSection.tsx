import { createQuery } from "@urql/solid";
import { createSignal, createUniqueId, For, Show } from "solid-js";
import { useCan } from "../../app/me";
import { sentence } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Problem } from "../../ui/States";
import { toast } from "../../ui/toast";
import { useSend } from "../../api/send";
import { AssignRole } from "../users-changes.gql";
import { RolePreviewQuery, type PersonDetails, type Role } from "../users.gql";
import { roleMeaning, roles } from "../users.model";
import { RolePreview } from "./RolePreview";
import { Section } from "./Section";
import { useLastAdmin } from "./use-last-admin";
import styles from "./Panel.module.css";

/** The role, and before it is changed, what the change takes away and what it adds. */
export function RoleSection(props: { person: PersonDetails; isMe: boolean; again: () => void }) {
  const can = useCan();
  return (
    <Section title="Role">
      <Show
        when={can("USER_ROLE_ASSIGN") && !props.isMe}
        fallback={
          <p>
            <b>{sentence(props.person.role)}</b>{" "}
            <span class="dim">
              {roleMeaning[props.person.role]}{" "}
              <Show when={can("USER_ROLE_ASSIGN")}>
                <OwnRole />
              </Show>
            </span>
          </p>
        }
      >
        <RoleForm person={props.person} again={props.again} />
      </Show>
    </Section>
  );
}

function OwnRole() {
  const isLast = useLastAdmin();
  return (
    <>
      {isLast()
        ? "This is your own role, and you are the only active Admin: make somebody else Admin first."
        : "This is your own role. Another Admin can change it."}
    </>
  );
}

function RoleForm(props: { person: PersonDetails; again: () => void }) {
  const id = createUniqueId();
  const { send, busy } = useSend();
  const [wanted, setWanted] = createSignal<Role>();
  const [refusal, setRefusal] = createSignal<string>();
  const changed = () => (wanted() === props.person.role ? undefined : wanted());
  const [preview, retry] = createQuery({
    query: RolePreviewQuery,
    variables: () => ({ userId: props.person.id, role: changed() ?? props.person.role }),
    pause: () => !changed(),
    requestPolicy: "network-only",
  });
  const choose = (role: Role | undefined) => {
    setRefusal(undefined);
    setWanted(role);
  };
  let group: HTMLFieldSetElement | undefined;
  const settle = () => {
    choose(undefined);
    group?.querySelector<HTMLElement>("input:checked")?.focus();
  };
  const save = async (role: Role) => {
    const { done, failure } = await send(AssignRole, {
      userId: props.person.id,
      role,
      expectedVersion: props.person.version,
    });
    setRefusal(failure?.message);
    if (failure?.code === "CONFLICT") props.again();
    if (!done) return;
    toast(
      `${props.person.name || props.person.email} is ${sentence(role)} now`,
      "It holds from their next click on.",
    );
    settle();
  };
  return (
    <>
      <fieldset class={styles.roles} ref={(element) => (group = element)}>
        <legend class="sr">Role</legend>
        <For each={roles}>
          {(role) => (
            <label data-chosen={(wanted() ?? props.person.role) === role ? "" : undefined}>
              <input
                type="radio"
                name={`role-${id}`}
                value={role}
                checked={(wanted() ?? props.person.role) === role}
                onChange={() => choose(role)}
              />
              <span>
                <b>{sentence(role)}</b>
                <Show when={props.person.role === role}>
                  <small> · now</small>
                </Show>
                <small>{roleMeaning[role]}</small>
              </span>
            </label>
          )}
        </For>
      </fieldset>
      <Show when={changed()}>
        {(role) => (
          <div class={styles.change} role="group" aria-label={`Change to ${sentence(role())}`}>
            <RolePreview result={preview} retry={() => retry({ requestPolicy: "network-only" })} />
            <Show when={refusal()}>{(message) => <Problem message={message()} />}</Show>
            <div class="actions">
              <Button
                tone="primary"
                small
                busy={busy() || preview.fetching}
                disabled={Boolean(preview.data?.roleChangePreview.obstacle)}
                onClick={() => void save(role())}
              >
                Change role to {sentence(role())}
              </Button>
              <Button small onClick={settle}>
                Keep {sentence(props.person.role)}
              </Button>
            </div>
          </div>
        )}
      </Show>
    </>
  );
}
