import { Ctx, Query, Resolver } from "type-graphql";
import { roleTitle } from "#domain/access/explain.js";
import { PERMISSION_NAMES, PERMISSIONS } from "#domain/access/permissions.js";
import { ROLE_PERMISSIONS, ROLES, rolesWith } from "#domain/access/roles.js";
import { UnauthenticatedError } from "#domain/errors.js";
import { findMe } from "#domain/users/index.js";
import { PermissionDescription, RoleDescription } from "../access/access.type.js";
import type { SchemaContext } from "../context.js";
import { Team } from "../teams/team.type.js";
import { Me } from "./me.type.js";

@Resolver()
export class MeResolver {
  @Query(() => Me, { description: "The caller, with what they may do." })
  async me(@Ctx() { op }: SchemaContext): Promise<Me> {
    const { actor } = op;
    if (actor.kind !== "USER") throw new UnauthenticatedError();
    const row = await findMe(op, actor.tenantId, actor.userId);
    if (!row) throw new UnauthenticatedError();
    return {
      ...row,
      viewedBy: actor.viewedBy && { id: actor.viewedBy.userId, email: actor.viewedBy.email },
      permissions: [...ROLE_PERMISSIONS[row.role]],
      teams: row.teams.map((team) => Object.assign(new Team(), team)),
    };
  }

  @Query(() => [PermissionDescription], {
    description: "Everything that can be allowed, in the order of the matrix.",
  })
  permissions(): PermissionDescription[] {
    return PERMISSION_NAMES.map((permission) => ({
      permission,
      wire: permission,
      ...PERMISSIONS[permission],
      roles: rolesWith(permission),
    }));
  }

  @Query(() => [RoleDescription])
  roles(): RoleDescription[] {
    return ROLES.map((role) => ({
      role,
      title: roleTitle(role),
      permissions: [...ROLE_PERMISSIONS[role]],
    }));
  }
}
