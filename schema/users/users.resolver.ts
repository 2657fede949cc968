import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from "type-graphql";
import { can, selfOf } from "#domain/access/actor.js";
import { abilitiesOf, roleDifference } from "#domain/access/explain.js";
import type { Role } from "#domain/access/roles.js";
import { keysetCursor } from "#domain/keyset.js";
import { pageRequest } from "#domain/page.js";
import { countUsers, listUsers } from "#domain/users/index.js";
import { RoleEnum } from "../access/access.type.js";
import { found, idArgument } from "../arguments.js";
import { ConnectionArgs, connectionOf } from "../connection.js";
import type { SchemaContext } from "../context.js";
import {
  EffectivePermission,
  RoleChangePreview,
  User,
  UserConnection,
  UserFilterInput,
  userOf,
  UserOrderInput,
} from "./user.type.js";
import { userLoader } from "./users.loaders.js";

@Resolver(() => User)
export class UsersResolver {
  @Query(() => User, { nullable: true })
  async user(@Arg("id", () => ID) id: string, @Ctx() { loaders }: SchemaContext) {
    return found(await loaders.get(userLoader).load(idArgument(id, "user")), "user");
  }

  @Query(() => UserConnection, {
    description:
      "The directory. Managers and users see whom they share a team with, and whoever is in no team.",
  })
  async users(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() { op }: SchemaContext,
    @Arg("filter", () => UserFilterInput, { nullable: true }) filter?: UserFilterInput | null,
    @Arg("orderBy", () => UserOrderInput, { nullable: true }) orderBy?: UserOrderInput | null,
  ) {
    const wanted = { ...filter, teamId: filter?.teamId ? idArgument(filter.teamId, "team") : null };
    const order = orderBy ?? { field: "NAME", direction: "ASC" };
    const rows = await listUsers(op, op.scope, selfOf(op), wanted, order, pageRequest(page));
    return connectionOf(
      rows,
      (row) => keysetCursor(row.sortKey, row.id),
      userOf,
      () => countUsers(op, op.scope, selfOf(op), wanted),
    );
  }

  @Query(() => RoleChangePreview, {
    description: "What a change of role would take from somebody and give them.",
  })
  async roleChangePreview(
    @Arg("userId", () => ID) userId: string,
    @Arg("role", () => RoleEnum) role: Role,
    @Ctx() { op, loaders }: SchemaContext,
  ): Promise<RoleChangePreview> {
    const user = found(await loaders.get(userLoader).load(idArgument(userId, "user")), "user");
    return { ...roleDifference(user.role, role), obstacle: await obstacleOf(op, user, role) };
  }

  @FieldResolver(() => [EffectivePermission], {
    nullable: true,
    description:
      "All 25, in the order of the matrix, each with its reason. One's own, or with USER_MANAGE anybody's; otherwise null.",
  })
  effectivePermissions(@Root() user: User, @Ctx() { op }: SchemaContext): EffectivePermission[] | null {
    if (user.id !== selfOf(op) && !can(op.actor, "user:manage")) return null;
    return abilitiesOf(user.standing);
  }
}

async function obstacleOf(op: SchemaContext["op"], user: User, role: Role): Promise<string | null> {
  if (op.actor.kind === "USER" && op.actor.userId === user.id) return "Nobody changes their own role.";
  if (user.role !== "ADMIN" || role === "ADMIN" || user.status !== "ACTIVE") return null;
  const others = await countUsers(op, op.scope, null, { role: ["ADMIN"], status: ["ACTIVE"] });
  return others > 1 ? null : "This is the organisation's last active administrator.";
}
