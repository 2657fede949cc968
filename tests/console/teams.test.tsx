import { screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { TeamsPage } from "../../console/src/teams/TeamsPage";
import { Toaster } from "../../console/src/ui/toast";
import { renderPage, type Answers } from "./harness";
import { connectionOf, memberOf, meAs, teamOf, union } from "./team-answers";

const open = (url: string, answers: Answers) => {
  const page = () => (
    <>
      <TeamsPage />
      <Toaster />
    </>
  );
  return renderPage(page, "/teams", url, { me: meAs("ADMIN"), ...answers });
};

const north = teamOf("t1", "Northern Europe");

test("archived teams are left out until somebody asks for them", async () => {
  const asked = vi.fn((_args: unknown) => connectionOf([north]));
  open("/teams", { teams: asked });
  await screen.findByRole("button", { name: "Northern Europe" });
  expect(asked.mock.calls[0]?.[0]).toMatchObject({ filter: { includeArchived: false } });
  await userEvent.click(screen.getByRole("checkbox", { name: "Show archived teams" }));
  await waitFor(() =>
    expect(asked.mock.calls.at(-1)?.[0]).toMatchObject({ filter: { includeArchived: true } }),
  );
});

test("administrators make teams; nobody else is offered to", async () => {
  const first = open("/teams", { teams: () => connectionOf([]) });
  expect(await screen.findByText("No teams yet")).toBeVisible();
  expect(screen.getAllByRole("button", { name: "New team" })).toHaveLength(2);
  first.unmount();
  open("/teams?new=1", { me: meAs("MANAGER"), teams: () => connectionOf([]) });
  expect(await screen.findByText("You are in no team")).toBeVisible();
  expect(screen.queryByRole("button", { name: "New team" })).toBeNull();
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("a name that is taken is said at its field; the next one makes the team and opens it", async () => {
  const user = userEvent.setup();
  const conflict = {
    ...union("Conflict"),
    code: "CONFLICT",
    message: "There is a team with the name North already.",
    path: ["name"],
  };
  const made = teamOf("t9", "South", { members: [] });
  const createTeam = vi.fn(({ input }: { input: { name: string } }) =>
    input.name === "North" ? conflict : { ...union("CreateTeamSuccess"), team: made },
  );
  const { visited } = open("/teams?new=1", {
    teams: () => connectionOf([north]),
    team: () => made,
    createTeam,
  });
  const name = await screen.findByLabelText("Name");
  await user.type(name, "North{Enter}");
  await waitFor(() => expect(name).toHaveAccessibleDescription(conflict.message));
  await user.clear(name);
  await user.type(name, "South{Enter}");
  await waitFor(() => expect(visited()).toBe("/teams?team=t9"));
  expect(await screen.findByText(/Search above for the first person/)).toBeVisible();
});

test("a manager who does not lead the team is told why, and presses change nothing", async () => {
  const user = userEvent.setup();
  const refuse = vi.fn();
  const team = teamOf("t1", "Northern Europe", {
    mayManage: false,
    members: [memberOf("u1", "Grace", "MANAGER", true), memberOf("u2", "Ken", "USER")],
  });
  open("/teams?team=t1", {
    me: meAs("MANAGER"),
    teams: () => connectionOf([team]),
    team: () => team,
    ...Object.fromEntries(
      ["updateTeam", "archiveTeam", "addTeamMember", "removeTeamMember"].map((each) => [each, refuse]),
    ),
  });
  const rename = await screen.findByRole("button", { name: "Rename" });
  expect(rename).toHaveAttribute("aria-disabled", "true");
  expect(rename).toHaveAccessibleDescription(/Only leads of this team/);
  for (const name of ["Rename", "Archive", "Make lead: Ken", "Remove: Grace"])
    await user.click(screen.getByRole("button", { name }));
  expect(screen.getByText(/Managers move people with the role User only/)).toBeVisible();
  expect(screen.getAllByRole("dialog")).toHaveLength(1);
  expect(refuse).not.toHaveBeenCalled();
  expect(screen.getByRole("button", { name: "Remove: Ken" })).not.toHaveAttribute("aria-disabled");
});

/** A team whose members change as the server would change them. */
function livingTeam() {
  let members = [memberOf("u1", "Grace", "MANAGER", true), memberOf("u2", "Ken", "USER", true)];
  const team = () => teamOf("t1", "Northern Europe", { members });
  const addTeamMember = vi.fn(({ userId, isLead }: { userId: string; isLead: boolean }) => {
    const name = userId === "u2" ? "Ken" : userId === "u1" ? "Grace" : "Omar";
    members = [...members.filter((each) => each.user.id !== userId), memberOf(userId, name, "USER", isLead)];
    return { ...union("AddTeamMemberSuccess"), team: team() };
  });
  const removeTeamMember = vi.fn(({ userId }: { userId: string }) => {
    members = members.filter((each) => each.user.id !== userId);
    return { ...union("RemoveTeamMemberSuccess"), team: team() };
  });
  return { teams: () => connectionOf([team()]), team, addTeamMember, removeTeamMember };
}

test("whoever is removed comes back by undo, as the lead they were", async () => {
  // What lets toasts be pressed above a dialog is a style, and styles are not loaded here.
  const user = userEvent.setup({ pointerEventsCheck: 0 });
  const answers = livingTeam();
  open("/teams?team=t1", answers);
  await user.click(await screen.findByRole("button", { name: "Remove: Ken" }));
  await waitFor(() => expect(screen.queryByRole("button", { name: "Remove: Ken" })).toBeNull());
  expect(screen.getByRole("heading", { name: "Members" })).toHaveFocus();
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  const back = await screen.findByRole("button", { name: "Remove: Ken" });
  expect(back.closest("li")).toHaveTextContent("Lead");
  expect(answers.addTeamMember.mock.calls[0]?.[0]).toEqual({ teamId: "t1", userId: "u2", isLead: true });
});

test("ctrl z takes a removal back as well, while the panel keeps the focus", async () => {
  const user = userEvent.setup();
  open("/teams?team=t1", livingTeam());
  await user.click(await screen.findByRole("button", { name: "Remove: Ken" }));
  await waitFor(() => expect(screen.queryByRole("button", { name: "Remove: Ken" })).toBeNull());
  await user.keyboard("{Control>}z{/Control}");
  expect(await screen.findByRole("button", { name: "Remove: Ken" })).toBeVisible();
});

test("people are found by name and added by keyboard; whoever is in the team is not offered again", async () => {
  const user = userEvent.setup();
  const answers = livingTeam();
  const people = [memberOf("u1", "Grace", "MANAGER").user, memberOf("u3", "Omar", "USER").user];
  open("/teams?team=t1", { ...answers, users: () => connectionOf(people) });
  await user.type(await screen.findByRole("combobox", { name: "Add people to the team" }), "a");
  const options = await screen.findAllByRole("option");
  expect(options[0]).toHaveTextContent("In the team already");
  await user.keyboard("{Enter}");
  expect(answers.addTeamMember).not.toHaveBeenCalled();
  await user.keyboard("{ArrowDown}{Enter}");
  expect(await screen.findByRole("button", { name: "Remove: Omar" })).toBeVisible();
  expect(answers.addTeamMember.mock.calls.map(([args]) => args)).toEqual([
    { teamId: "t1", userId: "u3", isLead: false },
  ]);
});

test("a lead is made and unmade", async () => {
  const user = userEvent.setup();
  const answers = livingTeam();
  open("/teams?team=t1", answers);
  await user.click(await screen.findByRole("button", { name: "Unmake lead: Ken" }));
  expect(await screen.findByRole("button", { name: "Make lead: Ken" })).toBeVisible();
  expect(answers.addTeamMember.mock.calls[0]?.[0]).toEqual({ teamId: "t1", userId: "u2", isLead: false });
});

test("before a team is archived it is said what stays; a refusal is said there, and the team stays open", async () => {
  const user = userEvent.setup();
  const message = "Northern Europe still has campaigns that send (“Autumn”); end or cancel them first.";
  const archiveTeam = vi.fn((_args: unknown) => ({
    ...union("InvalidTransition"),
    code: "INVALID_TRANSITION",
    message,
    path: null,
  }));
  open("/teams?team=t1", { ...livingTeam(), archiveTeam });
  await user.click(await screen.findByRole("button", { name: "Archive" }));
  const dialog = await screen.findByRole("dialog", { name: "Archive Northern Europe?" });
  expect(dialog).toHaveTextContent("Stays: its campaigns, lists and leads are its own as before");
  expect(dialog).toHaveTextContent("Ends: 2 members lose sight of what belongs to the team");
  expect(archiveTeam).not.toHaveBeenCalled();
  await user.click(within(dialog).getByRole("button", { name: "Archive team" }));
  expect(await within(dialog).findByRole("alert")).toHaveTextContent(message);
  expect(archiveTeam.mock.calls[0]?.[0]).toEqual({ id: "t1" });
});

test("a team that somebody else has renamed is not renamed over them; reload takes their name", async () => {
  const user = userEvent.setup();
  let team = teamOf("t1", "Northern Europe", { version: 4 });
  const updateTeam = vi.fn((_args: unknown) => {
    team = teamOf("t1", "The North", { version: 5 });
    return { ...union("Conflict"), code: "CONFLICT", message: "Changed meanwhile.", path: null };
  });
  open("/teams?team=t1", { teams: () => connectionOf([team]), team: () => team, updateTeam });
  await user.click(await screen.findByRole("button", { name: "Rename" }));
  const field = screen.getByLabelText("Name");
  await user.clear(field);
  await user.type(field, "Nordics{Enter}");
  expect(await screen.findByText(/The name is now “The North”/)).toBeVisible();
  expect(field).toHaveValue("Nordics");
  expect(updateTeam.mock.calls[0]?.[0]).toEqual({
    input: { id: "t1", name: "Nordics", expectedVersion: 4 },
  });
  await user.click(screen.getByRole("button", { name: "Reload theirs" }));
  expect(field).toHaveValue("The North");
  expect(updateTeam).toHaveBeenCalledTimes(1);
});
