import { createSignal } from "solid-js";
import { post, TooManyRequests } from "./post";
import { rest } from "./rest";

/** Who is signed in here: unknown while the first refresh runs, unreachable when the server did not answer it. */
export type SessionState = "unknown" | "unreachable" | "signedOut" | "signedIn";

interface Grant {
  accessToken: string;
  expiresAt: string;
}

const soonMs = 5_000;

// The access token lives only here. The refresh token is an HttpOnly cookie that no script can read.
let token: string | null = null;
let expiresAtMs = 0;
let running: Promise<string | null> | null = null;

// Set while somebody signs out, until the server has confirmed it, also over a reload: neither a reconnect nor the next
// person at this browser may get a new token from the cookie that is still there.
const leavingKey = "postwatch.leaving";
let leaving = wasLeaving();

function wasLeaving(): boolean {
  try {
    return localStorage.getItem(leavingKey) !== null;
  } catch {
    return false;
  }
}

export const isLeaving = () => leaving;

export function setLeaving(now: boolean) {
  leaving = now;
  try {
    if (now) localStorage.setItem(leavingKey, "1");
    else localStorage.removeItem(leavingKey);
  } catch {
    // Without a store it holds until the page is loaded again.
  }
}

export const [session, setSession] = createSignal<SessionState>("unknown");
/** Why the session is not known, and when it is asked for again by itself. Only while `unreachable`. */
export const [trouble, setTrouble] = createSignal<{ message: string; until?: number }>();
/** True when a session ended under the person's hands, so that the sign-in page can say so. */
export const [expired, setExpired] = createSignal(false);

const channel =
  typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("postwatch.session");
channel?.addEventListener("message", (event) => {
  if (event.data === "signedOut" && session() === "signedIn") endSession(false);
  if (event.data !== "signedIn" || session() !== "signedOut") return;
  setLeaving(false);
  void refreshSession();
});

export const accessToken = () => token;

/** True when the access token is missing or ends within five seconds. */
export const tokenIsStale = () => token === null || Date.now() > expiresAtMs - soonMs;

/** Makes the next caller of `freshToken` fetch a new one, e.g. after the server refused this one. */
export function distrustToken() {
  expiresAtMs = 0;
}

/** Whose eyes this tab looks through. */
export interface Viewed {
  id: string;
  name: string;
}

// In this tab's memory only: a reload, another tab and the next sign-in look with one's own eyes.
export const [viewed, setViewed] = createSignal<Viewed>();

/** Makes everything below the sign-in anew: the client with its cache, the socket, and every page. */
export function startAnew() {
  setSession("unknown");
  setSession("signedIn");
}

/** Takes over what a sign-in or a refresh has granted. */
export function adopt(grant: Grant) {
  setLeaving(false);
  token = grant.accessToken;
  expiresAtMs = Date.parse(grant.expiresAt);
  setExpired(false);
  setSession("signedIn");
}

export function endSession(wasExpired: boolean) {
  setViewed(undefined);
  token = null;
  expiresAtMs = 0;
  setExpired(wasExpired);
  setSession("signedOut");
}

const refreshDocument = `mutation RefreshSession {
  refreshSession { kind: __typename ... on RefreshSessionSuccess { accessToken expiresAt } }
}`;

interface RefreshResult {
  refreshSession: ({ kind: "RefreshSessionSuccess" } & Grant) | { kind: "InvalidCredentials" };
}

async function askForRefresh(): Promise<string | null> {
  try {
    const { data, errors } = await post<RefreshResult>(refreshDocument);
    const result = data?.refreshSession;
    if (result?.kind === "RefreshSessionSuccess") adopt(result);
    else if (result || errors?.[0]?.extensions?.code === "UNAUTHENTICATED")
      endSession(session() === "signedIn");
    else throw new Error(errors?.[0]?.message ?? "The server gave no answer.");
  } catch (error) {
    // No verdict about the session: keep a signed-in page as it is, its queries show their own errors.
    if (session() === "unknown") unknownFor(error);
    else if (error instanceof TooManyRequests) rest(error.retryAfterSeconds);
  }
  return token;
}

/** Says why nothing is known yet; a server that wants to be left alone for a while is asked again after it. */
function unknownFor(error: unknown) {
  if (error instanceof TooManyRequests) {
    const waitMs = error.retryAfterSeconds * 1_000;
    setTrouble({ message: "Too many requests came from your network.", until: Date.now() + waitMs });
    setTimeout(() => session() === "unreachable" && askAgain(), waitMs);
  } else setTrouble({ message: error instanceof Error ? error.message : "The server gave no answer." });
  setSession("unreachable");
}

/** Asks once more who is signed in here. */
export function askAgain() {
  setSession("unknown");
  void refreshSession();
}

/**
 * Exchanges the cookie for a new access token; callers at the same time share one request.
 * Tabs take turns, because the cookie rotates and a used one counts as stolen.
 */
export function refreshSession(): Promise<string | null> {
  if (leaving) return Promise.resolve(null);
  if (running) return running;
  const locks = typeof navigator === "undefined" ? undefined : navigator.locks;
  running = (locks ? locks.request("postwatch.refresh", askForRefresh) : askForRefresh()).finally(() => {
    running = null;
  });
  return running;
}

/** A token that is good for at least five seconds, or null when the session is over. */
export const freshToken = (): Promise<string | null> =>
  tokenIsStale() ? refreshSession() : Promise.resolve(token);

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a broadcast channel has no target
export const tellOtherTabs = (news: "signedIn" | "signedOut") => channel?.postMessage(news);

/** Tells other tabs of this browser that somebody signed in. */
export const announceSignIn = () => tellOtherTabs("signedIn");
