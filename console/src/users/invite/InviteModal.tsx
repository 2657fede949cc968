import { createQuery } from "@urql/solid";
import { createSignal, Show } from "solid-js";
import { useCan } from "../../app/me";
import { plural, sentence } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Modal } from "../../ui/dialogs";
import { AreaField, SelectField } from "../../ui/Field";
import { toast } from "../../ui/toast";
import { TeamsQuery, type Role } from "../users.gql";
import { roleMeaning, roles } from "../users.model";
import { leftOver, readInvitees, summaryOf } from "./invite.model";
import { InviteResults } from "./InviteResults";
import { TeamChecks } from "./TeamChecks";
import { useInviting } from "./use-inviting";
import styles from "./Invite.module.css";

const roleChoices = roles.map((role) => ({ value: role, label: sentence(role) }));

/**
 * Invites one person or many. Each address has its own result; whoever was not invited stays in the box with the
 * reason, so that nothing is lost when one fails.
 */
export function InviteModal(props: { onClose: () => void }) {
  const can = useCan();
  const [teams] = createQuery({ query: TeamsQuery, requestPolicy: "cache-and-network" });
  const [text, setText] = createSignal("");
  const [role, setRole] = createSignal<Role>("USER");
  const [teamIds, setTeamIds] = createSignal<readonly string[]>([]);
  const [error, setError] = createSignal<string>();
  const [teamError, setTeamError] = createSignal<string>();
  const inviting = useInviting();
  const anyRole = () => can("USER_ROLE_ASSIGN");
  // The server lists to a manager the teams that they belong to: those are what they may invite into.
  const choosable = () => (teams.data?.teams.edges ?? []).map((edge) => edge.node);
  const mustChoose = () => !anyRole() && choosable().length > 1 && !teamIds().length;
  const invitees = () => readInvitees(text());
  let form: HTMLFormElement | undefined;
  const box = () => form?.querySelector("textarea");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (inviting.busy()) return;
    const wanted = invitees();
    setError(wanted.length ? undefined : "Write at least one address.");
    setTeamError(mustChoose() ? "Choose at least one of your teams." : undefined);
    if (!wanted.length) return box()?.focus();
    if (mustChoose()) return form?.querySelector<HTMLElement>("[type=checkbox]")?.focus();
    const results = await inviting.invite(wanted, { role: role(), teamIds: teamIds() });
    setText(leftOver(results));
    if (results.every((each) => each.verdict === "INVITED")) {
      toast(
        `${plural(results.length, "invitation")} sent`,
        namesIn(results.map((each) => each.invitee.email)),
      );
      return props.onClose();
    }
    box()?.focus();
  };
  const toggle = (id: string, on: boolean) => {
    setTeamError(undefined);
    setTeamIds((all) => (on ? [...all, id] : all.filter((each) => each !== id)));
  };
  return (
    <Modal
      title="Invite people"
      description="Each gets a mail with a link to choose a password."
      onClose={props.onClose}
      width={540}
    >
      <form ref={(element) => (form = element)} onSubmit={(event) => void submit(event)} novalidate>
        <div class={styles.inviteform}>
          <Show when={inviting.results().length}>
            <InviteResults results={inviting.results()} summary={summaryOf(inviting.results())} />
          </Show>
          <AreaField
            label={inviting.results().length ? "Still to invite" : "Addresses"}
            name="addresses"
            rows={4}
            autocomplete="off"
            spellcheck={false}
            placeholder={"ada@example.com, Ken Sato <ken@example.com>"}
            value={text()}
            onValue={setText}
            error={error()}
            hint={
              invitees().length > 1
                ? `${plural(invitees().length, "address", "addresses")}.`
                : "One or many, separated by commas or line breaks."
            }
          />
          <Show
            when={anyRole()}
            fallback={
              <p class={styles.fixedrole}>
                <b>Role: User.</b> <span class="dim">{roleMeaning.USER} An Admin can give another role.</span>
              </p>
            }
          >
            <SelectField
              label="Role"
              choices={roleChoices}
              value={role()}
              hint={roleMeaning[role()]}
              onValue={(value) => setRole(value as Role)}
            />
          </Show>
          <Show when={choosable().length}>
            <TeamChecks
              teams={choosable()}
              chosen={teamIds()}
              optional={anyRole()}
              error={teamError()}
              onToggle={toggle}
            />
          </Show>
        </div>
        <footer class={styles.invitefoot}>
          <span class="num" role="status">
            {inviting.progress()}
          </span>
          <Button onClick={() => props.onClose()}>{inviting.results().length ? "Done" : "Cancel"}</Button>
          <Button type="submit" tone="primary" busy={inviting.busy()}>
            {invitees().length > 1 ? `Send ${invitees().length} invitations` : "Send invitation"}
          </Button>
        </footer>
      </form>
    </Modal>
  );
}

const namesIn = (emails: readonly string[]) =>
  emails.length > 3 ? `${emails.slice(0, 2).join(", ")} and ${emails.length - 2} more` : emails.join(", ");
