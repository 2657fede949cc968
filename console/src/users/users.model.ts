import type { Introspected } from "../api/graphql";
import type { PermissionText, Role, UserStatus } from "./users.gql";

export type Permission = Introspected<"Permission">;

export const roles: readonly Role[] = ["ADMIN", "MANAGER", "USER"];
/** Those that somebody in the directory can have; who is erased is in it no more. */
export const statuses: readonly UserStatus[] = ["ACTIVE", "INVITED", "SUSPENDED"];
export const sortFields = ["NAME", "LAST_SEEN_AT", "CREATED_AT"] as const;
export const tabs = ["people", "roles"] as const;

/** What each role is for, in the words of somebody who chooses one. */
export const roleMeaning: Record<Role, string> = {
  ADMIN: "Everything, in the whole organisation.",
  MANAGER: "Runs campaigns and leads of their teams; no system pages, no roles.",
  USER: "Looks at what their teams do; changes nothing.",
};

/** Where a role's permissions hold. */
export const roleReach: Record<Role, string> = {
  ADMIN: "everywhere",
  MANAGER: "in their teams",
  USER: "in their teams",
};

export const statusMeaning: Record<UserStatus, string> = {
  ACTIVE: "Can sign in.",
  INVITED: "Has not accepted the invitation yet.",
  SUSPENDED: "Cannot sign in until somebody reactivates them.",
  ERASED: "Their personal data is gone; what they did stays in the audit log.",
};

/** Does every word of the search occur in the title, the meaning or the name of the permission? */
export function matches(text: PermissionText, search: string): boolean {
  const where = `${text.title} ${text.description} ${text.permission} ${text.wire}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => where.includes(word));
}

/** True where not every role has it. */
export const differs = (text: { roles: readonly Role[] }) => text.roles.length < roles.length;

/** Titles for a list of permissions, in the order of the matrix: "Launch campaigns, Pause campaigns". */
export function titlesOf(permissions: readonly Permission[], texts: readonly PermissionText[]): string {
  return texts
    .filter((text) => permissions.includes(text.permission))
    .map((text) => text.title)
    .join(", ");
}
