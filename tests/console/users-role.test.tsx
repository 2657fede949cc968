import { screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { beforeAll, expect, test } from "vitest";
import { UsersPage } from "../../console/src/users/UsersPage";
import { renderPage } from "./harness";
import { answersFor, connection, person, signedInAs } from "./users-fixtures";

beforeAll(() => import("../../console/src/users/panel/UserPanel"));

interface Assignment {
  userId: string;
  role: "ADMIN" | "MANAGER" | "USER";
  expectedVersion: number;
}

/** One manager, whose role can be changed as long as `refusal` is not set. */
function organisation(refusal?: object) {
  let ana = person({ id: "u1", name: "Ana Diaz", role: "MANAGER", version: 7 });
  const assigned: Assignment[] = [];
  const assignRole = ({ userId, role, expectedVersion }: Assignment) => {
    assigned.push({ userId, role, expectedVersion });
    if (refusal) return refusal;
    ana = person({ id: "u1", name: "Ana Diaz", role, version: 8 });
    return { __typename: "AssignRoleSuccess", user: ana };
  };
  return { assigned, answers: answersFor(() => [ana], { assignRole }) };
}

test("before a role is saved it says by name what the change removes, and nothing is sent until then", async () => {
  const user = userEvent.setup();
  const { assigned, answers } = organisation();
  renderPage(UsersPage, "/users", "/users?user=u1", answers);
  await user.click(await screen.findByRole("radio", { name: /^User/ }));
  const change = await screen.findByRole("group", { name: "Change to User" });
  const lost = await within(change).findByText("This removes 14 abilities:");
  expect(lost.parentElement).toHaveTextContent(
    "This removes 14 abilities: Create campaigns, Edit campaigns, Delete campaigns, Launch campaigns, Pause campaigns, " +
      "Create leads, Edit leads, Delete leads, Import leads, Export leads, Export analytics, Manage teams, " +
      "Manage team members, Invite people.",
  );
  expect(assigned).toEqual([]);
  await user.click(within(change).getByRole("button", { name: "Change role to User" }));
  await waitFor(() => expect(screen.queryByRole("group", { name: "Change to User" })).toBeNull());
  expect(assigned).toEqual([{ userId: "u1", role: "USER", expectedVersion: 7 }]);
  const chosen = await screen.findByRole("radio", { name: /^User.*now/ });
  expect(chosen).toBeChecked();
  expect(chosen).toHaveFocus();
});

test("what a role adds is listed too, and keeping the old role sends nothing", async () => {
  const user = userEvent.setup();
  const { assigned, answers } = organisation();
  renderPage(UsersPage, "/users", "/users?user=u1", answers);
  await user.click(await screen.findByRole("radio", { name: /^Admin/ }));
  const gained = await screen.findByText("This adds 6 abilities:");
  expect(gained.parentElement).toHaveTextContent("Manage people, Assign roles, See system health");
  expect(screen.queryByText(/This removes/)).toBeNull();
  await user.click(screen.getByRole("button", { name: "Keep Manager" }));
  expect(screen.getByRole("radio", { name: /^Manager/ })).toBeChecked();
  expect(assigned).toEqual([]);
});

test("what stands in the way is said before, and the change cannot be sent", async () => {
  const user = userEvent.setup();
  const { answers } = organisation();
  const obstacle = "This is the organisation's last active administrator.";
  const roleChangePreview = () => ({ lost: [], gained: [], obstacle });
  renderPage(UsersPage, "/users", "/users?user=u1", { ...answers, roleChangePreview });
  await user.click(await screen.findByRole("radio", { name: /^User/ }));
  expect(await screen.findByText(obstacle)).toBeVisible();
  expect(screen.getByRole("button", { name: "Change role to User" })).toBeDisabled();
});

test("a refusal by the server stays on screen beside the choice", async () => {
  const user = userEvent.setup();
  const { answers } = organisation({
    __typename: "LastAdmin",
    code: "LAST_ADMIN",
    message: "Nobody would be left.",
  });
  renderPage(UsersPage, "/users", "/users?user=u1", answers);
  await user.click(await screen.findByRole("radio", { name: /^User/ }));
  await screen.findByText("This removes 14 abilities:");
  await user.click(screen.getByRole("button", { name: "Change role to User" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Nobody would be left.");
  expect(screen.getByRole("radio", { name: /^User/ })).toBeChecked();
});

test.each([
  [1, "This is your own role, and you are the only active Admin: make somebody else Admin first."],
  [2, "This is your own role. Another Admin can change it."],
])("with %i active Admins one's own role is not offered, and it says why", async (admins, reason) => {
  const me = person({ id: "me", name: "Me Myself", role: "ADMIN" });
  const others = Array.from({ length: admins }, (_, at) => person({ id: `a${at}`, name: `Admin ${at}` }));
  const answers = answersFor(() => [me], {
    me: () => signedInAs("ADMIN"),
    users: ({ filter }: { filter?: { status?: string[] } }) => connection(filter?.status ? others : [me]),
  });
  renderPage(UsersPage, "/users", "/users?user=me", answers);
  expect(await screen.findByText(new RegExp(reason))).toBeVisible();
  expect(screen.queryByRole("radio")).toBeNull();
  for (const name of ["Suspend", "Erase"]) expect(screen.getByRole("button", { name })).toBeDisabled();
  expect(screen.queryByRole("button", { name: /View as/ })).toBeNull();
});
