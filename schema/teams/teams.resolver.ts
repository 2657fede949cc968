import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { can, selfOf } from "#domain/access/actor.js";
import type { Command } from "#domain/command.js";
import { keysetCursor } from "#domain/keyset.js";
import { pageRequest } from "#domain/page.js";
import {
  addTeamMember,
  archiveTeam,
  countTeams,
  createTeam,
  findTeams,
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
import { userLoader } from "../users/users.loaders.js";
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
  async isArchived(@Root() team: Team, @Ctx() context: SchemaContext) {
    return (await viewOf(context, team)).isArchived;
  }

  @FieldResolver(() => DateTime)
  async createdAt(@Root() team: Team, @Ctx() context: SchemaContext) {
    return (await viewOf(context, team)).createdAt;
  }

  @FieldResolver(() => Int, { description: "Raised by every change; hand it back as expectedVersion." })
  async version(@Root() team: Team, @Ctx() context: SchemaContext) {
    return (await viewOf(context, team)).version;
  }

  @FieldResolver(() => Int)
  async memberCount(@Root() team: Team, @Ctx() context: SchemaContext) {
    return (await viewOf(context, team)).memberCount;
  }

  @FieldResolver(() => [TeamMember], { description: "Leads first, then by name; at most 500." })
  async members(@Root() team: Team, @Ctx() context: SchemaContext): Promise<TeamMember[]> {
    const { loaders } = context;
    await viewOf(context, team);
    const members = (await loaders.get(membersLoader).load(team.id)) ?? [];
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

async function viewOf({ loaders }: SchemaContext, team: Team & Partial<TeamView>): Promise<TeamView> {
  if (team.version !== undefined) return team as TeamView;
  return found(await loaders.get(teamLoader).load(team.id), "team");
}

/** Whoever has archived their team is out of it from then on, and is answered all the same. */
async function archivedTeam({ op }: SchemaContext, id: string): Promise<TeamView | null> {
  const [view] = await findTeams(op, { tenantId: op.tenantId, teamIds: null }, [id]);
  return view?.isArchived ? view : null;
}

/** Runs a command about a team and answers with it as it is now. */
function change<T extends string, I>(
  success: T,
  context: SchemaContext,
  command: Command<I, { teamId: string }>,
  input: unknown,
  idempotencyKey: Key,
) {
  return settle(success, async () => {
    const { teamId } = await context.op.run(command, input, { idempotencyKey });
    const view = await context.loaders.get(teamLoader).load(teamId);
    return { team: Object.assign(new Team(), found(view ?? (await archivedTeam(context, teamId)), "team")) };
  });
}
