import type { EventAction } from "../../domain/events.js";
import { change, made, nothing, type ExpectedEntries, type ExpectedEntry, type Made } from "./expected.js";

const USER = `select name, email from app_user where id = $1::uuid`;
const TEAM = "select name from team where id = $1::uuid";
const SESSION = `select s.id, u.id as "userId", u.email from session s join app_user u on u.id = s.user_id where s.id = $1::uuid`;

const user = (
  action: EventAction,
  id: (made: Made) => string,
  changes: ExpectedEntry["changes"] = nothing,
  reason?: string,
): ExpectedEntry => ({
  action,
  ...(reason && { reason }),
  was: USER,
  targets: (call) => [{ type: "user", id: id(call), label: call.was("email") }],
  changes,
});
const status = (before: string, after: string) => () => [change("status", before, after)];
const team = (action: EventAction, changes: ExpectedEntry["changes"]): ExpectedEntry => ({
  action,
  was: TEAM,
  targets: ({ v, was }) => [{ type: "team", id: v("id"), label: was("name") }],
  changes,
});
const member = (action: EventAction, before: boolean | null, after: boolean | null): ExpectedEntry => ({
  action,
  was: `select t.name, u.id, u.email from team t, app_user u where t.id = $1::uuid and u.id = $2::uuid`,
  targets: ({ v, was }) => [
    { type: "team", id: v("teamId"), label: was("name") },
    { type: "user", id: v("userId"), label: was("email") },
  ],
  changes: () => [change("isLead", before, after)],
});
const own = ({ caller }: Made) => caller!.userId;
const id = ({ v }: Made) => v("id");

/** Whoever holds a link is nobody yet; the link says whom it is about. */
const byLink = (action: EventAction): ExpectedEntry => ({
  action,
  was: "select u.id, u.email from one_time_token t join app_user u on u.id = t.user_id where t.id = $1::uuid",
  targets: ({ was }) => [{ type: "user", id: was("id"), label: was("email") }],
  changes: nothing,
});

/** What mutations about people, their teams and their sessions leave. */
export const OF_PEOPLE: ExpectedEntries = {
  inviteUser: {
    action: "user.invited",
    targets: (c) => [{ type: "user", id: c.made("user.id"), label: c.v("input.email") }],
    changes: ({ v }) => [
      made("email", v("input.email")),
      made("name", v("input.email").split("@")[0]),
      made("role", "USER"),
    ],
  },
  resendInvitation: user("user.invited", id, nothing, "RESENT"),
  updateUser: user(
    "user.updated",
    ({ v }) => v("input.id"),
    ({ v, was }) => [change("name", was("name"), v("input.name"))],
  ),
  updateProfile: user("user.updated", own, ({ v, was }) => [change("name", was("name"), v("input.name"))]),
  suspendUser: user("user.suspended", id, status("ACTIVE", "SUSPENDED")),
  reactivateUser: user("user.reactivated", id, status("SUSPENDED", "ACTIVE")),
  // Of somebody who is erased no name stays.
  eraseUser: {
    action: "user.erased",
    targets: ({ v }) => [{ type: "user", id: v("id") }],
    changes: status("ACTIVE", "ERASED"),
  },
  assignRole: user(
    "user.role.changed",
    ({ v }) => v("userId"),
    () => [change("role", "USER", "MANAGER")],
  ),
  createTeam: {
    action: "team.created",
    targets: (c) => [{ type: "team", id: c.made("team.id"), label: c.v("input.name") }],
    changes: ({ v }) => [made("name", v("input.name"))],
  },
  updateTeam: {
    action: "team.updated",
    was: TEAM,
    targets: ({ v }) => [{ type: "team", id: v("input.id"), label: v("input.name") }],
    changes: ({ v, was }) => [change("name", was("name"), v("input.name"))],
  },
  archiveTeam: team("team.archived", () => [change("archived", false, true)]),
  addTeamMember: member("team.member.added", null, false),
  removeTeamMember: member("team.member.removed", false, null),
  revokeSession: {
    action: "auth.session.revoked",
    was: SESSION,
    targets: ({ v, was }) => [
      { type: "session", id: v("id") },
      { type: "user", id: was("userId"), label: was("email") },
    ],
    changes: nothing,
  },
  revokeSessions: user("auth.session.revoked", ({ v }) => v("userId")),
  changePassword: user("auth.password.changed", own),
  signIn: {
    action: "auth.login.succeeded",
    targets: (c) => [{ type: "user", id: c.made("user.id"), label: c.v("email") }],
    changes: nothing,
  },
  acceptInvitation: {
    ...byLink("user.invite.accepted"),
    changes: () => [change("status", "INVITED", "ACTIVE")],
  },
  resetPassword: byLink("auth.password.reset_completed"),
  requestPasswordReset: {
    action: "auth.password.reset_requested",
    was: "select id, email from app_user where email = $1",
    targets: ({ was }) => [{ type: "user", id: was("id"), label: was("email") }],
    changes: nothing,
  },
  signOut: {
    action: "auth.logout",
    was: SESSION,
    targets: ({ was }) => [
      { type: "session", id: was("id") },
      { type: "user", id: was("userId"), label: was("email") },
    ],
    changes: nothing,
  },
};
