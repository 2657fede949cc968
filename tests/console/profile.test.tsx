import { screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { invalid } from "./network";
import { open, session } from "./profile-answers";

async function enter(current: string, next: string) {
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText("Current password"), current);
  await user.type(screen.getByLabelText("New password"), next);
  await user.click(screen.getByRole("button", { name: "Change password" }));
}

test("a wrong current password is said at its field, which gets the focus, and both fields stay as typed", async () => {
  const message = "The current password is wrong.";
  open({
    changePassword: () => ({
      __typename: "InvalidCredentials",
      code: "INVALID_CREDENTIALS",
      message,
      path: null,
    }),
  });
  await enter("not my password", "another long pass phrase");
  const field = screen.getByLabelText("Current password");
  await waitFor(() => expect(field).toHaveAccessibleDescription(message));
  expect(field).toHaveFocus();
  expect(screen.getByLabelText("New password")).toBeValid();
  expect(screen.getByLabelText("New password")).toHaveValue("another long pass phrase");
});

test("a new password that breaks a rule says which at its own field", async () => {
  const message = "A password is not made of your name, your address or ours.";
  open({ changePassword: () => invalid("newPassword", message) });
  await enter("my old pass phrase", "ada@example.com");
  await waitFor(() => expect(screen.getByLabelText("New password")).toHaveAccessibleDescription(message));
  expect(screen.getByLabelText("Current password")).toBeValid();
});

test("empty fields are named without asking the server", async () => {
  const changePassword = vi.fn();
  open({ changePassword });
  await userEvent.click(await screen.findByRole("button", { name: "Change password" }));
  expect(screen.getByLabelText("Current password")).toHaveAccessibleDescription(
    "Enter your current password.",
  );
  expect(screen.getByLabelText("New password")).toHaveAccessibleDescription("Enter a new password.");
  expect(changePassword).not.toHaveBeenCalled();
});

test("a changed password empties the fields, and the list shows that all other sessions have ended", async () => {
  let others = [session("s2", "Safari on iOS")];
  const changePassword = vi.fn((_args: unknown) => {
    others = [];
    return { __typename: "ChangePasswordSuccess", changed: true };
  });
  open({ changePassword, sessions: () => [session("s1", "Firefox on Linux", true), ...others] });
  expect(await screen.findByText("Safari on iOS")).toBeVisible();
  await enter("my old pass phrase", "another long pass phrase");
  expect(await screen.findByText("You are signed in nowhere else.")).toBeVisible();
  expect(screen.queryByText("Safari on iOS")).toBeNull();
  expect(changePassword.mock.calls[0]?.[0]).toEqual({
    currentPassword: "my old pass phrase",
    newPassword: "another long pass phrase",
  });
  expect(screen.getByLabelText("Current password")).toHaveValue("");
  expect(screen.getByLabelText("New password")).toHaveValue("");
  expect(screen.getByText("All your other sessions have ended.")).toBeVisible();
});

test("the session at hand is marked and cannot be ended here; another one can, and leaves the list", async () => {
  let list = [session("s1", "Firefox on Linux", true), session("s2", "Safari on iOS")];
  const revokeSession = vi.fn(({ id }: { id: string }) => {
    list = list.filter((each) => each.id !== id);
    return { __typename: "RevokeSessionSuccess", revoked: 1 };
  });
  open({ sessions: () => list, revokeSession });
  const own = (await screen.findByText("Firefox on Linux")).closest("li")!;
  expect(own).toHaveTextContent("This session");
  expect(within(own).queryByRole("button")).toBeNull();
  expect(screen.getByText("Safari on iOS").closest("li")).toHaveTextContent("192.0.2.7");
  await userEvent.click(screen.getByRole("button", { name: "End session: Safari on iOS" }));
  expect(await screen.findByText("You are signed in nowhere else.")).toBeVisible();
  expect(revokeSession.mock.calls.map(([args]) => args.id)).toEqual(["s2"]);
  expect(screen.getByRole("list", { name: "Sessions" })).toHaveFocus();
});

test("all others end only after a yes, and this one goes on", async () => {
  const user = userEvent.setup();
  let list = [
    session("s1", "Firefox on Linux", true),
    session("s2", "Safari on iOS"),
    session("s3", "Chrome"),
  ];
  const revokeSessions = vi.fn((_args: unknown) => {
    list = list.slice(0, 1);
    return { __typename: "RevokeSessionsSuccess", revoked: 2 };
  });
  open({ sessions: () => list, revokeSessions });
  await user.click(await screen.findByRole("button", { name: "End all others" }));
  expect(screen.getByRole("dialog")).toHaveTextContent("2 sessions will be signed out within a second.");
  await user.click(screen.getByRole("button", { name: "Cancel" }));
  expect(revokeSessions).not.toHaveBeenCalled();
  await user.click(await screen.findByRole("button", { name: "End all others" }));
  await user.click(screen.getByRole("button", { name: "End sessions" }));
  expect(await screen.findByText("2 sessions ended")).toBeVisible();
  expect(revokeSessions.mock.calls[0]?.[0]).toEqual({ keepCurrent: true });
  await waitFor(() => expect(screen.queryByText("Safari on iOS")).toBeNull());
});
