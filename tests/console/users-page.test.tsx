import { screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { beforeAll, expect, test } from "vitest";
import { UsersPage } from "../../console/src/users/UsersPage";
import { renderPage } from "./harness";
import { answersFor, connection, person, signedInAs } from "./users-fixtures";

// The panel is fetched when it is first opened; here it is at hand.
beforeAll(() => import("../../console/src/users/panel/UserPanel"));

const ada = person({ id: "u1", name: "Ada Okafor", role: "MANAGER", teams: ["Berlin"] });
const ken = person({ id: "u2", name: "Ken Sato" });
const zoe = person({ id: "u3", name: "Zoe Weber", status: "SUSPENDED" });
const people = () => [ada, ken, zoe];

const open = (address: string, more = {}) =>
  renderPage(UsersPage, "/users", address, answersFor(people, more));

test("search, filters and order stand in the address, and exactly they are asked for", async () => {
  const user = userEvent.setup();
  const asked: unknown[] = [];
  const users = (args: object) => (asked.push(args), connection(people()));
  const { visited } = open("/users?role=MANAGER", { users });
  await screen.findByRole("button", { name: "Ada Okafor" });
  expect(asked.at(-1)).toEqual({
    first: 50,
    after: null,
    filter: { role: ["MANAGER"] },
    orderBy: { field: "NAME", direction: "ASC" },
  });
  await user.type(screen.getByRole("searchbox", { name: "Search people" }), "ada");
  await user.selectOptions(screen.getByRole("combobox", { name: "Status" }), "Suspended");
  await user.click(screen.getByRole("button", { name: "Last seen" }));
  await waitFor(() =>
    expect(asked.at(-1)).toEqual({
      first: 50,
      after: null,
      filter: { role: ["MANAGER"], status: ["SUSPENDED"], text: "ada" },
      orderBy: { field: "LAST_SEEN_AT", direction: "DESC" },
    }),
  );
  const address = () => Object.fromEntries(new URLSearchParams(visited().split("?")[1]));
  await waitFor(() =>
    expect(address()).toEqual({
      q: "ada",
      role: "MANAGER",
      status: "SUSPENDED",
      sort: "LAST_SEEN_AT.DESC",
    }),
  );
});

test("when nobody matches it says so, and offers to clear the filter", async () => {
  const user = userEvent.setup();
  const users = ({ filter }: { filter: { text?: string } }) => connection(filter.text ? [] : people());
  const { visited } = open("/users?q=nobody", { users });
  await screen.findByRole("heading", { name: "Nobody matches" });
  await user.click(screen.getByRole("button", { name: "Clear the filter" }));
  await screen.findByRole("button", { name: "Ken Sato" });
  expect(visited()).toBe("/users");
});

test("more pages stand in the address, and a reload opens as many", async () => {
  const page = (after: string | undefined) => ({
    ...connection([after ? ken : ada]),
    pageInfo: { hasNextPage: !after, hasPreviousPage: false, startCursor: null, endCursor: "1" },
    totalCount: 2,
  });
  const users = ({ after }: { after?: string }) => page(after);
  const user = userEvent.setup();
  const first = open("/users", { users });
  await user.click(await screen.findByRole("button", { name: "Load more" }));
  await screen.findByRole("button", { name: "Ken Sato" });
  expect(first.visited()).toBe("/users?pages=2");
  first.unmount();
  open("/users?pages=2", { users });
  await screen.findByRole("button", { name: "Ken Sato" });
  expect(screen.getByText("2 of 2 people")).toBeVisible();
});

test("Enter opens the panel, j and k move on with it open, and Escape gives the focus to the last row", async () => {
  const user = userEvent.setup();
  const { visited } = open("/users");
  (await screen.findByRole("button", { name: "Ada Okafor" })).focus();
  await user.keyboard("{Enter}");
  const panel = await screen.findByRole("dialog");
  await within(panel).findByText("Runs campaigns and leads of their teams; no system pages, no roles.");
  await user.keyboard("j");
  await within(panel).findByText("ken@example.com");
  expect(visited()).toBe("/users?user=u2");
  await user.keyboard("jk");
  expect(visited()).toBe("/users?user=u2");
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(visited()).toBe("/users");
  await waitFor(() => expect(screen.getByRole("button", { name: "Ken Sato" })).toHaveFocus());
});

test("letters that are typed into the panel's search do not move it on", async () => {
  const user = userEvent.setup();
  const { visited } = open("/users?user=u1");
  await user.type(await screen.findByRole("searchbox", { name: "Search what they may do" }), "jk");
  expect(visited()).toBe("/users?user=u1");
});

test("every ability is listed with its reason", async () => {
  const user = userEvent.setup();
  open("/users?user=u1");
  await user.type(await screen.findByRole("searchbox", { name: "Search what they may do" }), "roles");
  expect(await screen.findByText("The role Manager does not have it; Admin does.")).toBeVisible();
  await user.clear(screen.getByRole("searchbox", { name: "Search what they may do" }));
  await user.type(screen.getByRole("searchbox", { name: "Search what they may do" }), "launch");
  expect(
    await screen.findByText("From the role Manager, in Berlin and for what belongs to no team."),
  ).toBeVisible();
});

test("a manager is offered neither roles nor sessions nor access, and nobody's eyes", async () => {
  const sessions = null;
  open("/users?user=u2", { me: () => signedInAs("MANAGER"), user: () => ({ ...ken, sessions }) });
  const panel = await screen.findByRole("dialog");
  await within(panel).findByRole("heading", { name: "What they may do" });
  const headings = within(panel).getAllByRole("heading", { level: 3 });
  expect(headings.map((each) => each.textContent)).toEqual(["Profile", "Role", "Teams", "What they may do"]);
  expect(within(panel).queryByRole("button", { name: "Edit name" })).toBeNull();
});

test("erasing asks for the address, sends nothing before it is right, and then closes the panel", async () => {
  const user = userEvent.setup();
  const erased: string[] = [];
  const eraseUser = ({ id }: { id: string }) => {
    erased.push(id);
    return { __typename: "EraseUserSuccess", userId: id };
  };
  open("/users?user=u2", { eraseUser });
  await user.click(await screen.findByRole("button", { name: "Erase" }));
  const box = await screen.findByRole("textbox", { name: "Type ken@example.com to confirm" });
  await user.type(box, "ken@example.co");
  await user.click(screen.getByRole("button", { name: "Erase for good" }));
  expect(await screen.findByText("Type ken@example.com to go on.")).toBeVisible();
  expect(erased).toEqual([]);
  await user.type(box, "m");
  await user.click(screen.getByRole("button", { name: "Erase for good" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(erased).toEqual(["u2"]);
});

test("a name that somebody else changed meanwhile is shown, and saved only on demand", async () => {
  const user = userEvent.setup();
  let stored = person({ id: "u2", name: "Ken Sato" });
  const inputs: { name: string; expectedVersion: number }[] = [];
  const updateUser = ({ input }: { input: { name: string; expectedVersion: number } }) => {
    inputs.push({ name: input.name, expectedVersion: input.expectedVersion });
    if (input.expectedVersion !== stored.version)
      return { __typename: "Conflict", code: "CONFLICT", message: "Changed meanwhile.", path: null };
    stored = { ...stored, name: input.name, version: stored.version + 1 };
    return { __typename: "UpdateUserSuccess", user: stored };
  };
  open("/users?user=u2", { user: () => stored, updateUser });
  await user.click(await screen.findByRole("button", { name: "Edit name" }));
  const box = screen.getByRole("textbox", { name: "Name" });
  await user.clear(box);
  await user.type(box, "Kenji Sato");
  stored = { ...stored, name: "K. Sato", version: 2 };
  await user.click(screen.getByRole("button", { name: "Save name" }));
  expect(await screen.findByText(/The name is now “K. Sato”/)).toBeVisible();
  expect(box).toHaveValue("Kenji Sato");
  await user.click(screen.getByRole("button", { name: "Save mine" }));
  await waitFor(() => expect(stored.name).toBe("Kenji Sato"));
  expect(inputs).toEqual([
    { name: "Kenji Sato", expectedVersion: 1 },
    { name: "Kenji Sato", expectedVersion: 2 },
  ]);
});
