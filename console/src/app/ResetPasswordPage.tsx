import { createSignal, onMount, Show } from "solid-js";
import { refreshSession, session } from "../api/session";
import { Button } from "../ui/Button";
import { PasswordField } from "../ui/PasswordField";
import { Problem } from "../ui/Problem";
import { useRefusal } from "../ui/use-refusal";
import { ask, refusals } from "./ask";
import { BackToSignIn, DoorLink, Doorway } from "./Doorway";
import { enter, setNews, token } from "./doors";
import styles from "./SignIn.module.css";

const resetDocument = `mutation ResetPassword($token: String!, $password: String!) {
  outcome: resetPassword(token: $token, password: $password) {
    kind: __typename
    ... on ResetPasswordSuccess { reset }
    ${refusals}
  }
}`;

/** Where the link of a reset leads: choose a new password, then sign in with it. */
export function ResetPasswordPage() {
  const [spent, setSpent] = createSignal(false);
  return (
    <Show when={token() && !spent()} fallback={<NoLink spent={spent()} />}>
      <Choose onSpent={() => setSpent(true)} />
    </Show>
  );
}

function Choose(props: { onSpent: () => void }) {
  const { errors, failure, show } = useRefusal();
  const [busy, setBusy] = createSignal(false);
  let form!: HTMLFormElement;
  onMount(() => form.querySelector("input")?.focus());
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    const password = String(new FormData(form).get("password"));
    setBusy(true);
    const { failure: refused } = await ask(resetDocument, { token: token(), password });
    // Whoever was signed in here with the old password is so no more.
    if (!refused && session() === "signedIn") await refreshSession();
    setBusy(false);
    if (refused?.code === "INVALID_CREDENTIALS") return props.onSpent();
    if (refused) return show(form, refused);
    enter();
    setNews("Your password is changed, and all your sessions have ended. Sign in with the new one.");
  };
  return (
    <Doorway title="Choose a new password" lead="It ends all your sessions, on every device.">
      <form ref={(element) => (form = element)} onSubmit={(event) => void submit(event)} novalidate>
        <Show when={failure()}>{(refused) => <Problem message={refused().message} />}</Show>
        <PasswordField
          label="New password"
          name="password"
          autocomplete="new-password"
          rules
          error={errors()["password"]}
        />
        <Button type="submit" tone="primary" busy={busy()}>
          Save the new password
        </Button>
      </form>
      <BackToSignIn />
    </Doorway>
  );
}

const NoLink = (props: { spent: boolean }) => (
  <Doorway
    title={props.spent ? "This link is not good any more" : "Open the link from your mail"}
    lead={
      props.spent
        ? "It was used already, a newer one has replaced it, or it is older than an hour. Your password is as it was."
        : "This page needs the link from your mail. Opening it uses nothing up; you may do so again."
    }
  >
    <p class={styles.said}>
      <DoorLink to="forgot-password">Ask for a new link</DoorLink>
    </p>
    <BackToSignIn />
  </Doorway>
);
