import * as v from "valibot";
import { forbidden, selfOf } from "../access/actor.js";
import { ROLES } from "../access/roles.js";
import { isInScope } from "../access/scope.js";
import { command } from "../command.js";
import { canonicalEmail } from "../email-address.js";
import { EmailField } from "../email-field.js";
import { sendTransactional } from "../emails/index.js";
import { ConflictError, invalid, InvalidTransitionError, NotFoundError } from "../errors.js";
import { attempted, changesBetween } from "../events.js";
import { IdSchema, newId, type Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";
import { Membership } from "../teams/index.js";
import { mintOneTimeToken } from "./one-time-token.js";
import { findUsers } from "./people.queries.js";
import { lockPerson, userTarget } from "./person.js";
import { PersonName } from "./person-name.js";
import { User, type UserStatus } from "./user.entity.js";

export const INVITATION_HOURS = 72;

// Of two who invite the same address at the same moment the second waits, and then sees that it is taken.
const RESERVE = statement<object>(
  "reserve_address",
  "select pg_advisory_xact_lock(hashtextextended('address ' || $1, 0))",
);
const KNOWN = statement<{ tenantId: Id | null; status: UserStatus }>(
  "known_person",
  `select m.tenant_id as "tenantId", u.status from app_user u
   left join membership m on m.user_id = u.id and m.tenant_id = $1 where u.email_canonical = $2`,
);
interface OpenTeam {
  readonly id: Id;
  readonly name: string;
}
const OPEN_TEAMS = statement<OpenTeam>(
  "open_teams",
  "select id, name from team where tenant_id = $1 and id = any($2::uuid[]) and archived_at is null for key share",
);
const JOIN_TEAMS = statement<object>(
  "join_teams",
  `insert into team_member (tenant_id, team_id, user_id) select $1, t, $3 from unnest($2::uuid[]) t on conflict do nothing`,
);

const Input = v.object({
  email: EmailField,
  name: v.nullish(PersonName),
  role: v.picklist(ROLES),
  teamIds: v.nullish(v.pipe(v.array(IdSchema), v.maxLength(100, "At most 100 teams at once.")), []),
});

/**
 * Adds a person who has yet to accept, and mails them a link. Managers invite people as USER into their own teams.
 * Writes app_user, membership, team_member, one_time_token; emits user.invited; enqueues emails.sendTransactional.
 * Throws CONFLICT when the address is taken, FORBIDDEN (TEAM) beyond a manager's reach, BAD_USER_INPUT.
 */
export const inviteUser = command({
  name: "inviteUser",
  permission: "user:invite",
  input: Input,
  audits: attempted("user.invited"),
  async run(op, { email, name, role, teamIds }): Promise<{ userId: Id }> {
    const teams = await teamsOf(op, role, teamIds ?? []);
    const emailCanonical = canonicalEmail(email);
    await demandFree(op, email, emailCanonical);
    const userId = newId();
    const made = { createdAt: op.now };
    const person = { id: userId, email, emailCanonical, name: name ?? email.slice(0, email.indexOf("@")) };
    op.em.create(
      User,
      { ...person, status: "INVITED", isOperator: false, updatedAt: op.now, ...made },
      { persist: true },
    );
    await op.em.flush();
    const membership = { id: newId(), tenantId: op.tenantId, userId, role, version: 1 };
    op.em.create(Membership, { ...membership, ...made }, { persist: true });
    await op.query(JOIN_TEAMS, [op.tenantId, teams.map((team) => team.id), userId]);
    await op.emit("user.invited", {
      targets: [
        userTarget(person),
        ...teams.map((team) => ({ type: "team", id: team.id, label: team.name })),
      ],
      changes: changesBetween({}, { email, name: person.name, role }),
    });
    await mailInvitation(op, userId);
    return { userId };
  },
});

/**
 * Mails a new link to somebody who has not accepted yet; the one before is good for nothing from now on.
 * Writes one_time_token; emits user.invited; enqueues emails.sendTransactional. Throws INVALID_TRANSITION when accepted.
 */
export const resendInvitation = command({
  name: "resendInvitation",
  permission: "user:invite",
  input: v.object({ userId: IdSchema }),
  audits: attempted("user.invited", "user", "userId"),
  async run(op, { userId }): Promise<{ userId: Id }> {
    const { user, membership } = await lockPerson(op, userId);
    await demandKnown(op, userId);
    if (op.scope.teamIds !== null && membership.role !== "USER") throw beyondManagers();
    if (user.status !== "INVITED")
      throw new InvalidTransitionError(`${user.name} has accepted already.`, user.status, "INVITED", []);
    await op.emit("user.invited", { targets: [userTarget(user)], reasonCode: "RESENT" });
    await mailInvitation(op, userId);
    return { userId };
  },
});

/** @throws NotFoundError for somebody of other teams than the caller's */
async function demandKnown(op: UnitOfWork, userId: Id): Promise<void> {
  if ((await findUsers(op, op.scope, selfOf(op), [userId])).length === 0) throw new NotFoundError("user");
}

async function mailInvitation(op: UnitOfWork, userId: Id): Promise<void> {
  const tokenId = await mintOneTimeToken(op, { userId, purpose: "INVITATION", hours: INVITATION_HOURS });
  await op.enqueue(sendTransactional, { notice: "INVITATION", userId, tokenId }, { key: tokenId });
}

const beyondManagers = () =>
  forbidden(
    "user:invite",
    "TEAM",
    "Managers invite people with the role USER into the teams that they belong to.",
  );

async function teamsOf(op: UnitOfWork, role: string, wanted: readonly Id[]): Promise<readonly OpenTeam[]> {
  const { teamIds: own } = op.scope;
  const teams = wanted.length === 0 && own?.length === 1 ? own : [...new Set(wanted)];
  if (own !== null && (role !== "USER" || teams.some((id) => !isInScope(op.scope, id))))
    throw beyondManagers();
  if (own !== null && own.length > 0 && teams.length === 0)
    throw invalid(["teamIds"], "required", "Say in teamIds which of your teams they join.");
  const open = await op.query(OPEN_TEAMS, [op.tenantId, teams]);
  const unknown = teams.findIndex((id) => !open.some((team) => team.id === id));
  if (unknown >= 0)
    throw invalid(["teamIds", String(unknown)], "exists", "There is no such team.", teams[unknown]);
  return open;
}

async function demandFree(op: UnitOfWork, email: string, canonical: string): Promise<void> {
  await op.query(RESERVE, [canonical]);
  const [known] = await op.query(KNOWN, [op.tenantId, canonical]);
  if (!known) return;
  // An account belongs to one organisation; what it is elsewhere is not told.
  if (known.tenantId === null) throw new ConflictError(`${email} cannot be invited.`, ["email"]);
  const state =
    known.status === "INVITED"
      ? "was invited already; send the invitation again instead"
      : `is here already (${known.status.toLowerCase()})`;
  throw new ConflictError(`${email} ${state}.`, ["email"]);
}
