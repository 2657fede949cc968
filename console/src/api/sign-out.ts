import { createSignal } from "solid-js";
import { post, TooManyRequests } from "./post";
import { accessToken, endSession, isLeaving, refreshSession, setLeaving, tellOtherTabs } from "./session";

const firstWaitMs = 2_000;
const longestWaitMs = 30_000;

/** How signing out went, where that has to be said: it is not confirmed yet and why, or it is by now. */
export type Departure = { confirmed: false; why: string } | { confirmed: true };
export const [departure, setDeparture] = createSignal<Departure>();

let timer: ReturnType<typeof setTimeout> | undefined;
let attempt: (() => Promise<void>) | undefined;

const signOutDocument = `mutation SignOut { signOut { kind: __typename ... on Error { message } } }`;

interface SignOutResult {
  signOut: { kind: string; message?: string };
}

interface Refusal {
  why: string;
  waitMs?: number;
}

/** The cookie alone is enough: after a reload there is no token any more. */
async function refusalOf(token: string | null): Promise<Refusal | undefined> {
  try {
    const { data, errors } = await post<SignOutResult>(signOutDocument, {}, token);
    if (data?.signOut.kind === "SignOutSuccess") return undefined;
    return { why: data?.signOut.message ?? errors?.[0]?.message ?? "The server gave no answer." };
  } catch (error) {
    const why = error instanceof Error ? error.message : "The server gave no answer.";
    return error instanceof TooManyRequests ? { why, waitMs: error.retryAfterSeconds * 1_000 } : { why };
  }
}

/** Asks until the server has confirmed it, or somebody has signed in, whose session this must not end. */
async function leave(token: string | null) {
  let tries = 0;
  const go = async () => {
    clearTimeout(timer);
    const refusal = await refusalOf(token);
    if (!isLeaving()) return;
    if (refusal) {
      setDeparture({ confirmed: false, why: refusal.why });
      const waitMs = refusal.waitMs ?? Math.min(longestWaitMs, firstWaitMs * 2 ** tries++);
      timer = setTimeout(() => isLeaving() && void go(), waitMs);
      return;
    }
    setLeaving(false);
    setDeparture((before) => before && { confirmed: true });
  };
  attempt = go;
  await go();
}

/** Tries at once instead of later. */
export const tryLeavingAgain = () => void attempt?.();

/**
 * Ends the session on the server and in every tab of this browser. Where the server does not confirm it, everybody is
 * signed out here all the same, it is said, and asked again until it is confirmed.
 */
export async function signOut() {
  const token = accessToken();
  setDeparture(undefined);
  setLeaving(true);
  await leave(token);
  endSession(false);
  tellOtherTabs("signedOut");
}

/** What the first script does: finds out who is signed in here, unless somebody was about to leave. */
export async function begin() {
  if (!isLeaving()) return refreshSession();
  await leave(null);
  endSession(false);
  return null;
}
