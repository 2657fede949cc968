import { ForbiddenError, UnauthenticatedError, type Refusal } from "../errors.js";
import type { Id } from "../ids.js";
import { permissionEnumName, type Permission } from "./permissions.js";
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
      /** The teams that they belong to, without archived ones. */
      readonly teamIds: readonly Id[];
      /** Addresses of leads are shown to them in part only: they may not export, and the organisation masks. */
      readonly masksAddresses: boolean;
      /** Whoever looks through this person's eyes. Then nothing may be changed. */
      readonly viewedBy: { readonly userId: Id; readonly email: string } | null;
    }
  /** Whoever follows the signed link of a mail that was sent to a lead. */
  | { readonly kind: "RECIPIENT"; readonly leadId: Id; readonly email: string }
  | { readonly kind: "JOB"; readonly name: string }
  | { readonly kind: "OPERATOR"; readonly name: string };

export const anonymous: Actor = { kind: "ANONYMOUS" };

/** The person who acts; null for a stranger and for the product itself. */
export const selfOf = ({ actor }: { readonly actor: Actor }): Id | null =>
  actor.kind === "USER" ? actor.userId : null;

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
  if (actor.kind !== "USER") throw new UnauthenticatedError();
  if (requirement === "signedIn") return;
  if (requirement === "internal" || !can(actor, requirement)) throw forbidden(requirement, "ROLE");
}

/** False for somebody who looks through another's eyes. */
export const hasOwnEyes = (actor: Actor): boolean => actor.kind !== "USER" || actor.viewedBy === null;

/** @throws ForbiddenError for somebody who looks through another's eyes: they may read, not change. */
export function demandOwnEyes(actor: Actor, requirement: Requirement): void {
  if (actor.kind !== "USER" || actor.viewedBy === null) return;
  throw forbidden(
    requirement,
    "VIEW_AS",
    `You are looking through the eyes of ${actor.email}, which is read only. Stop viewing to change something.`,
  );
}

/** A refusal of what a permission covers. @param sentence for people, when the scope needs one of its own */
export function forbidden(
  requirement: Requirement,
  scope: Refusal["scope"],
  sentence?: string,
): ForbiddenError {
  const permission = isPermission(requirement) ? requirement : null;
  return new ForbiddenError(
    {
      permission: permission ? permissionEnumName(permission) : requirement,
      roles: permission ? rolesWith(permission) : [],
      scope,
      grantedBy: [],
    },
    sentence,
  );
}

function isPermission(requirement: Requirement): requirement is Permission {
  return requirement !== "public" && requirement !== "signedIn" && requirement !== "internal";
}
