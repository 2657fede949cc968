import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { can } from "#domain/access/actor.js";
import type { Command } from "#domain/command.js";
import { keysetCursor } from "#domain/keyset.js";
import { pageRequest } from "#domain/page.js";
import {
  addTeamMember,
  archiveTeam,
  countTeams,
  createTeam,
  listTeams,
  removeTeamMember,
  updateTeam,
  type TeamView,
} from "#domain/teams/index.js";
import { found, idArgument } from "../arguments.js";
import { ConnectionArgs, connectionOf } from "../connection.js";
import type { SchemaContext } from "../context.js";
import { settle } from "../payload.js";
import { DateTime } from "../scalars.js";
import { selfOf, userLoader } from "../users/users.loaders.js";
import { CreateTeamInput, Team, TeamFilterInput, teamOf, UpdateTeamInput } from "./team.type.js";
import { membersLoader, teamLoader } from "./teams.loaders.js";
import {
  AddTeamMemberPayload,
  ArchiveTeamPayload,
  CreateTeamPayload,
  RemoveTeamMemberPayload,
  TeamConnection,
  TeamMember,
  UpdateTeamPayload,
} from "./teams.type.js";

type Key = string | null | undefined;

@Resolver(() => Team)
export class TeamsResolver {
  @Query(() => Team, { nullable: true })
  async team(@Arg("id", () => ID) id: string, @Ctx() { loaders }: SchemaContext) {
    return teamOf(found(await loaders.get(teamLoader).load(idArgument(id, "team")), "team"));
  }

  @Query(() => TeamConnection, { description: "By name; administrators see all, everybody else their own." })
  async teams(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() { op }: SchemaContext,
    @Arg("filter", () => TeamFilterInput, { nullable: true }) filter?: TeamFilterInput | null,
  ) {
    const rows = await listTeams(op, op.scope, filter ?? {}, pageRequest(page));
    const count = () => countTeams(op, op.scope, filter ?? {});
    return connectionOf(rows, (row) => keysetCursor(row.sortKey, row.id), teamOf, count);
  }

  @FieldResolver(() => Boolean)
  async isArchived(@Root() { id }: Team, @Ctx() context: SchemaContext) {
    return (await viewOf(context, id)).isArchived;
  }

  @FieldResolver(() => DateTime)
  async createdAt(@Root() { id }: Team, @Ctx() context: SchemaContext) {
    return (await viewOf(context, id)).createdAt;
  }

  @FieldResolver(() => Int, { description: "Raised by every change; hand it back as expectedVersion." })
  async version(@Root() { id }: Team, @Ctx() context: SchemaContext) {
    return (await viewOf(context, id)).version;
  }

  @FieldResolver(() => Int)
  async memberCount(@Root() { id }: Team, @Ctx() context: SchemaContext) {
    return (await viewOf(context, id)).memberCount;
  }

  @FieldResolver(() => [TeamMember], { description: "Leads first, then by name; at most 500." })
  async members(@Root() { id }: Team, @Ctx() context: SchemaContext): Promise<TeamMember[]> {
    const { loaders } = context;
    await viewOf(context, id);
    const members = (await loaders.get(membersLoader).load(id)) ?? [];
    const users = await Promise.all(members.map(({ userId }) => loaders.get(userLoader).load(userId)));
    return members.flatMap(({ isLead, addedAt }, at) =>
      users[at] ? [{ user: users[at], isLead, addedAt }] : [],
    );
  }

  @FieldResolver(() => Boolean, { description: "The caller may rename and archive it." })
  async mayManage(@Root() { id }: Team, @Ctx() { op, loaders }: SchemaContext) {
    if (!can(op.actor, "team:manage")) return false;
    if (op.scope.teamIds === null) return true;
    const members = (await loaders.get(membersLoader).load(id)) ?? [];
    return members.some(({ userId, isLead }) => isLead && userId === selfOf(op));
  }

  @Mutation(() => CreateTeamPayload)
  createTeam(
    @Arg("input", () => CreateTeamInput) input: CreateTeamInput,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: Key,
  ) {
    return change("CreateTeamSuccess", context, createTeam, input, key);
  }

  @Mutation(() => UpdateTeamPayload)
  updateTeam(
    @Arg("input", () => UpdateTeamInput) { id, ...changes }: UpdateTeamInput,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: Key,
  ) {
    return change("UpdateTeamSuccess", context, updateTeam, { ...of(id), ...changes }, key);
  }

  @Mutation(() => ArchiveTeamPayload, {
    description: "Closes a team; what it owns stays its own, from then on for administrators only.",
  })
  archiveTeam(
    @Arg("id", () => ID) id: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: Key,
  ) {
    return change("ArchiveTeamSuccess", context, archiveTeam, of(id), key);
  }

  @Mutation(() => AddTeamMemberPayload)
  addTeamMember(
    @Arg("teamId", () => ID) teamId: string,
    @Arg("userId", () => ID) userId: string,
    @Ctx() context: SchemaContext,
    @Arg("isLead", () => Boolean, { nullable: true }) isLead?: boolean | null,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: Key,
  ) {
    const input = { ...of(teamId), userId: idArgument(userId, "user"), isLead };
    return change("AddTeamMemberSuccess", context, addTeamMember, input, key);
  }

  @Mutation(() => RemoveTeamMemberPayload)
  removeTeamMember(
    @Arg("teamId", () => ID) teamId: string,
    @Arg("userId", () => ID) userId: string,
    @Ctx() context: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) key?: Key,
  ) {
    const input = { ...of(teamId), userId: idArgument(userId, "user") };
    return change("RemoveTeamMemberSuccess", context, removeTeamMember, input, key);
  }
}

const of = (id: string) => ({ teamId: idArgument(id, "team") });

async function viewOf({ loaders }: SchemaContext, id: string): Promise<TeamView> {
  return found(await loaders.get(teamLoader).load(id), "team");
}

/** Runs a command about a team and answers with it as it is now. */
function change<T extends string, I>(
  success: T,
  { op, loaders }: SchemaContext,
  command: Command<I, { teamId: string }>,
  input: unknown,
  idempotencyKey: Key,
) {
  return settle(success, async () => {
    const { teamId } = await op.run(command, input, { idempotencyKey });
    return { team: teamOf(found(await loaders.get(teamLoader).load(teamId), "team")) };
  });
}
