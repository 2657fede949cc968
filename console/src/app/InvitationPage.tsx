import { batch, createSignal, onMount, Show } from "solid-js";
import { adopt, announceSignIn, session } from "../api/session";
import { signOut } from "../api/sign-out";
import { Button } from "../ui/Button";
import { TextField } from "../ui/Field";
import { PasswordField } from "../ui/PasswordField";
import { Problem } from "../ui/Problem";
import { toast } from "../ui/toast";
import { useRefusal } from "../ui/use-refusal";
import { ask, refusals } from "./ask";
import { BackToSignIn, Doorway } from "./Doorway";
import { enter, token } from "./doors";
import styles from "./SignIn.module.css";

const acceptDocument = `mutation AcceptInvitation($token: String!, $name: String, $password: String!) {
  outcome: acceptInvitation(token: $token, name: $name, password: $password) {
    kind: __typename
    ... on AcceptInvitationSuccess { accessToken expiresAt user { email } }
    ${refusals}
  }
}`;

interface Accepted {
  accessToken: string;
  expiresAt: string;
  user: { email: string };
}

/** Where the link of an invitation leads: choose a name and a password, and be signed in. */
export function InvitationPage() {
  const [spent, setSpent] = createSignal(false);
  return (
    <Show when={token() && !spent()} fallback={<NoLink spent={spent()} />}>
      <Show when={session() === "signedOut"} fallback={<SomebodyElse />}>
        <Accept onSpent={() => setSpent(true)} />
      </Show>
    </Show>
  );
}

function Accept(props: { onSpent: () => void }) {
  const { errors, failure, show } = useRefusal();
  const [busy, setBusy] = createSignal(false);
  let form!: HTMLFormElement;
  onMount(() => form.querySelector("input")?.focus());
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    const entered = new FormData(form);
    const name = String(entered.get("name")).trim() || null;
    setBusy(true);
    const password = String(entered.get("password"));
    const { done, failure: refused } = await ask<Accepted>(acceptDocument, {
      token: token(),
      name,
      password,
    });
    setBusy(false);
    if (refused?.code === "INVALID_CREDENTIALS") return props.onSpent();
    if (!done) return show(form, refused);
    announceSignIn();
    batch(() => {
      enter();
      adopt(done);
    });
    toast("Your account is ready", `You are signed in as ${done.user.email}.`);
  };
  return (
    <Doorway title="Accept your invitation" lead="Choose how people here see you, and a password.">
      <form ref={(element) => (form = element)} onSubmit={(event) => void submit(event)} novalidate>
        <Show when={failure()}>{(refused) => <Problem message={refused().message} />}</Show>
        <TextField
          label="Your name"
          name="name"
          autocomplete="name"
          optional
          hint="Left empty, it stays as it is in the invitation."
          error={errors()["name"]}
        />
        <PasswordField
          label="Password"
          name="password"
          autocomplete="new-password"
          rules
          error={errors()["password"]}
        />
        <Button type="submit" tone="primary" busy={busy()}>
          {busy() ? "Signing you in" : "Accept and sign in"}
        </Button>
      </form>
    </Doorway>
  );
}

const NoLink = (props: { spent: boolean }) => (
  <Doorway
    title={props.spent ? "This link is not good any more" : "Open the link from your mail"}
    lead={
      props.spent
        ? "It was used already, a newer one has replaced it, or it is older than 72 hours."
        : "This page needs the link of your invitation. Opening it uses nothing up; you may do so again."
    }
  >
    <Show when={props.spent}>
      <ul class={styles.ways}>
        <li>You accepted before? Then sign in with the password you chose.</li>
        <li>You did not? Ask whoever invited you for a new link. It takes them one press on “Resend”.</li>
      </ul>
    </Show>
    <BackToSignIn />
  </Doorway>
);

const SomebodyElse = () => (
  <Doorway
    title="You are signed in already"
    lead="This browser is signed in to Postwatch. Sign out to accept the invitation here, or open its link in another browser."
  >
    <div class={styles.choices}>
      <Button tone="primary" onClick={() => void signOut()}>
        Sign out and accept
      </Button>
      <Button onClick={() => enter()}>Stay signed in</Button>
    </div>
  </Doorway>
);
