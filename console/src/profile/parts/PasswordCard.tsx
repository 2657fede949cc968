import { createSignal, Show } from "solid-js";
import type { Failure } from "../../api/failure";
import { useSend } from "../../api/send";
import { Button } from "../../ui/Button";
import { Refusal } from "../../ui/Refusal";
import { Card } from "../../ui/Layout";
import { PasswordField } from "../../ui/PasswordField";
import { toast } from "../../ui/toast";
import { useRefusal } from "../../ui/use-refusal";
import { ChangePassword } from "../profile.gql";
import styles from "../Profile.module.css";

/** A refusal without a field of its own is put at the field that it is about. */
function placed(
  failure: Failure | undefined,
  currentPassword: string,
  newPassword: string,
): Failure | undefined {
  const issues = [
    ...(currentPassword ? [] : [{ path: "currentPassword", message: "Enter your current password." }]),
    ...(newPassword ? [] : [{ path: "newPassword", message: "Enter a new password." }]),
  ];
  if (issues.length) return { code: "BAD_USER_INPUT", message: "", issues };
  if (failure?.code !== "INVALID_CREDENTIALS") return failure;
  return { ...failure, issues: [{ path: "currentPassword", message: failure.message }] };
}

/** Asks for the current password, because an open screen must not be enough to take an account over. */
export function PasswordCard(props: { email: string; onChanged: () => void }) {
  const { send, busy } = useSend();
  const { errors, failure, show } = useRefusal();
  // A new key makes the fields anew, empty and hidden.
  const [turn, setTurn] = createSignal({});
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    const form = event.currentTarget as HTMLFormElement;
    const entered = new FormData(form);
    const currentPassword = String(entered.get("currentPassword"));
    const newPassword = String(entered.get("newPassword"));
    const missing = placed(undefined, currentPassword, newPassword);
    if (missing) return show(form, missing);
    const { failure: refused } = await send(ChangePassword, { currentPassword, newPassword });
    show(form, placed(refused, currentPassword, newPassword));
    if (refused) return;
    setTurn({});
    toast("Password changed", "All your other sessions have ended.");
    props.onChanged();
  };
  return (
    <Card title="Password">
      <Show when={turn()} keyed>
        <form class={styles.password} novalidate onSubmit={(event) => void submit(event)}>
          <Show when={failure()}>{(refused) => <Refusal of={refused()} />}</Show>
          {/* For password managers, which store by name. */}
          <input
            class="sr"
            type="text"
            autocomplete="username"
            value={props.email}
            readonly
            tabindex="-1"
            aria-hidden="true"
          />
          <PasswordField
            label="Current password"
            name="currentPassword"
            autocomplete="current-password"
            error={errors()["currentPassword"]}
          />
          <PasswordField
            label="New password"
            name="newPassword"
            autocomplete="new-password"
            rules
            error={errors()["newPassword"]}
          />
          <div class={styles.save}>
            <Button type="submit" tone="primary" busy={busy()}>
              Change password
            </Button>
            <span class="dim">It ends your sessions on all other devices.</span>
          </div>
        </form>
      </Show>
    </Card>
  );
}
