import { screen, waitFor, within } from "@solidjs/testing-library";
import userEvent from "@testing-library/user-event";
import { beforeAll, expect, test } from "vitest";
import { UsersPage } from "../../console/src/users/UsersPage";
import { renderPage } from "./harness";
import { answersFor, permissions, person } from "./users-fixtures";

beforeAll(() => import("../../console/src/users/matrix/Roles"));

const ana = person({ id: "u1", name: "Ana Diaz", role: "MANAGER", teams: ["Berlin"] });

const open = async (address = "/users?tab=roles", more = {}) => {
  const page = renderPage(
    UsersPage,
    "/users",
    address,
    answersFor(() => [ana], more),
  );
  return { ...page, grid: await screen.findByRole("grid", { name: "Roles and permissions" }) };
};

/** The lines of permissions, without the heads of groups. */
const lines = (grid: HTMLElement) =>
  [...grid.querySelectorAll("tbody tr")].filter((row) => row.querySelector("code"));

const titles = (grid: HTMLElement) =>
  lines(grid).map((row) => row.querySelector("th span span")?.textContent);

test("25 permissions in six groups stand against the three roles, as the product's own table says", async () => {
  const { grid } = await open();
  const heads = within(grid).getAllByRole("columnheader");
  expect(heads.map((each) => each.textContent)).toEqual([
    "Permission",
    "Admin25 of 25everywhere",
    "Manager19 of 25in their teams",
    "User5 of 25in their teams",
  ]);
  const groups = within(grid).getAllByRole("button");
  expect(groups.map((each) => each.textContent)).toEqual([
    "Campaigns",
    "Leads",
    "Analytics",
    "Teams",
    "People",
    "System",
  ]);
  const shown = lines(grid).map((row) => ({
    wire: row.querySelector("code")?.textContent,
    cells: [...row.querySelectorAll("td")].map((cell) => cell.textContent),
  }));
  const cell = (role: string, has: boolean) => `${role} ${has ? "may" : "may not"}`;
  expect(shown).toEqual(
    permissions.map(({ wire, roles }) => ({
      wire,
      cells: [
        cell("Admin", roles.includes("ADMIN")),
        cell("Manager", roles.includes("MANAGER")),
        cell("User", roles.includes("USER")),
      ],
    })),
  );
});

test("every permission says what it means", async () => {
  const { grid } = await open();
  const said = lines(grid).map((line) => line.querySelector("th")?.textContent);
  expect(said).toEqual(permissions.map(({ title, wire, description }) => `${title}${wire}${description}`));
});

test("Tab stops once in the grid, and the arrow keys reach every cell", async () => {
  const user = userEvent.setup();
  const { grid } = await open();
  expect(grid.querySelectorAll("[tabindex='0']")).toHaveLength(1);
  within(grid).getByRole("button", { name: "Campaigns" }).focus();
  await user.keyboard("{ArrowDown}{ArrowRight}{ArrowRight}");
  expect(document.activeElement).toHaveTextContent("Manager may");
  expect(document.activeElement?.closest("tr")).toHaveTextContent("campaign:read");
  await user.keyboard("{ArrowDown}{End}");
  expect(document.activeElement).toHaveTextContent("User may not");
  await user.keyboard("{ArrowRight}");
  expect(document.activeElement).toHaveTextContent("User may not");
  await user.keyboard("{Control>}{End}{/Control}");
  expect(document.activeElement?.closest("tr")).toHaveTextContent("system:settings");
  await user.keyboard("{Control>}{Home}{/Control}");
  expect(within(grid).getByRole("button", { name: "Campaigns" })).toHaveFocus();
  expect(grid.querySelectorAll("[tabindex='0']")).toHaveLength(1);
  await user.tab();
  expect(grid).not.toContainElement(document.activeElement as HTMLElement);
});

test("a group folds by Enter and keeps the focus; folding all leaves six lines", async () => {
  const user = userEvent.setup();
  const { grid } = await open();
  const leads = within(grid).getByRole("button", { name: "Leads" });
  leads.focus();
  await user.keyboard("{Enter}");
  expect(leads).toHaveAttribute("aria-expanded", "false");
  expect(leads).toHaveFocus();
  expect(titles(grid)).toHaveLength(19);
  await user.click(screen.getByRole("button", { name: "Fold all" }));
  expect(within(grid).getAllByRole("row")).toHaveLength(1 + 6);
  await user.click(screen.getByRole("button", { name: "Unfold all" }));
  expect(titles(grid)).toHaveLength(25);
});

test("differences only leaves out what every role has", async () => {
  const user = userEvent.setup();
  const { grid, visited } = await open();
  await user.click(screen.getByRole("checkbox", { name: "Show differences only" }));
  expect(titles(grid)).toEqual(permissions.filter(({ roles }) => roles.length < 3).map(({ title }) => title));
  expect(titles(grid)).toHaveLength(20);
  expect(visited()).toBe("/users?tab=roles&diff=1");
});

test("search looks in titles, meanings and names, opens folded groups, and says when nothing matches", async () => {
  const user = userEvent.setup();
  const { grid, visited } = await open();
  await user.click(screen.getByRole("button", { name: "Fold all" }));
  const box = screen.getByRole("searchbox", { name: "Search permissions" });
  await user.type(box, "export");
  await waitFor(() =>
    expect(titles(grid)).toEqual(["Export leads", "Export analytics", "See the audit log"]),
  );
  await waitFor(() => expect(visited()).toBe("/users?tab=roles&q=export"));
  await user.clear(box);
  await user.type(box, "no such thing");
  await screen.findByRole("heading", { name: "No permission matches" });
  await user.click(screen.getByRole("button", { name: "Show all permissions" }));
  expect(await screen.findByRole("grid")).toBeInTheDocument();
});

test("a person is compared with the roles, and each cell explains why they may or may not", async () => {
  const user = userEvent.setup();
  const explainPermission = ({ permission }: { permission: string }) => ({
    permission,
    granted: false,
    role: "MANAGER",
    roles: ["ADMIN"],
    scope: "TEAMS",
    reason: "unused",
    grantedBy: [{ id: "a1", name: "Grace Hopper", email: "grace@example.com" }],
  });
  const { grid, visited } = await open("/users?tab=roles&q=roles", { explainPermission });
  const box = screen.getByRole("combobox", { name: "Compare with a person" });
  await user.type(box, "ana");
  await screen.findByRole("option", { name: /Ana Diaz/ });
  await user.keyboard("{Enter}");
  expect(await within(grid).findByRole("columnheader", { name: /Ana Diaz/ })).toHaveTextContent("19 of 25");
  expect(visited()).toBe("/users?tab=roles&q=roles&person=u1");
  await waitFor(() =>
    expect(screen.getByRole("button", { name: "Compared with Ana Diaz: stop" })).toHaveFocus(),
  );
  const cell = within(grid).getByRole("button", { name: "Ana Diaz may not Why" });
  cell.focus();
  await user.keyboard("{Enter}");
  expect(cell).toHaveAttribute("aria-expanded", "true");
  expect(await within(grid).findByText(/The role Manager does not have it; Admin does\./)).toHaveTextContent(
    "Ana Diaz may not assign roles.",
  );
  expect(await within(grid).findByText(/It comes with the role Admin\./)).toHaveTextContent(
    "Roles are given by Grace Hopper.",
  );
  await user.keyboard("{ArrowDown}");
  expect(document.activeElement).toHaveTextContent("Ana Diaz may not assign roles.");
  await user.keyboard("{ArrowUp}{Enter}");
  expect(cell).toHaveFocus();
  expect(cell).toHaveAttribute("aria-expanded", "false");
});
