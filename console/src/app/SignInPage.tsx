import { createSignal, onMount, Show } from "solid-js";
import { post } from "../api/post";
import { adopt, announceSignIn, expired } from "../api/session";
import { departure, tryLeavingAgain, type Departure } from "../api/sign-out";
import { Button } from "../ui/Button";
import { TextField } from "../ui/Field";
import { PasswordField } from "../ui/PasswordField";
import { Problem } from "../ui/Problem";
import { DoorLink, Doorway } from "./Doorway";
import { news } from "./doors";
import styles from "./SignIn.module.css";

const signInDocument = `mutation SignIn($email: String!, $password: String!) {
  signIn(email: $email, password: $password) {
    kind: __typename
    ... on SignInSuccess { accessToken expiresAt }
    ... on InvalidCredentials { message }
    ... on InvalidInput { message issues { path message } }
  }
}`;

interface SignInAnswer {
  signIn:
    | { kind: "SignInSuccess"; accessToken: string; expiresAt: string }
    | { kind: "InvalidCredentials"; message: string }
    | { kind: "InvalidInput"; message: string; issues: { path: string[]; message: string }[] };
}

interface Faults {
  email?: string;
  password?: string;
  form?: string;
}

function missing(email: string, password: string): Faults | undefined {
  const faults: Faults = {};
  if (!email.includes("@"))
    faults.email = email ? `“${email}” is not an e-mail address.` : "Enter your e-mail address.";
  if (!password) faults.password = "Enter your password.";
  return faults.email || faults.password ? faults : undefined;
}

async function signIn(email: string, password: string): Promise<Faults | undefined> {
  try {
    const { data, errors } = await post<SignInAnswer>(signInDocument, { email, password });
    const answer = data?.signIn;
    if (!answer) return { form: errors?.[0]?.message ?? "The server gave no answer. Try again." };
    if (answer.kind === "SignInSuccess") {
      announceSignIn();
      adopt(answer);
      return undefined;
    }
    if (answer.kind === "InvalidCredentials") return { form: answer.message };
    const issues = answer.issues.map((issue) => [issue.path.at(-1), issue.message] as const);
    return issues.length ? Object.fromEntries(issues) : { form: answer.message };
  } catch (error) {
    return { form: error instanceof Error ? error.message : "Signing in failed. Try again." };
  }
}

/** E-mail and password. The address of the page stays as it is, so signing in leads where one wanted to go. */
export function SignInPage() {
  const [faults, setFaults] = createSignal<Faults>({});
  const [busy, setBusy] = createSignal(false);
  let form!: HTMLFormElement;
  onMount(() => form.querySelector<HTMLInputElement>("[name=email]")?.focus());
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    const entered = new FormData(form);
    const email = String(entered.get("email")).trim();
    const password = String(entered.get("password"));
    setBusy(true);
    const found = missing(email, password) ?? (await signIn(email, password));
    setBusy(false);
    if (!found) return;
    setFaults(found);
    const field = found.email ? "email" : "password";
    form.querySelector<HTMLInputElement>(`[name=${field}]`)?.focus();
    if (found.form) form.querySelector<HTMLInputElement>("[name=password]")?.select();
  };
  return (
    <Doorway title="Sign in" lead="E-mail campaigns that account for every message.">
      <Show when={departure()}>{(how) => <Leaving how={how()} />}</Show>
      <Show when={news() ?? (expired() && "Your session has ended. Sign in to go on where you were.")}>
        {(said) => <Problem tone="note" message={said()} />}
      </Show>
      <form ref={(element) => (form = element)} onSubmit={(event) => void submit(event)} novalidate>
        <Show when={faults().form}>{(message) => <Problem message={message()} />}</Show>
        <TextField
          label="E-mail"
          name="email"
          type="email"
          autocomplete="username"
          inputmode="email"
          error={faults().email}
          required
        />
        <PasswordField
          label="Password"
          name="password"
          autocomplete="current-password"
          error={faults().password}
        />
        <span class={styles.forgot}>
          <DoorLink to="forgot-password">Forgot your password?</DoorLink>
        </span>
        <Button type="submit" tone="primary" busy={busy()}>
          {busy() ? "Signing in" : "Sign in"}
        </Button>
      </form>
    </Doorway>
  );
}

const Leaving = (props: { how: Departure }) => (
  <Show
    when={!props.how.confirmed && props.how}
    fallback={<Problem tone="note" message="Signing out is confirmed now." />}
  >
    {(failed) => (
      <Problem
        message={
          <>
            <b>Signing out is not confirmed.</b> {failed().why} Until it is, your session goes on at the
            server. It is tried again by itself; stay on this page.
          </>
        }
        retry={tryLeavingAgain}
        retryLabel="Try again"
      />
    )}
  </Show>
);
