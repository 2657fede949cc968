import { ForbiddenError, UnauthenticatedError } from "../errors.js";
import type { Id } from "../ids.js";
import type { Permission } from "./permissions.js";
import { ROLE_PERMISSIONS, rolesWith, type Role } from "./roles.js";

/** Who acts. A job or an operator acts by the product's own code, which decides what it does; they hold no role. */
export type Actor =
  | { readonly kind: "ANONYMOUS" }
  | {
      readonly kind: "USER";
      readonly userId: Id;
      readonly email: string;
      readonly role: Role;
      readonly sessionId: Id;
      readonly tenantId: Id;
    }
  | { readonly kind: "JOB"; readonly name: string }
  | { readonly kind: "OPERATOR"; readonly name: string };

export const anonymous: Actor = { kind: "ANONYMOUS" };

export function can(actor: Actor, permission: Permission): boolean {
  if (actor.kind === "USER") return ROLE_PERMISSIONS[actor.role].has(permission);
  return actor.kind === "JOB" || actor.kind === "OPERATOR";
}

/**
 * What a caller must be. "public": anybody; "signedIn": any person with a session; "internal": only the product's own
 * jobs and its operator; otherwise the permission.
 */
export type Requirement = Permission | "public" | "signedIn" | "internal";

/** @throws UnauthenticatedError, ForbiddenError with what would be enough. */
export function demand(actor: Actor, requirement: Requirement): void {
  if (requirement === "public" || actor.kind === "JOB" || actor.kind === "OPERATOR") return;
  if (actor.kind === "ANONYMOUS") throw new UnauthenticatedError();
  if (requirement === "signedIn") return;
  if (requirement === "internal" || !can(actor, requirement)) {
    const roles = requirement === "internal" ? [] : rolesWith(requirement);
    throw new ForbiddenError({
      permission: requirement,
      roles,
      scope: "ROLE",
      grantedBy: rolesWith("user:role"),
    });
  }
}
