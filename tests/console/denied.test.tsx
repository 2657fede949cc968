import { screen } from "@solidjs/testing-library";
import { GraphQLError } from "graphql";
import { expect, test } from "vitest";
import { Guarded } from "../../console/src/app/Guarded";
import { SettingsPage } from "../../console/src/settings/SettingsPage";
import { TeamsPage } from "../../console/src/teams/TeamsPage";
import { renderPage, type Answers } from "./harness";

const granters = [
  { __typename: "PermissionGranter", id: "u1", name: "Grace Hopper", email: "grace@example.com" },
  { __typename: "PermissionGranter", id: "u2", name: "Ken Sato", email: "ken+ops@example.com" },
];

const permissions = () => [
  {
    permission: "SYSTEM_SETTINGS_MANAGE",
    title: "Manage settings",
    description: "Settings, senders, domains.",
    wire: "system:settings",
    roles: ["ADMIN"],
  },
  {
    permission: "TEAM_READ",
    title: "See teams",
    description: "Teams and their members.",
    wire: "team:read",
    roles: ["ADMIN", "MANAGER", "USER"],
  },
];

const me = () => ({
  __typename: "Me",
  id: "me",
  email: "ada@example.com",
  name: "Ada",
  role: "MANAGER",
  permissions: ["CAMPAIGN_READ"],
  teams: [],
  organisation: "Northwind",
});

const explained = () => ({
  permission: "SYSTEM_SETTINGS_MANAGE",
  granted: false,
  role: "MANAGER",
  roles: ["ADMIN"],
  scope: "TEAMS",
  reason: "The role Manager does not have it; Admin does.",
  grantedBy: granters,
});

const settings = () => (
  <Guarded permission="SYSTEM_SETTINGS_MANAGE" title="Settings">
    <p>The secret page</p>
  </Guarded>
);

const open = (answers: Answers) =>
  renderPage(settings, "/settings", "/settings", { me, permissions, ...answers });

const factOf = (term: string) => screen.getByText(term, { selector: "dt" }).nextElementSibling;

test("the page that is denied is named, with the permission, the roles that have it, one's own, and whom to ask", async () => {
  open({ explainPermission: explained });
  expect(await screen.findByRole("heading", { name: "Settings is not open to you" })).toBeVisible();
  expect(await screen.findByText("Grace Hopper")).toBeVisible();
  expect(factOf("Missing permission")).toHaveTextContent("Manage settings SYSTEM_SETTINGS_MANAGE");
  expect(factOf("Comes with the role")).toHaveTextContent("Admin");
  expect(factOf("Your role")).toHaveTextContent("Manager");
  expect(screen.queryByText("The secret page")).toBeNull();
  expect(document.title).toBe("Settings · Postwatch");
});

test("whoever can give it is a mail away, written to their address with the permission in it", async () => {
  open({ explainPermission: explained });
  const link = await screen.findByRole("link", { name: "Ken Sato" });
  const mail = new URL(link.getAttribute("href")!);
  expect(mail.protocol + decodeURIComponent(mail.pathname)).toBe("mailto:ken+ops@example.com");
  expect(mail.searchParams.get("subject")).toBe("Postwatch: Manage settings");
  expect(mail.searchParams.get("body")).toContain("SYSTEM_SETTINGS_MANAGE (Manage settings)");
});

test("there is a way back to what one may see", async () => {
  const { visited } = open({ explainPermission: explained });
  const overview = await screen.findByRole("link", { name: "Go to the overview" });
  overview.click();
  expect(await screen.findByText("Elsewhere")).toBeVisible();
  expect(visited()).toBe("/overview");
});

test("without an answer to whom to ask, the permission and one's role are named all the same", async () => {
  open({
    explainPermission: () => {
      throw new GraphQLError("Out of order", { extensions: { code: "INTERNAL_SERVER_ERROR" } });
    },
  });
  expect(await screen.findByRole("alert")).toHaveTextContent("Ask an administrator.");
  expect(factOf("Missing permission")).toHaveTextContent("SYSTEM_SETTINGS_MANAGE");
  expect(factOf("Your role")).toHaveTextContent("Manager");
});

const refusal = (permission: string, scope: string, message: string) => () => {
  const explain = { permission, roles: ["ADMIN"], scope, grantedBy: granters };
  throw new GraphQLError(message, { extensions: { code: "FORBIDDEN", explain } });
};

test("a refusal inside a page is explained like the page: the permission by title, the roles, the people", async () => {
  const message = "This needs the permission SYSTEM_SETTINGS_MANAGE, which the role ADMIN has.";
  renderPage(SettingsPage, "/settings", "/settings", {
    me,
    permissions,
    settings: refusal("SYSTEM_SETTINGS_MANAGE", "ROLE", message),
  });
  expect(await screen.findByText("You may not do this")).toBeVisible();
  await screen.findByText(/^Manage settings/);
  expect(factOf("Comes with the role")).toHaveTextContent("Admin");
  expect(screen.getByRole("link", { name: "Grace Hopper" })).toBeVisible();
});

test("a refused list explains itself in its place", async () => {
  const message = "Managers do this in the teams that they lead.";
  renderPage(TeamsPage, "/teams", "/teams", {
    me,
    permissions,
    teams: refusal("TEAM_READ", "TEAM", message),
  });
  expect(await screen.findByText(message)).toBeVisible();
  expect(await screen.findByText(/^See teams/)).toBeVisible();
  expect(screen.getByRole("link", { name: "Ken Sato" })).toBeVisible();
});

test("whoever looks through another's eyes is told that, not sent to ask for a permission", async () => {
  const message = "You are looking through the eyes of ada@example.com, which is read only.";
  renderPage(SettingsPage, "/settings", "/settings", {
    me,
    permissions,
    settings: refusal("SYSTEM_SETTINGS_MANAGE", "VIEW_AS", message),
  });
  expect(await screen.findByRole("alert")).toHaveTextContent(message);
  expect(screen.queryByText("Missing permission")).toBeNull();
});
