import * as v from "valibot";
import { can, forbidden, selfOf } from "../access/actor.js";
import type { Permission } from "../access/permissions.js";
import { command } from "../command.js";
import { ConflictError, demandVersion, InvalidTransitionError, NotFoundError } from "../errors.js";
import { attempted } from "../events.js";
import { IdSchema, newId, type Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";
import { plainText } from "../plain-text.js";
import { inDirectory } from "./directory.js";
import { Team } from "./team.entity.js";

const TeamName = v.pipe(
  v.string(),
  plainText,
  v.trim(),
  v.nonEmpty("Enter a name."),
  v.maxLength(80, "A team's name has at most 80 characters."),
  v.check((name) => !/\p{Cc}/u.test(name), "A team's name is a single line."),
);

// Of two who choose the same name at the same moment the second waits, and then sees that it is taken.
const RESERVE_NAME = statement<object>(
  "reserve_team_name",
  "select pg_advisory_xact_lock(hashtextextended($1::text || lower($2), 0))",
);
const NAME_TAKEN = statement<object>(
  "team_name_taken",
  "select from team where tenant_id = $1 and lower(name) = lower($2) and archived_at is null and id <> $3",
);
const IS_LEAD = statement<object>(
  "is_team_lead",
  "select from team_member where tenant_id = $1 and team_id = $2 and user_id = $3 and is_lead",
);

/**
 * Makes a team. Administrators only: managers manage the teams they lead. Writes team; emits team.created.
 * Throws CONFLICT when the name is taken, FORBIDDEN (TEAM).
 */
export const createTeam = command({
  name: "createTeam",
  permission: "team:manage",
  input: v.object({ name: TeamName }),
  audits: attempted("team.created"),
  async run(op, { name }): Promise<{ teamId: Id }> {
    if (op.scope.teamIds !== null)
      throw forbidden(
        "team:manage",
        "TEAM",
        "Administrators make teams; managers manage the teams they lead.",
      );
    const teamId = newId();
    await demandFreeName(op, teamId, name);
    op.em.create(
      Team,
      { id: teamId, tenantId: op.tenantId, name, version: 1, createdAt: op.now },
      { persist: true },
    );
    await op.emit("team.created", {
      targets: [teamTarget({ id: teamId, name })],
      changes: [{ field: "name", before: null, after: name }],
    });
    return { teamId };
  },
});

/** Renames it. Writes team; emits team.updated. Throws CONFLICT with both versions or when the name is taken. */
export const updateTeam = command({
  name: "updateTeam",
  permission: "team:manage",
  input: v.object({ teamId: IdSchema, name: TeamName, expectedVersion: v.nullish(v.number()) }),
  audits: attempted("team.updated", "team", "teamId"),
  async run(op, { teamId, name, expectedVersion }): Promise<{ teamId: Id }> {
    const team = await lockTeam(op, teamId);
    await demandLead(op, teamId, "team:manage");
    demandVersion("team", team.version, expectedVersion);
    if (team.name === name) return { teamId };
    await demandFreeName(op, teamId, name);
    const before = team.name;
    Object.assign(team, { name, version: team.version + 1 });
    await op.emit("team.updated", {
      targets: [teamTarget(team)],
      changes: [{ field: "name", before, after: name }],
    });
    return { teamId };
  },
});

const RUNNING = statement<{ name: string }>(
  "running_campaigns_of_team",
  "select name from campaign where tenant_id = $1 and team_id = $2 and status in ('RUNNING', 'PAUSED', 'HALTED', 'SCHEDULED') limit 3",
);
const MEMBERS = statement<{ id: Id; email: string }>(
  "members_of_team_that_closes",
  `select u.id, u.email from team_member m join app_user u on u.id = m.user_id
   where m.tenant_id = $1 and m.team_id = $2`,
);

/**
 * Closes a team. What it owns stays its own, from then on for administrators only. Writes team; emits team.archived.
 * Throws INVALID_TRANSITION while it has campaigns that still send.
 */
export const archiveTeam = command({
  name: "archiveTeam",
  permission: "team:manage",
  input: v.object({ teamId: IdSchema }),
  audits: attempted("team.archived", "team", "teamId"),
  async run(op, { teamId }): Promise<{ teamId: Id }> {
    const team = await lockTeam(op, teamId);
    await demandLead(op, teamId, "team:manage");
    const running = await op.query(RUNNING, [op.tenantId, teamId]);
    if (running.length > 0)
      throw new InvalidTransitionError(
        `${team.name} still has campaigns that send (${running.map(({ name }) => `“${name}”`).join(", ")}); end or cancel them first.`,
        "OPEN",
        "ARCHIVED",
        [],
      );
    Object.assign(team, { archivedAt: op.now, version: team.version + 1 });
    const members = await op.query(MEMBERS, [op.tenantId, teamId]);
    await op.emit("team.archived", {
      targets: [
        teamTarget(team),
        ...members.map((person) => ({ type: "user", id: person.id, label: person.email })),
      ],
      changes: [{ field: "archived", before: false, after: true }],
    });
    return { teamId };
  },
});

const JOIN = statement<{ isLead: boolean }>(
  "join_team",
  `insert into team_member (tenant_id, team_id, user_id, is_lead) values ($1, $2, $3, $4)
   on conflict (team_id, user_id) do update set is_lead = excluded.is_lead where team_member.is_lead <> excluded.is_lead
   returning is_lead as "isLead"`,
);
const LEAVE = statement<{ isLead: boolean }>(
  "leave_team",
  `delete from team_member where tenant_id = $1 and team_id = $2 and user_id = $3 returning is_lead as "isLead"`,
);
interface Member {
  readonly id: Id;
  readonly email: string;
  readonly role: string;
}
const PERSON = statement<Member>(
  "role_of_person",
  `select u.id, u.email, m.role from membership m join app_user u on u.id = m.user_id
   where m.tenant_id = $1 and m.user_id = $2 and ${inDirectory("$3", "$4")} for share of m`,
);

/**
 * Puts a person into a team, or changes whether they lead it; left out, a lead stays one. Managers: teams they belong to,
 * people with the role USER, leads made and unmade only where they lead. Doing it twice changes nothing.
 * Writes team_member; emits team.member.added.
 */
export const addTeamMember = command({
  name: "addTeamMember",
  permission: "team:members",
  input: v.object({ teamId: IdSchema, userId: IdSchema, isLead: v.nullish(v.boolean()) }),
  audits: attempted("team.member.added", "team", "teamId"),
  async run(op, { teamId, userId, isLead }): Promise<{ teamId: Id }> {
    const team = await lockTeam(op, teamId);
    const person = await reachable(op, userId);
    const [lead] = await op.query(IS_LEAD, [op.tenantId, teamId, userId]);
    const before = lead !== undefined;
    const after = isLead ?? before;
    if (after !== before) await demandLead(op, teamId, "team:members");
    const [changed] = await op.query(JOIN, [op.tenantId, teamId, userId, after]);
    if (changed)
      await op.emit("team.member.added", {
        targets: memberTargets(team, person),
        changes: [{ field: "isLead", before: before || null, after }],
      });
    return { teamId };
  },
});

/** Takes a person out of a team; what they have open of it ends within a second. Writes team_member; emits team.member.removed. */
export const removeTeamMember = command({
  name: "removeTeamMember",
  permission: "team:members",
  input: v.object({ teamId: IdSchema, userId: IdSchema }),
  audits: attempted("team.member.removed", "team", "teamId"),
  async run(op, { teamId, userId }): Promise<{ teamId: Id }> {
    const team = await lockTeam(op, teamId);
    const person = await reachable(op, userId);
    const [lead] = await op.query(IS_LEAD, [op.tenantId, teamId, userId]);
    // To take a lead out and back in would be a way to unmake one.
    if (lead) await demandLead(op, teamId, "team:members");
    const [left] = await op.query(LEAVE, [op.tenantId, teamId, userId]);
    if (left)
      await op.emit("team.member.removed", {
        targets: memberTargets(team, person),
        changes: [{ field: "isLead", before: left.isLead, after: null }],
      });
    return { teamId };
  },
});

const teamTarget = ({ id, name }: Pick<Team, "id" | "name">) => ({ type: "team", id, label: name });
const memberTargets = (team: Team, { id, email }: Member) => [
  teamTarget(team),
  { type: "user", id, label: email },
];

/** The caller's own teams are a scope by themselves: a team is owned by nobody else. @throws NotFoundError */
async function lockTeam(op: UnitOfWork, teamId: Id): Promise<Team> {
  const { teamIds } = op.scope;
  if (teamIds !== null && !teamIds.includes(teamId)) throw new NotFoundError("team");
  const team = await op.lock(Team, "team", teamId);
  if (team.archivedAt) throw new InvalidTransitionError(`${team.name} is archived.`, "ARCHIVED", "OPEN", []);
  return team;
}

/** Managers: of the teams they lead. @throws ForbiddenError (TEAM) */
async function demandLead(op: UnitOfWork, teamId: Id, permission: Permission): Promise<void> {
  if (op.scope.teamIds === null || op.actor.kind !== "USER") return;
  const [lead] = await op.query(IS_LEAD, [op.tenantId, teamId, op.actor.userId]);
  if (!lead) throw forbidden(permission, "TEAM", "Managers do this in the teams that they lead.");
}

/** @throws NotFoundError; ForbiddenError (TEAM) for a manager and somebody who is no USER */
async function reachable(op: UnitOfWork, userId: Id): Promise<Member> {
  const [person] = await op.query(PERSON, [op.tenantId, userId, op.scope.teamIds, selfOf(op)]);
  if (!person) throw new NotFoundError("user");
  if (op.scope.teamIds !== null && person.role !== "USER" && !can(op.actor, "user:role"))
    throw forbidden("team:members", "TEAM", "Managers add and remove people with the role USER.");
  return person;
}

async function demandFreeName(op: UnitOfWork, teamId: Id, name: string): Promise<void> {
  await op.query(RESERVE_NAME, [op.tenantId, name]);
  const taken = await op.query(NAME_TAKEN, [op.tenantId, name, teamId]);
  if (taken.length > 0) throw new ConflictError(`There is a team with the name ${name} already.`, ["name"]);
}
