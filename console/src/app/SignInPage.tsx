import { createSignal, onMount, Show } from "solid-js";
import { post } from "../api/post";
import { adopt, announceSignIn, expired } from "../api/session";
import { Button } from "../ui/Button";
import { TextField } from "../ui/Field";
import { Mark } from "../ui/Mark";
import { Problem } from "../ui/States";
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
  onMount(() => {
    document.title = "Sign in · Postwatch";
    form.querySelector<HTMLInputElement>("[name=email]")?.focus();
  });
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
    <div class={styles.page}>
      <Waves />
      <main class={styles.panel}>
        <div class={styles.brand}>
          <Mark />
          <span>Postwatch</span>
        </div>
        <h1>Sign in</h1>
        <p class={styles.lead}>E-mail campaigns that account for every message.</p>
        <Show when={expired()}>
          <Problem tone="note" message="Your session has ended. Sign in to go on where you were." />
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
          <TextField
            label="Password"
            name="password"
            type="password"
            autocomplete="current-password"
            error={faults().password}
            required
          />
          <Button type="submit" tone="primary" busy={busy()}>
            {busy() ? "Signing in" : "Sign in"}
          </Button>
        </form>
      </main>
    </div>
  );
}

const lines = Array.from({ length: 9 }, (_, index) => 120 + index * 34);

const Waves = () => (
  <svg class={styles.art} viewBox="0 0 900 560" preserveAspectRatio="xMaxYMid slice" aria-hidden="true">
    <circle cx="250" cy="268" r="178" />
    <circle cx="250" cy="268" r="164" />
    <circle cx="250" cy="268" r="104" />
    {lines.map((y) => (
      <path d={`M440 ${y}c46-26 92 26 138 0s92 26 138 0 92 26 138 0 92 26 138 0`} />
    ))}
  </svg>
);
