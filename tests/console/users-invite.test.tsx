import { screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { beforeAll, expect, test } from "vitest";
import { leftOver, readInvitees, resultOf, summaryOf } from "../../console/src/users/invite/invite.model";
import { UsersPage } from "../../console/src/users/UsersPage";
import { renderPage } from "./harness";
import { answersFor, connection, person, signedInAs } from "./users-fixtures";

beforeAll(() => import("../../console/src/users/invite/InviteModal"));

interface Invitation {
  email: string;
  name?: string;
  role: string;
  teamIds: string[];
}

const berlin = { __typename: "Team", id: "t1", name: "Berlin" };
const nordics = { __typename: "Team", id: "t2", name: "Nordics" };

function mailbox(taken: readonly string[] = []) {
  const sent: Invitation[] = [];
  const inviteUser = ({ input }: { input: Invitation }) => {
    if (taken.includes(input.email)) {
      const message = `${input.email} is here already (active).`;
      return { __typename: "Conflict", code: "CONFLICT", message, path: ["input", "email"] };
    }
    sent.push({ ...input });
    const user = person({ id: input.email, name: input.name ?? input.email, status: "INVITED" });
    return { __typename: "InviteUserSuccess", user };
  };
  const teams = () => connection([berlin, nordics]);
  return { sent, answers: answersFor(() => [], { inviteUser, teams }) };
}

test("each address has its own result, and only what can be mended stays in the box", async () => {
  const user = userEvent.setup();
  const { sent, answers } = mailbox(["ken@example.com"]);
  renderPage(UsersPage, "/users", "/users?invite=1", answers);
  const box = await screen.findByRole("textbox", { name: "Addresses" });
  await user.click(box);
  await user.paste("Ada Okafor <ada@example.com>, ken@example.com\nnot-an-address");
  await user.selectOptions(screen.getByRole("combobox", { name: "Role" }), "Manager");
  await user.click(await screen.findByRole("checkbox", { name: "Nordics" }));
  await user.click(screen.getByRole("button", { name: "Send 3 invitations" }));
  const results = await screen.findByRole("list", { name: "Results" });
  expect(
    within(results)
      .getAllByRole("listitem")
      .map((each) => each.textContent),
  ).toEqual([
    "ada@example.comInvited",
    "ken@example.comAddress takenken@example.com is here already (active).",
    "not-an-addressNot an addressAn address looks like name@example.com.",
  ]);
  expect(screen.getByText("1 invited, 1 address taken, 1 not an address.")).toBeVisible();
  expect(screen.getByRole("textbox", { name: "Still to invite" })).toHaveValue("not-an-address");
  expect(sent).toEqual([{ email: "ada@example.com", name: "Ada Okafor", role: "MANAGER", teamIds: ["t2"] }]);
});

test("when everybody is invited the form closes", async () => {
  const user = userEvent.setup();
  const { sent, answers } = mailbox();
  const { visited } = renderPage(UsersPage, "/users", "/users?invite=1", answers);
  await user.type(await screen.findByRole("textbox", { name: "Addresses" }), "ada@example.com");
  await user.click(screen.getByRole("button", { name: "Send invitation" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(sent).toEqual([{ email: "ada@example.com", role: "USER", teamIds: [] }]);
  expect(visited()).toBe("/users");
});

test("without an address nothing is sent, and the box says what is missing", async () => {
  const user = userEvent.setup();
  const { sent, answers } = mailbox();
  renderPage(UsersPage, "/users", "/users?invite=1", answers);
  await user.click(await screen.findByRole("button", { name: "Send invitation" }));
  expect(await screen.findByText("Write at least one address.")).toBeVisible();
  expect(screen.getByRole("textbox", { name: "Addresses" })).toHaveFocus();
  expect(sent).toEqual([]);
});

test("a manager of several teams invites as User and must name a team", async () => {
  const user = userEvent.setup();
  const { sent, answers } = mailbox();
  renderPage(UsersPage, "/users", "/users?invite=1", { ...answers, me: () => signedInAs("MANAGER") });
  await user.type(await screen.findByRole("textbox", { name: "Addresses" }), "ada@example.com");
  expect(screen.queryByRole("combobox", { name: "Role" })).toBeNull();
  await screen.findByRole("checkbox", { name: "Berlin" });
  await user.click(screen.getByRole("button", { name: "Send invitation" }));
  expect(await screen.findByText("Choose at least one of your teams.")).toBeVisible();
  expect(sent).toEqual([]);
  await user.click(screen.getByRole("checkbox", { name: "Berlin" }));
  await user.click(screen.getByRole("button", { name: "Send invitation" }));
  await waitFor(() => expect(sent).toEqual([{ email: "ada@example.com", role: "USER", teamIds: ["t1"] }]));
});

test("addresses are read from commas, spaces, lines and names, each once", () => {
  expect(readInvitees('a@x.example b@x.example;\n"Ken Sato" <k@x.example>, A@x.example')).toEqual([
    { email: "a@x.example" },
    { email: "b@x.example" },
    { email: "k@x.example", name: "Ken Sato" },
  ]);
});

test("a refusal for the pace leaves the address for another try", () => {
  const invitee = { email: "a@x.example", name: "Ada" };
  const result = resultOf(invitee, { code: "RATE_LIMITED", message: "Try again in 9 seconds.", issues: [] });
  expect(summaryOf([result])).toBe("1 not sent yet.");
  expect(leftOver([result])).toBe("Ada <a@x.example>");
});
