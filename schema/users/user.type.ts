import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import type { Standing } from "#domain/access/explain.js";
import type { Permission } from "#domain/access/permissions.js";
import { ROLES, type Role } from "#domain/access/roles.js";
import type { Direction } from "#domain/keyset.js";
import type { UserOrderField, UserStatus, UserView } from "#domain/users/index.js";
import { PermissionEnum, RoleEnum } from "../access/access.type.js";
import { OrderDirection } from "../arguments.js";
import { connectionType } from "../connection.js";
import { enumOf } from "../enums.js";
import { Node } from "../node.type.js";
import { DateTime } from "../scalars.js";
import { Team } from "../teams/team.type.js";

export { ROLES };
export const UserStatusEnum = enumOf("UserStatus", ["INVITED", "ACTIVE", "SUSPENDED", "ERASED"] as const);
export const PermissionScopeEnum = enumOf("PermissionScope", ["TENANT", "TEAMS"] as const);
export const UserOrderFieldEnum = enumOf("UserOrderField", ["NAME", "LAST_SEEN_AT", "CREATED_AT"] as const);

@ObjectType({
  simpleResolvers: true,
  description: "One permission of one person, and why they have it or not.",
})
export class EffectivePermission {
  @Field(() => PermissionEnum)
  permission!: Permission;

  @Field(() => Boolean)
  granted!: boolean;

  @Field(() => PermissionScopeEnum)
  scope!: "TENANT" | "TEAMS";

  @Field(() => String)
  reason!: string;
}

@ObjectType({ simpleResolvers: true })
export class OpenInvitation {
  @Field(() => DateTime)
  expiresAt!: string;
}

@ObjectType({ implements: Node, simpleResolvers: true, description: "Somebody of the organisation." })
export class User extends Node {
  @Field(() => String)
  email!: string;

  @Field(() => String)
  name!: string;

  @Field(() => RoleEnum)
  role!: Role;

  @Field(() => UserStatusEnum)
  status!: UserStatus;

  @Field(() => Int, { description: "Raised by every change; hand it back as expectedVersion." })
  version!: number;

  @Field(() => DateTime)
  createdAt!: string;

  @Field(() => DateTime, { nullable: true })
  lastSeenAt!: string | null;

  @Field(() => [Team], { description: "Those that the caller may know of." })
  teams!: readonly Team[];

  @Field(() => OpenInvitation, { nullable: true, description: "Of somebody who has yet to accept." })
  invitation!: OpenInvitation | null;

  /** What their abilities follow from; no field. */
  standing!: Standing;
}

export function userOf({ invitedUntil, teams, ...view }: UserView): User {
  return Object.assign(new User(), view, {
    teams: teams.map(({ id, name }) => Object.assign(new Team(), { id, name })),
    invitation: invitedUntil === null ? null : { expiresAt: invitedUntil },
    standing: { role: view.role, status: view.status, teams },
  });
}

export const UserConnection = connectionType("User", () => User);

@InputType("UserFilter")
export class UserFilterInput {
  @Field(() => String, { nullable: true, description: "Part of the name or the address." })
  text?: string | null;

  @Field(() => [RoleEnum], { nullable: true })
  role?: Role[] | null;

  @Field(() => [UserStatusEnum], { nullable: true })
  status?: UserStatus[] | null;

  @Field(() => ID, { nullable: true })
  teamId?: string | null;
}

@InputType("UserOrder")
export class UserOrderInput {
  @Field(() => UserOrderFieldEnum)
  field!: UserOrderField;

  @Field(() => OrderDirection, { defaultValue: "ASC" })
  direction!: Direction;
}

@ObjectType({
  simpleResolvers: true,
  description: "What another role would take from somebody and give them.",
})
export class RoleChangePreview {
  @Field(() => [PermissionEnum])
  lost!: readonly Permission[];

  @Field(() => [PermissionEnum])
  gained!: readonly Permission[];

  @Field(() => String, { nullable: true, description: "Why it is not possible now." })
  obstacle!: string | null;
}
