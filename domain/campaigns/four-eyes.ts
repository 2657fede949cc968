import { rolesWith } from "../access/roles.js";
import { NotReadyError, type InputIssue } from "../errors.js";
import type { Id } from "../ids.js";
import { statement, type Reader, type UnitOfWork } from "../operation.js";

/** Somebody who may launch what its authors may not. */
export interface Launcher {
  readonly id: Id;
  readonly name: string;
}

/** Why somebody has to leave the launch of a campaign to another person. */
export interface FourEyes {
  readonly reason: string;
  /** At most five, by name. */
  readonly launchers: readonly Launcher[];
}

const MOST_LAUNCHERS = 5;
/** Authors are whoever made a campaign and whoever edited it last. Whoever launches it is neither. */
const FOUR_EYES = statement<{ campaignId: Id; launchers: readonly Launcher[] }>(
  "four_eyes",
  `select c.id as "campaignId", coalesce((select json_agg(json_build_object('id', p.id, 'name', p.name) order by p.name, p.id) from (
     select u.id, u.name from membership m join app_user u on u.id = m.user_id
     where m.tenant_id = c.tenant_id and u.status = 'ACTIVE' and m.role = any($4::text[])
       and u.id is distinct from c.created_by and u.id is distinct from c.updated_by
       and (m.role = 'ADMIN' or c.team_id is null or exists (select from team_member tm join team on team.id = tm.team_id
         where tm.tenant_id = c.tenant_id and tm.team_id = c.team_id and tm.user_id = u.id and team.archived_at is null))
     order by u.name, u.id limit ${MOST_LAUNCHERS}) p), '[]') as launchers
   from campaign c join tenant t on t.id = c.tenant_id
   where c.tenant_id = $1 and c.id = any($2::uuid[]) and $3::uuid in (c.created_by, c.updated_by)
     and (t.settings->>'fourEyesLaunch')::boolean`,
);

/** Those of the campaigns that this person wrote, where the organisation asks for a second one. */
export async function fourEyesOf(
  reader: Reader,
  tenantId: Id,
  campaignIds: readonly Id[],
  person: Id | null,
): Promise<Map<Id, FourEyes>> {
  if (person === null) return new Map();
  const roles = rolesWith("campaign:launch");
  const rows = await reader.query(FOUR_EYES, [tenantId, campaignIds, person, roles]);
  return new Map(
    rows.map(({ campaignId, launchers }) => [campaignId, { reason: reasonOf(launchers), launchers }]),
  );
}

const RULE = "Whoever wrote a campaign does not launch it: the organisation asks for a second person.";
const NAMES = new Intl.ListFormat("en", { type: "disjunction" });

function reasonOf(launchers: readonly Launcher[]): string {
  if (launchers.length === 0)
    return `${RULE} Nobody else may at present; an administrator gives somebody the right, or changes the setting.`;
  return `${RULE} Ask ${NAMES.format(launchers.map(({ name }) => name))}.`;
}

/** What stands between a campaign and its launch when this person launches it. */
export async function fourEyesObstacles(
  op: UnitOfWork,
  campaignId: Id,
  person: Id | null,
): Promise<InputIssue[]> {
  const own = (await fourEyesOf(op, op.tenantId, [campaignId], person)).get(campaignId);
  return own ? [{ path: ["id"], rule: "four_eyes", message: own.reason, value: null }] : [];
}

/** @throws NotReadyError */
export async function demandFourEyes(op: UnitOfWork, campaignId: Id, person: Id | null): Promise<void> {
  const obstacles = await fourEyesObstacles(op, campaignId, person);
  if (obstacles.length > 0) throw new NotReadyError(obstacles);
}
