import { cleanup, render, screen, waitFor } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { ForgotPasswordPage } from "../../console/src/app/ForgotPasswordPage";
import { ResetPasswordPage } from "../../console/src/app/ResetPasswordPage";
import { SignInPage } from "../../console/src/app/SignInPage";
import { follow, invalid, notGood, serve } from "./network";

const link = "/admin/reset-password#token=AaBb.CcDd";
const password = "another long pass phrase";

afterEach(() => vi.unstubAllGlobals());

/** What the page says after a request for this address, with the address left out. */
async function saidFor(email: string): Promise<string> {
  const user = userEvent.setup();
  follow("/admin/forgot-password");
  render(() => <ForgotPasswordPage />);
  await user.type(screen.getByLabelText("E-mail"), `${email}{Enter}`);
  await screen.findByRole("heading", { name: "Look into your mailbox" });
  const said = document.body.textContent.replaceAll(email, "…");
  cleanup();
  return said;
}

test("a known and an unknown address get the same text", async () => {
  const sent = serve({
    requestPasswordReset: () => ({ __typename: "RequestPasswordResetSuccess", requested: true }),
  });
  const known = await saidFor("ada@example.com");
  expect(known).toContain("If … has an account here, a link is on its way.");
  expect(await saidFor("nobody@example.com")).toBe(known);
  expect(sent.map(({ variables }) => variables["email"])).toEqual(["ada@example.com", "nobody@example.com"]);
});

test("what is no address is refused at its field", async () => {
  const user = userEvent.setup();
  serve({ requestPasswordReset: () => invalid("email", "“ada” is not an e-mail address.") });
  follow("/admin/forgot-password");
  render(() => <ForgotPasswordPage />);
  await user.type(screen.getByLabelText("E-mail"), "ada{Enter}");
  await waitFor(() =>
    expect(screen.getByLabelText("E-mail")).toHaveAccessibleDescription("“ada” is not an e-mail address."),
  );
  expect(screen.queryByRole("heading", { name: "Look into your mailbox" })).toBeNull();
});

test("too many requests say how long to wait", async () => {
  const user = userEvent.setup();
  vi.stubGlobal("fetch", async () => new Response("", { status: 429, headers: { "retry-after": "17" } }));
  follow("/admin/forgot-password");
  render(() => <ForgotPasswordPage />);
  await user.type(screen.getByLabelText("E-mail"), "ada@example.com{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("Too many requests. Try again in 17 seconds.");
});

test("the sign-in page leads to the request, without a reload", async () => {
  const user = userEvent.setup();
  follow("/admin/campaigns/c1");
  render(() => <SignInPage />);
  await user.click(screen.getByRole("link", { name: "Forgot your password?" }));
  expect(location.pathname).toBe("/admin/forgot-password");
});

test("the link's token leaves the address bar; the new password is sent with it, and the sign-in page says so", async () => {
  const user = userEvent.setup();
  const sent = serve({ resetPassword: () => ({ __typename: "ResetPasswordSuccess", reset: true }) });
  follow(link);
  render(() => <ResetPasswordPage />);
  expect(location.hash).toBe("");
  expect(sent).toEqual([]);
  await user.type(screen.getByLabelText("New password"), `${password}{Enter}`);
  await waitFor(() => expect(location.pathname).toBe("/admin/overview"));
  expect(sent).toEqual([{ field: "ResetPassword", variables: { token: "AaBb.CcDd", password } }]);
  cleanup();
  render(() => <SignInPage />);
  expect(screen.getByRole("status")).toHaveTextContent("Your password is changed");
});

test("a refused password keeps the link and says why at the field", async () => {
  const user = userEvent.setup();
  serve({ resetPassword: () => invalid("password", "This password is one of those that are tried first.") });
  follow(link);
  render(() => <ResetPasswordPage />);
  await user.type(screen.getByLabelText("New password"), "password1234{Enter}");
  await waitFor(() =>
    expect(screen.getByLabelText("New password")).toHaveAccessibleDescription(
      "This password is one of those that are tried first.",
    ),
  );
  expect(location.pathname).toBe("/admin/reset-password");
});

test("a link that is too old offers a new one", async () => {
  const user = userEvent.setup();
  serve({ resetPassword: notGood });
  follow(link);
  render(() => <ResetPasswordPage />);
  await user.type(screen.getByLabelText("New password"), `${password}{Enter}`);
  expect(await screen.findByRole("heading", { name: "This link is not good any more" })).toBeVisible();
  await user.click(screen.getByRole("link", { name: "Ask for a new link" }));
  expect(location.pathname).toBe("/admin/forgot-password");
});

test("the addresses in the mails open for somebody who is not signed in; every other one asks to sign in", async () => {
  serve({});
  const { App } = await import("../../console/src/app/App");
  follow("/admin/reset-password#token=AaBb.CcDd");
  render(() => <App />);
  expect(await screen.findByRole("heading", { name: "Choose a new password" })).toBeVisible();
  follow("/admin/invitation#token=AaBb.CcDd");
  expect(await screen.findByRole("heading", { name: "Accept your invitation" })).toBeVisible();
  follow("/admin/forgot-password");
  expect(await screen.findByRole("heading", { name: "Forgot your password?" })).toBeVisible();
  follow("/admin/teams");
  expect(await screen.findByRole("heading", { name: "Sign in" })).toBeVisible();
});
