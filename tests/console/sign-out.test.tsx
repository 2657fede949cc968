import { render, screen } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

let confirms: boolean;
let sent: string[];

beforeEach(() => {
  localStorage.clear();
  confirms = false;
  sent = [];
  vi.resetModules();
  vi.stubGlobal("fetch", async (_url: string, { body }: RequestInit) => {
    const mutation = /mutation (\w+)/.exec(String(body))?.[1] ?? "";
    sent.push(mutation);
    if (!confirms) throw new Error("offline");
    const data =
      mutation === "SignOut"
        ? { signOut: { kind: "SignOutSuccess" } }
        : { refreshSession: { kind: "RefreshSessionSuccess", accessToken: "again", expiresAt: later() } };
    return new Response(JSON.stringify({ data }), { headers: { "content-type": "application/json" } });
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  localStorage.clear();
});

const later = () => new Date(Date.now() + 900_000).toISOString();

/** The scripts of a page that has just been loaded. */
async function load() {
  vi.resetModules();
  const [session, leaving, page] = await Promise.all([
    import("../../console/src/api/session"),
    import("../../console/src/api/sign-out"),
    import("../../console/src/app/SignInPage"),
  ]);
  return { ...session, ...leaving, ...page };
}

test("signing out that is not confirmed is said, ends the session here, and is tried again until it is confirmed", async () => {
  const page = await load();
  page.adopt({ accessToken: "mine", expiresAt: later() });
  vi.useFakeTimers();
  await page.signOut();
  expect(page.session()).toBe("signedOut");
  expect(page.accessToken()).toBeNull();
  expect(page.departure()).toEqual({
    confirmed: false,
    why: "The server cannot be reached. Check the connection and try again.",
  });
  await vi.advanceTimersByTimeAsync(2_100);
  expect(sent).toEqual(["SignOut", "SignOut"]);
  confirms = true;
  await vi.advanceTimersByTimeAsync(4_100);
  expect(page.departure()).toEqual({ confirmed: true });
  await vi.advanceTimersByTimeAsync(120_000);
  expect(sent).toEqual(["SignOut", "SignOut", "SignOut"]);
});

test("the page says it loudly, and its button tries at once", async () => {
  const page = await load();
  page.adopt({ accessToken: "mine", expiresAt: later() });
  await page.signOut();
  render(() => <page.SignInPage />);
  expect(screen.getByRole("alert")).toHaveTextContent("Signing out is not confirmed.");
  confirms = true;
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Signing out is confirmed now.")).toBeVisible();
});

test("a reload lets nobody in with the cookie that is still there: it goes on signing out", async () => {
  const first = await load();
  first.adopt({ accessToken: "mine", expiresAt: later() });
  await first.signOut();
  const second = await load();
  await second.begin();
  expect(second.session()).toBe("signedOut");
  expect(await second.refreshSession()).toBeNull();
  expect(second.departure()).toMatchObject({ confirmed: false });
  expect(new Set(sent)).toEqual(new Set(["SignOut"]));
  confirms = true;
  const third = await load();
  await third.begin();
  expect(third.session()).toBe("signedOut");
  expect(localStorage).toHaveLength(0);
});

test("whoever signs in meanwhile is not signed out by what was still to be confirmed", async () => {
  const page = await load();
  page.adopt({ accessToken: "mine", expiresAt: later() });
  vi.useFakeTimers();
  await page.signOut();
  page.adopt({ accessToken: "theirs", expiresAt: later() });
  confirms = true;
  await vi.advanceTimersByTimeAsync(120_000);
  expect(sent).toEqual(["SignOut"]);
  expect(page.session()).toBe("signedIn");
  expect(page.accessToken()).toBe("theirs");
});
