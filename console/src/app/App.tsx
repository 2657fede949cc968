import { Navigate, Route, Router } from "@solidjs/router";
import { Provider } from "@urql/solid";
import { For, lazy, Match, onCleanup, Show, Suspense, Switch, type Component } from "solid-js";
import { Dynamic } from "solid-js/web";
import { createConsoleClient } from "../api/client";
import { openLink } from "../api/link";
import { askAgain, session, trouble } from "../api/session";
import { begin, setDeparture } from "../api/sign-out";
import { LinkButton } from "../ui/Button";
import { Countdown } from "../ui/Countdown";
import { Empty, Problem } from "../ui/States";
import { door, type Door } from "./doors";
import { Guarded } from "./Guarded";
import { MeGate } from "./me";
import { places } from "./routes";
import { Shell } from "./Shell";

const doorPages: Record<Door, Component> = {
  invitation: lazy(async () => ({ default: (await import("./InvitationPage")).InvitationPage })),
  "reset-password": lazy(async () => ({ default: (await import("./ResetPasswordPage")).ResetPasswordPage })),
  "forgot-password": lazy(async () => ({
    default: (await import("./ForgotPasswordPage")).ForgotPasswordPage,
  })),
};
const SignInPage = lazy(async () => ({ default: (await import("./SignInPage")).SignInPage }));

// With the first script, beside the chunk of the page.
void begin();

/**
 * The whole console. Signed out it shows the sign-in page at the wanted address, and goes on from there; the pages that
 * mails link to open for everybody.
 */
export const App = () => (
  <Switch fallback={<div class="boot" role="status" aria-label="Loading" />}>
    <Match when={session() === "unreachable"}>
      <main class="boot">
        <Unreachable />
      </main>
    </Match>
    <Match when={session() !== "unknown" && door()}>
      {(open) => (
        <Suspense>
          <Dynamic component={doorPages[open()]} />
        </Suspense>
      )}
    </Match>
    <Match when={session() === "signedOut"}>
      <Suspense>
        <SignInPage />
      </Suspense>
    </Match>
    <Match when={session() === "signedIn"}>
      <SignedIn />
    </Match>
  </Switch>
);

/** Why nothing can be shown yet. When the server has said how long to wait, it goes on by itself then. */
const Unreachable = () => (
  <Show
    when={trouble()?.until}
    fallback={<Problem message={trouble()?.message ?? ""} retry={askAgain} retryLabel="Try again" />}
  >
    {(until) => (
      <Problem
        tone="note"
        message={
          <>
            {trouble()?.message} This page goes on by itself in <Countdown until={until()} />.
          </>
        }
      />
    )}
  </Show>
);

function SignedIn() {
  const link = openLink();
  setDeparture(undefined);
  onCleanup(link.dispose);
  return (
    <Provider value={createConsoleClient(link)}>
      <MeGate>
        <Router base="/admin" root={(props) => <Shell reconnect={link.reconnect}>{props.children}</Shell>}>
          <Route path={["/", "/sign-in"]} component={() => <Navigate href="/overview" />} />
          <For each={places}>{(place) => <Route path={place.path} component={guarded(place)} />}</For>
          <Route path="*" component={NoSuchPage} />
        </Router>
      </MeGate>
    </Provider>
  );
}

function guarded(place: (typeof places)[number]): Component {
  const Page = place.page;
  return () => (
    <Guarded permission={place.permission} title={place.title}>
      <Page />
    </Guarded>
  );
}

const NoSuchPage = () => (
  <div class="card">
    <Empty
      page
      title="There is no such page"
      text="The address may be mistyped, or what it led to has moved."
    >
      <LinkButton href="/overview">Go to the overview</LinkButton>
    </Empty>
  </div>
);
