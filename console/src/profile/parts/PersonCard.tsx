import { createEffect, createSignal, For, on, Show } from "solid-js";
import { useSend } from "../../api/send";
import { sentence } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Clash } from "../../ui/Clash";
import { Copyable } from "../../ui/Copyable";
import { Refusal } from "../../ui/Refusal";
import { TextField } from "../../ui/Field";
import { Card } from "../../ui/Layout";
import { Tag } from "../../ui/Tag";
import { toast } from "../../ui/toast";
import { useRefusal } from "../../ui/use-refusal";
import { UpdateProfile, type OwnProfile } from "../profile.gql";
import styles from "../Profile.module.css";

/** Name, which can be changed; address, role and teams, which others decide. */
export const PersonCard = (props: { me: OwnProfile; again: () => void }) => (
  <Card title="You">
    <NameForm me={props.me} again={props.again} />
    <dl class={`facts ${styles.facts}`}>
      <dt>E-mail</dt>
      <dd>
        <Copyable value={props.me.email} label="address" />
      </dd>
      <dt>Organisation</dt>
      <dd>{props.me.organisation}</dd>
      <dt>Role</dt>
      <dd>{sentence(props.me.role)}</dd>
      <dt>Teams</dt>
      <dd class={styles.teams}>
        <For each={props.me.teams} fallback={<span class="dim">None</span>}>
          {(team) => <Tag>{team.name}</Tag>}
        </For>
      </dd>
    </dl>
    <p class={styles.note}>
      Your address cannot be changed. An administrator changes your role and your teams.
    </p>
  </Card>
);

function NameForm(props: { me: OwnProfile; again: () => void }) {
  const { send, busy } = useSend();
  const { errors, failure, show } = useRefusal();
  const [name, setName] = createSignal(props.me.name);
  // What the typing began with. A profile that is loaded under the typing must not make it look up to date.
  const [base, setBase] = createSignal({ ...props.me });
  const isChanged = () => name().trim() !== base().name;
  const begin = (me: OwnProfile) => {
    setBase(() => ({ ...me }));
    setName(me.name);
  };
  const clashes = () => failure()?.code === "CONFLICT";
  createEffect(
    on(
      () => [props.me.name, props.me.version],
      () => !isChanged() && begin(props.me),
      { defer: true },
    ),
  );
  let form!: HTMLFormElement;
  const save = async (expectedVersion: number) => {
    const input = { name: name().trim(), expectedVersion };
    const { done, failure: refused } = await send(UpdateProfile, { input });
    show(form, refused);
    if (done) {
      begin({ ...props.me, ...done.user });
      toast("Name saved", done.user.name);
    }
    if (done || clashes()) props.again();
  };
  const takeTheirs = () => {
    show(form, undefined);
    begin(props.me);
    form.querySelector("input")?.focus();
  };
  return (
    <form
      ref={(element) => (form = element)}
      class={styles.name}
      novalidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy() && isChanged() && !clashes()) void save(base().version);
      }}
    >
      <TextField
        label="Name"
        name="name"
        autocomplete="name"
        value={name()}
        onValue={setName}
        hint="How others see you, in lists and in the audit log."
        error={errors()["name"]}
      />
      <Show when={!clashes() && failure()}>{(refused) => <Refusal of={refused()} />}</Show>
      <Show
        when={clashes()}
        fallback={
          <div class="actions">
            <Button
              type="submit"
              busy={busy()}
              aria-disabled={isChanged() ? undefined : "true"}
              title={isChanged() ? undefined : "The name is as it was"}
            >
              Save name
            </Button>
          </div>
        }
      >
        <Clash
          what="your profile"
          now={props.me.name}
          busy={busy()}
          onMine={() => void save(props.me.version)}
          onTheirs={takeTheirs}
        />
      </Show>
    </form>
  );
}
