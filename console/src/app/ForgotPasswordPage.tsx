import { createSignal, onMount, Show } from "solid-js";
import { Button } from "../ui/Button";
import { TextField } from "../ui/Field";
import { Problem } from "../ui/Problem";
import { useRefusal } from "../ui/use-refusal";
import { ask, refusals } from "./ask";
import { BackToSignIn, Doorway } from "./Doorway";
import styles from "./SignIn.module.css";

const requestDocument = `mutation RequestPasswordReset($email: String!) {
  outcome: requestPasswordReset(email: $email) {
    kind: __typename
    ... on RequestPasswordResetSuccess { requested }
    ${refusals}
  }
}`;

/** Asks for a link to choose a new password. It says the same for every address: who has an account is not told. */
export function ForgotPasswordPage() {
  const [sentTo, setSentTo] = createSignal<string>();
  return (
    <Show when={sentTo()} fallback={<Request onSent={setSentTo} />}>
      {(email) => <Sent email={email()} again={() => setSentTo(undefined)} />}
    </Show>
  );
}

function Request(props: { onSent: (email: string) => void }) {
  const { errors, failure, show } = useRefusal();
  const [busy, setBusy] = createSignal(false);
  let form!: HTMLFormElement;
  onMount(() => form.querySelector("input")?.focus());
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    const email = String(new FormData(form).get("email")).trim();
    setBusy(true);
    const { failure: refused } = await ask(requestDocument, { email });
    setBusy(false);
    show(form, refused);
    if (!refused) props.onSent(email);
  };
  return (
    <Doorway
      title="Forgot your password?"
      lead="Enter your address, and we mail you a link to choose a new one."
    >
      <form ref={(element) => (form = element)} onSubmit={(event) => void submit(event)} novalidate>
        <Show when={failure()}>{(refused) => <Problem message={refused().message} />}</Show>
        <TextField
          label="E-mail"
          name="email"
          type="email"
          autocomplete="username"
          inputmode="email"
          required
          error={errors()["email"]}
        />
        <Button type="submit" tone="primary" busy={busy()}>
          Mail me a link
        </Button>
      </form>
      <BackToSignIn />
    </Doorway>
  );
}

function Sent(props: { email: string; again: () => void }) {
  let said!: HTMLElement;
  onMount(() => said.focus());
  return (
    <Doorway title="Look into your mailbox">
      <div ref={(element) => (said = element)} class={styles.said} role="status" tabindex="-1">
        <p>
          If <b>{props.email}</b> has an account here, a link is on its way. It is good for one hour and for
          one use.
        </p>
        <p>Nothing there after a few minutes? Look among the unwanted mail, and check the address above.</p>
      </div>
      <div class={styles.choices}>
        <Button onClick={() => props.again()}>Use another address</Button>
      </div>
      <BackToSignIn />
    </Doorway>
  );
}
