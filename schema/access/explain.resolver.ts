import { Arg, Ctx, Field, ID, ObjectType, Query, Resolver } from "type-graphql";
import { can, forbidden, selfOf } from "#domain/access/actor.js";
import { abilityOf } from "#domain/access/explain.js";
import type { Permission } from "#domain/access/permissions.js";
import { rolesWith, type Role } from "#domain/access/roles.js";
import { found, idArgument } from "../arguments.js";
import type { SchemaContext } from "../context.js";
import { PermissionScopeEnum } from "../users/user.type.js";
import { userLoader } from "../users/users.loaders.js";
import { PermissionEnum, RoleEnum } from "./access.type.js";
import type { ShelfRules } from "./rules.js";

@ObjectType({ simpleResolvers: true, description: "Somebody who can give a permission." })
export class PermissionGranter {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String)
  email!: string;
}

@ObjectType({ simpleResolvers: true, description: "May somebody do it, why, and who could change that." })
export class PermissionExplanation {
  @Field(() => PermissionEnum)
  permission!: Permission;

  @Field(() => Boolean)
  granted!: boolean;

  @Field(() => RoleEnum, { description: "The person's role." })
  role!: Role;

  @Field(() => [RoleEnum], { description: "The roles that have it." })
  roles!: readonly Role[];

  @Field(() => PermissionScopeEnum)
  scope!: "TENANT" | "TEAMS";

  @Field(() => String)
  reason!: string;

  @Field(() => [PermissionGranter], { description: "Whom to ask; at most five." })
  grantedBy!: readonly PermissionGranter[];
}

@Resolver()
export class ExplainResolver {
  @Query(() => PermissionExplanation, {
    description: "About oneself, or with USER_MANAGE about anybody.",
  })
  async explainPermission(
    @Arg("permission", () => PermissionEnum) permission: Permission,
    @Ctx() { op, loaders }: SchemaContext,
    @Arg("userId", () => ID, { nullable: true }) userId?: string | null,
  ): Promise<PermissionExplanation> {
    const self = selfOf(op);
    const whose = userId == null ? self! : idArgument(userId, "user");
    if (whose !== self && !can(op.actor, "user:manage"))
      await op.refuse(forbidden("user:manage", "ROLE"), "Query.explainPermission");
    const user = found(await loaders.get(userLoader).load(whose), "user");
    const ability = abilityOf(user.standing, permission);
    return { ...ability, role: user.role, roles: rolesWith(permission), grantedBy: await op.granters() };
  }
}

export const explainRules: ShelfRules = { Query: { explainPermission: "signedIn" } };
