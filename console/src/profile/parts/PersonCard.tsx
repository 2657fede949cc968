import { createSignal, For, Show } from "solid-js";
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
    <p class={styles.note}>An administrator changes your address, your role and your teams.</p>
  </Card>
);

function NameForm(props: { me: OwnProfile; again: () => void }) {
  const { send, busy } = useSend();
  const { errors, failure, show } = useRefusal();
  const [name, setName] = createSignal(props.me.name);
  const isChanged = () => name().trim() !== props.me.name;
  const clashes = () => failure()?.code === "CONFLICT";
  let form!: HTMLFormElement;
  const save = async () => {
    const input = { name: name().trim(), expectedVersion: props.me.version };
    const { done, failure: refused } = await send(UpdateProfile, { input });
    show(form, refused);
    if (done) {
      setName(done.user.name);
      toast("Name saved", done.user.name);
    }
    if (done || clashes()) props.again();
  };
  const takeTheirs = () => {
    show(form, undefined);
    setName(props.me.name);
    form.querySelector("input")?.focus();
  };
  return (
    <form
      ref={(element) => (form = element)}
      class={styles.name}
      novalidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy() && isChanged()) void save();
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
          onMine={() => void save()}
          onTheirs={takeTheirs}
        />
      </Show>
    </form>
  );
}
