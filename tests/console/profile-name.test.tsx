import { screen, waitFor } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { setEpoch } from "../../console/src/api/link";
import { setViewed } from "../../console/src/api/session";
import { me, open } from "./profile-answers";

test("a name that was changed elsewhere is not overwritten unasked", async () => {
  const user = userEvent.setup();
  let stored = { ...me };
  const updateProfile = vi.fn(({ input }: { input: { name: string; expectedVersion: number } }) => {
    if (input.expectedVersion !== stored.version)
      return { __typename: "Conflict", code: "CONFLICT", message: "Changed meanwhile.", path: null };
    stored = { ...stored, name: input.name, version: stored.version + 1 };
    return {
      __typename: "UpdateProfileSuccess",
      user: { __typename: "User", id: "me", name: stored.name, version: stored.version },
    };
  });
  open({ me: () => stored, updateProfile });
  const field = await screen.findByLabelText("Name");
  stored = { ...stored, name: "Ada by somebody", version: 4 };
  await user.clear(field);
  await user.type(field, "Ada by me{Enter}");
  expect(await screen.findByText(/The name is now “Ada by somebody”/)).toBeVisible();
  expect(field).toHaveValue("Ada by me");
  await user.click(screen.getByRole("button", { name: "Save mine" }));
  expect(await screen.findByText("Name saved")).toBeVisible();
  expect(updateProfile.mock.calls.map(([{ input }]) => input)).toEqual([
    { name: "Ada by me", expectedVersion: 3 },
    { name: "Ada by me", expectedVersion: 4 },
  ]);
});

test("every permission has its reason, also the missing ones", async () => {
  open({});
  expect(await screen.findByText("1 of 2 permissions")).toBeVisible();
  await userEvent.click(screen.getByText("People"));
  expect(screen.getByText("Manage people").closest("li")).toHaveTextContent(
    "You may not: Manage peopleThe role Manager does not have it; Admin does.",
  );
});

test("somebody else's change that is loaded under the typing is not overwritten: saving says that they clash", async () => {
  const user = userEvent.setup();
  let saved = { ...me };
  const updateProfile = vi.fn(({ input }: { input: { name: string; expectedVersion: number } }) => {
    if (input.expectedVersion !== saved.version)
      return { __typename: "Conflict", code: "CONFLICT", message: "Changed meanwhile.", path: null };
    saved = { ...saved, name: input.name, version: saved.version + 1 };
    return { __typename: "UpdateProfileSuccess", user: { ...saved, __typename: "User" } };
  });
  let asked = 0;
  open({ me: () => ((asked += 1), saved), updateProfile });
  const field = await screen.findByLabelText("Name");
  await user.clear(field);
  await user.type(field, "Ada Lovelace");
  const before = asked;
  saved = { ...saved, name: "Countess", version: 4 };
  setEpoch((count) => count + 1);
  await waitFor(() => expect(asked).toBeGreaterThan(before));
  await user.click(screen.getByRole("button", { name: "Save name" }));
  expect(await screen.findByText(/Somebody else has changed your profile/)).toHaveTextContent("“Countess”");
  expect(updateProfile).toHaveBeenCalledTimes(1);
  expect(updateProfile.mock.calls[0]?.[0].input.expectedVersion).toBe(3);
  expect(saved.name).toBe("Countess");
  expect(field).toHaveValue("Ada Lovelace");
});

test("a name that nobody is changing follows what is loaded", async () => {
  let saved = { ...me };
  open({ me: () => saved });
  const field = await screen.findByLabelText("Name");
  expect(field).toHaveValue("Ada");
  saved = { ...saved, name: "Countess", version: 4 };
  setEpoch((count) => count + 1);
  await waitFor(() => expect(field).toHaveValue("Countess"));
});

test("the profile says truly that the address cannot be changed", async () => {
  open({});
  expect(await screen.findByText(/Your address cannot be changed\./)).toBeVisible();
});

test("through another's eyes every form says why it is off, and nothing is sent", async () => {
  const user = userEvent.setup();
  const updateProfile = vi.fn();
  setViewed({ id: "u2", name: "Ken Sato" });
  open({ updateProfile });
  const field = await screen.findByLabelText("Name");
  await user.type(field, " Diaz{Enter}");
  const why = "You are viewing as Ken Sato. Nothing can be changed.";
  for (const name of ["Save name", "Change password"]) {
    const button = screen.getByRole("button", { name });
    expect(button).toHaveAttribute("aria-disabled", "true");
    expect(button).toHaveAttribute("title", why);
  }
  await user.click(screen.getByRole("button", { name: "Save name" }));
  expect(updateProfile).not.toHaveBeenCalled();
  setViewed(undefined);
});
