import { permissionEnumName, type Permission } from "../access/permissions.js";
import { roleTitle } from "../access/explain.js";
import { ROLE_PERMISSIONS, type Role } from "../access/roles.js";
import { TEAMS_OF_MEMBER, teamsOpenTo, type Scope } from "../access/scope.js";
import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";

/** Whoever started a job may not do any more what it does; the message says why. */
export class InitiatorGone extends Error {
  constructor(message: string) {
    super(message);
    this.name = "InitiatorGone";
  }
}

interface Standing {
  readonly status: string;
  readonly role: Role;
  readonly teamIds: readonly Id[];
}

const STANDING = statement<Standing>(
  "standing_of_initiator",
  `select u.status, m.role, ${TEAMS_OF_MEMBER} as "teamIds" from membership m join app_user u on u.id = m.user_id where m.tenant_id = $1 and m.user_id = $2`,
);

/**
 * Asks again what was asked when the job was made.
 * @param did what the person did, in words
 * @returns what of the tenant the person may touch now
 * @throws InitiatorGone when they are not active any more or lack the permission
 */
export async function demandInitiator(
  reader: Reader,
  tenantId: Id,
  userId: Id,
  permission: Permission,
  did = "started",
): Promise<Scope> {
  const [standing] = await reader.query(STANDING, [tenantId, userId]);
  if (!standing) throw new InitiatorGone(`Whoever ${did} it does not belong to the organisation any more.`);
  const { status, role } = standing;
  if (status !== "ACTIVE") throw new InitiatorGone(`Whoever ${did} it is ${status.toLowerCase()} now.`);
  if (!ROLE_PERMISSIONS[role].has(permission))
    throw new InitiatorGone(
      `Whoever ${did} it has the role ${roleTitle(role)} now, which does not have ${permissionEnumName(permission)}.`,
    );
  return { tenantId, teamIds: teamsOpenTo(standing) };
}
