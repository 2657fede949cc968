import { createSignal } from "solid-js";

/** Pages for people who are not signed in, at the addresses that the mails link to. */
export type Door = "invitation" | "reset-password" | "forgot-password";

const doors: readonly Door[] = ["invitation", "reset-password", "forgot-password"];

const doorHere = () => doors.find((door) => location.pathname.replace(/\/$/, "") === `/admin/${door}`);

/** The secret of a link stands in the fragment, which no server sees. It is taken out before anything else is loaded. */
function takeToken(): string | undefined {
  const token = doorHere() ? new URLSearchParams(location.hash.slice(1)).get("token") : null;
  if (location.hash && doorHere()) history.replaceState(history.state, "", location.pathname);
  return token ?? undefined;
}

export const [door, setDoor] = createSignal(doorHere());
/** What the link has brought, in memory only; a reload of the page needs the link again. */
export const [token, setToken] = createSignal(takeToken());
/** What the sign-in page should say first, e.g. that the password is changed. */
export const [news, setNews] = createSignal<string>();

// Also for a second link that is opened in the same tab, where only the fragment differs.
function look() {
  setDoor(doorHere());
  const brought = takeToken();
  if (brought) setToken(brought);
}
addEventListener("popstate", look);
addEventListener("hashchange", look);

/** Goes to one of these pages, or with nothing to where signed-in people begin. */
export function enter(next?: Door) {
  history.pushState(null, "", `/admin/${next ?? "overview"}`);
  setToken(undefined);
  setNews(undefined);
  setDoor(next);
}
