import { screen, waitFor } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createConsoleClient } from "../../console/src/api/client";
import { openLink, type Link } from "../../console/src/api/link";
import { adopt, session, viewed } from "../../console/src/api/session";
import { signOut } from "../../console/src/api/sign-out";
import { stopViewing, viewAs } from "../../console/src/api/view-as";
import { ViewAsBanner } from "../../console/src/app/ViewAsBanner";
import { uploadImport } from "../../console/src/leads/import/upload";
import { AdminsQuery } from "../../console/src/users/users.gql";
import { UsersPage } from "../../console/src/users/UsersPage";
import { renderPage } from "./harness";
import { answersFor, person, signedInAs } from "./users-fixtures";

beforeAll(() => import("../../console/src/users/panel/UserPanel"));

beforeEach(() => {
  history.replaceState(null, "", "/admin/users?user=u2");
  adopt({ accessToken: "mine", expiresAt: new Date(Date.now() + 900_000).toISOString() });
});

afterEach(async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new Error("no network")));
  await signOut();
  vi.unstubAllGlobals();
});

const ken = { id: "u2", name: "Ken Sato" };

test("the panel begins it, at the first page that they see", async () => {
  const user = userEvent.setup();
  renderPage(
    UsersPage,
    "/users",
    "/users?user=u2",
    answersFor(() => [person(ken)]),
  );
  await user.click(await screen.findByRole("button", { name: "View as Ken Sato" }));
  expect(viewed()).toEqual(ken);
  expect(location.pathname).toBe("/admin/overview");
});

test("only somebody who can sign in can be viewed", async () => {
  const suspended = person({ ...ken, status: "SUSPENDED" });
  renderPage(
    UsersPage,
    "/users",
    "/users?user=u2",
    answersFor(() => [suspended]),
  );
  expect(await screen.findByRole("button", { name: "View as Ken Sato" })).toBeDisabled();
  expect(screen.getByText("Only the pages of somebody who can sign in can be viewed.")).toBeVisible();
});

test("the banner says whose eyes these are and that nothing can be changed; its button has the focus and stops", async () => {
  const user = userEvent.setup();
  viewAs(ken);
  const viewedBy = { id: "me", email: "me@example.com" };
  const me = () => signedInAs("USER", { ...ken, viewedBy });
  renderPage(ViewAsBanner, "/users", "/users", { me });
  const banner = await screen.findByRole("region", { name: "View as" });
  expect(banner).toHaveTextContent(
    "You see Postwatch as Ken Sato, User. Pages, lists and numbers are theirs. Nothing can be changed. " +
      "You are signed in as me@example.com.",
  );
  const stop = screen.getByRole("button", { name: "Stop viewing" });
  expect(stop).toHaveFocus();
  await user.keyboard("{Enter}");
  expect(viewed()).toBeUndefined();
  expect(location.pathname + location.search).toBe("/admin/users?user=u2");
});

test("with one's own eyes there is no banner", async () => {
  const page = () => (
    <>
      <ViewAsBanner />
      <p>The page</p>
    </>
  );
  renderPage(page, "/users", "/users", { me: () => signedInAs("ADMIN") });
  await screen.findByText("The page");
  expect(screen.queryByRole("region", { name: "View as" })).toBeNull();
});

test("every request says whose eyes these are, until it stops", async () => {
  const sent: (string | null)[] = [];
  vi.stubGlobal("fetch", (_url: string, { headers }: RequestInit) => {
    sent.push(new Headers(headers).get("x-view-as"));
    const data = { users: { __typename: "UserConnection", totalCount: 1 } };
    return Promise.resolve(
      new Response(JSON.stringify({ data }), { headers: { "content-type": "application/json" } }),
    );
  });
  const ask = () =>
    createConsoleClient({ subscribe: () => () => {} } as unknown as Link)
      .query(AdminsQuery, {})
      .toPromise();
  await ask();
  viewAs(ken);
  await ask();
  stopViewing();
  await ask();
  expect(sent).toEqual([null, "u2", null]);
});

test("the live connection says it too", async () => {
  const greetings: unknown[] = [];
  class Line extends EventTarget {
    static CONNECTING = 0;
    static OPEN = 1;
    static CLOSING = 2;
    static CLOSED = 3;
    readyState = 1;
    onopen?: () => void;
    constructor() {
      super();
      queueMicrotask(() => this.onopen?.());
    }
    send(text: string) {
      greetings.push((JSON.parse(text) as { payload: unknown }).payload);
    }
    close() {}
  }
  vi.stubGlobal("WebSocket", Line);
  openLink();
  await vi.waitFor(() => expect(greetings).toEqual([{ authorization: "Bearer mine" }]));
  viewAs(ken);
  openLink();
  await vi.waitFor(() => expect(greetings.at(-1)).toEqual({ authorization: "Bearer mine", viewAs: "u2" }));
});

test("an upload says it as well, so that the server refuses the file", async () => {
  const headers: Record<string, string> = {};
  class Request extends EventTarget {
    upload = new EventTarget();
    status = 400;
    responseText = JSON.stringify({ message: "Stop viewing to upload." });
    open() {}
    setRequestHeader(name: string, value: string) {
      headers[name] = value;
    }
    send() {
      this.dispatchEvent(new Event("load"));
    }
  }
  vi.stubGlobal("XMLHttpRequest", Request);
  viewAs(ken);
  const file = new File(["email\n"], "people.csv");
  const outcome = await uploadImport(file, { listName: "", policy: "SKIP", dryRun: false }, () => {});
  expect(outcome).toEqual({ message: "Stop viewing to upload." });
  expect(headers).toEqual({ authorization: "Bearer mine", "x-view-as": "u2" });
});

test("beginning and stopping make everything anew, and signing out ends it", async () => {
  const states: string[] = [];
  const { createRoot, createRenderEffect } = await import("solid-js");
  const dispose = createRoot((end) => {
    createRenderEffect(() => states.push(session()));
    return end;
  });
  viewAs(ken);
  stopViewing();
  expect(states).toEqual(["signedIn", "unknown", "signedIn", "unknown", "signedIn"]);
  viewAs(ken);
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify({ data: {} }))));
  await signOut();
  await waitFor(() => expect(session()).toBe("signedOut"));
  expect(viewed()).toBeUndefined();
  dispose();
});
