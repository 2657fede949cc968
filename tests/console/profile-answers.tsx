import { ProfilePage } from "../../console/src/profile/ProfilePage";
import { Toaster } from "../../console/src/ui/toast";
import { renderPage, type Answers } from "./harness";

export const me = {
  __typename: "Me",
  id: "me",
  email: "ada@example.com",
  name: "Ada",
  role: "MANAGER",
  organisation: "Northwind",
  permissions: ["TEAM_READ"],
  version: 3,
  teams: [{ __typename: "Team", id: "t1", name: "Northern Europe" }],
};

const at = "2026-03-01T10:00:00.000Z";
export const session = (id: string, device: string, isCurrent = false) => ({
  __typename: "Session",
  id,
  device,
  browser: null,
  system: null,
  ip: "192.0.2.7",
  createdAt: at,
  lastSeenAt: at,
  expiresAt: at,
  isCurrent,
});

const text = (permission: string, title: string) => ({
  permission,
  title,
  description: title,
  wire: permission,
  roles: ["ADMIN"],
});

export const base: Answers = {
  me: () => me,
  sessions: () => [session("s1", "Firefox on Linux", true), session("s2", "Safari on iOS")],
  user: () => ({
    __typename: "User",
    id: "me",
    effectivePermissions: [
      { permission: "TEAM_READ", granted: true, scope: "TEAMS", reason: "From the role Manager." },
      {
        permission: "USER_MANAGE",
        granted: false,
        scope: "TEAMS",
        reason: "The role Manager does not have it; Admin does.",
      },
    ],
  }),
  permissions: () => [text("TEAM_READ", "See teams"), text("USER_MANAGE", "Manage people")],
};

export const open = (answers: Answers) => {
  const page = () => (
    <>
      <ProfilePage />
      <Toaster />
    </>
  );
  return renderPage(page, "/profile", "/profile", { ...base, ...answers });
};
