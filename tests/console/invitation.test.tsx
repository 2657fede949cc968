import { render, screen, waitFor } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { accessToken, session, setSession } from "../../console/src/api/session";
import { InvitationPage } from "../../console/src/app/InvitationPage";
import { follow, invalid, notGood, serve } from "./network";

const link = "/admin/invitation#token=AaBb.CcDd";
const password = "a very long pass phrase";

const accepted = (email: string) => ({
  __typename: "AcceptInvitationSuccess",
  accessToken: "fresh",
  expiresAt: new Date(Date.now() + 900_000).toISOString(),
  user: { id: "u1", email, name: "Grace", role: "USER" },
});

afterEach(() => vi.unstubAllGlobals());

async function fill(user: ReturnType<typeof userEvent.setup>, name: string, chosen: string) {
  if (name) await user.type(screen.getByLabelText(/^Your name/), name);
  await user.type(screen.getByLabelText("Password"), chosen);
  await user.click(screen.getByRole("button", { name: "Accept and sign in" }));
}

test("the token is read from the fragment and gone from the address bar before anything is asked of the server", () => {
  const sent = serve({});
  follow(link);
  render(() => <InvitationPage />);
  expect(location.href).toBe(`${location.origin}/admin/invitation`);
  expect(screen.getByRole("heading", { name: "Accept your invitation" })).toBeVisible();
  // Hidden while it is typed, and known to password managers.
  expect(screen.getByLabelText("Password")).toHaveAttribute("type", "password");
  expect(screen.getByLabelText("Password")).toHaveAttribute("autocomplete", "new-password");
  expect(sent).toEqual([]);
});

test("name and password are sent with the token, then one is signed in at the overview", async () => {
  const user = userEvent.setup();
  const sent = serve({ acceptInvitation: () => accepted("grace@example.com") });
  follow(link);
  render(() => <InvitationPage />);
  await fill(user, "  Grace Hopper ", password);
  await waitFor(() => expect(session()).toBe("signedIn"));
  expect(sent).toEqual([
    { field: "AcceptInvitation", variables: { token: "AaBb.CcDd", name: "Grace Hopper", password } },
  ]);
  expect(accessToken()).toBe("fresh");
  expect(location.pathname).toBe("/admin/overview");
});

test("without a name that of the invitation is kept: none is sent", async () => {
  const user = userEvent.setup();
  const sent = serve({ acceptInvitation: () => accepted("grace@example.com") });
  follow(link);
  render(() => <InvitationPage />);
  await fill(user, "", password);
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]?.variables["name"]).toBeNull();
});

test("a password that is refused says so at its field, which gets the focus, and the link can be used again", async () => {
  const user = userEvent.setup();
  const answers = [
    invalid("password", "A password has at least 12 characters."),
    accepted("grace@example.com"),
  ];
  const sent = serve({ acceptInvitation: () => answers.shift() });
  follow(link);
  render(() => <InvitationPage />);
  await fill(user, "", "short");
  const field = screen.getByLabelText("Password");
  await waitFor(() => expect(field).toHaveAccessibleDescription("A password has at least 12 characters."));
  expect(field).toBeInvalid();
  expect(field).toHaveFocus();
  await user.clear(field);
  await fill(user, "", password);
  await waitFor(() => expect(session()).toBe("signedIn"));
  expect(sent.map(({ variables }) => variables["token"])).toEqual(["AaBb.CcDd", "AaBb.CcDd"]);
});

test("a link that was used says what to do next, and its form is gone", async () => {
  const user = userEvent.setup();
  serve({ acceptInvitation: notGood });
  follow(link);
  render(() => <InvitationPage />);
  await fill(user, "", password);
  expect(await screen.findByRole("heading", { name: "This link is not good any more" })).toBeVisible();
  expect(screen.getByText(/Ask whoever invited you for a new link/)).toBeVisible();
  expect(screen.getByRole("link", { name: "Back to sign-in" })).toBeVisible();
  expect(screen.queryByLabelText("Password")).toBeNull();
  expect(session()).toBe("signedOut");
});

test("a second link that is opened in the same tab replaces the first", async () => {
  const user = userEvent.setup();
  const sent = serve({ acceptInvitation: () => accepted("grace@example.com") });
  follow(link);
  render(() => <InvitationPage />);
  follow("/admin/invitation#token=second");
  expect(location.hash).toBe("");
  await fill(user, "", password);
  await waitFor(() => expect(sent[0]?.variables["token"]).toBe("second"));
});

test("the address without its fragment asks for the link of the mail", async () => {
  const { setToken } = await import("../../console/src/app/doors");
  setToken(undefined);
  follow("/admin/invitation");
  render(() => <InvitationPage />);
  expect(screen.getByRole("heading", { name: "Open the link from your mail" })).toBeVisible();
});

test("whoever is signed in is asked first, and nothing is sent", () => {
  const sent = serve({});
  follow(link);
  setSession("signedIn");
  render(() => <InvitationPage />);
  expect(screen.getByRole("heading", { name: "You are signed in already" })).toBeVisible();
  expect(screen.queryByLabelText("Password")).toBeNull();
  expect(sent).toEqual([]);
});

test("a server that cannot be reached is said, and what was typed stays", async () => {
  const user = userEvent.setup();
  vi.stubGlobal("fetch", () => Promise.reject(new Error("offline")));
  follow(link);
  render(() => <InvitationPage />);
  await fill(user, "Grace", password);
  expect(await screen.findByRole("alert")).toHaveTextContent("The server cannot be reached.");
  expect(screen.getByLabelText("Password")).toHaveValue(password);
});

test("the rule that can be counted is ticked while one types", async () => {
  const user = userEvent.setup();
  follow(link);
  render(() => <InvitationPage />);
  const rule = () => screen.getByText(/12 to 128 characters/).closest("li");
  await user.type(screen.getByLabelText("Password"), "eleven char");
  expect(rule()).toHaveTextContent("now 11");
  expect(rule()).not.toHaveAttribute("data-met");
  await user.type(screen.getByLabelText("Password"), "s");
  expect(rule()).toHaveAttribute("data-met");
});
