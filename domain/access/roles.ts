import { PERMISSION_NAMES, type Permission } from "./permissions.js";

export const ROLES = ["ADMIN", "MANAGER", "USER"] as const;
export type Role = (typeof ROLES)[number];

const ADMIN_ONLY: readonly Permission[] = [
  "user:manage",
  "user:role",
  "system:health",
  "system:audit",
  "system:jobs",
  "system:settings",
];
const READ_ONLY: readonly Permission[] = [
  "campaign:read",
  "lead:read",
  "analytics:read",
  "team:read",
  "user:read",
];

/** The one table of who may do what: 25, 19 and 5 permissions. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  ADMIN: new Set(PERMISSION_NAMES),
  MANAGER: new Set(PERMISSION_NAMES.filter((permission) => !ADMIN_ONLY.includes(permission))),
  USER: new Set(READ_ONLY),
};

export function rolesWith(permission: Permission): Role[] {
  return ROLES.filter((role) => ROLE_PERMISSIONS[role].has(permission));
}

const orphans = PERMISSION_NAMES.filter((permission) => rolesWith(permission).length === 0);
if (orphans.length > 0) throw new Error(`No role has the permissions ${orphans.join(", ")}`);
