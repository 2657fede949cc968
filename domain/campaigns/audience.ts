import { inScope } from "../access/scope.js";
import { InvalidInputError, shown, type InputIssue } from "../errors.js";
import { statement, type UnitOfWork } from "../operation.js";
import type { Id } from "../ids.js";
import type { Audience } from "./campaign.entity.js";

/** SQL: a campaign mails the leads of its own team and of the whole organisation. */
export const MAY_BE_MAILED_BY = (team: string): string =>
  `(l.owner_team_id is null or l.owner_team_id = ${team})`;

const UNFIT = statement<{ kind: string; id: Id; isKnown: boolean }>(
  "unfit_audience",
  `select 'listIds' as kind, w as id, l.id is not null as "isKnown" from unnest($2::uuid[]) w
     left join lead_list l on l.tenant_id = $1 and l.id = w and ${inScope("l.team_id", "$4")}
     where l.id is null or l.team_id <> $5::uuid or (l.team_id is not null and $5::uuid is null)
   union all
   select 'leadIds', w, l.id is not null from unnest($3::uuid[]) w
     left join lead l on l.tenant_id = $1 and l.id = w and ${inScope("l.owner_team_id", "$4")}
     where l.id is null or not ${MAY_BE_MAILED_BY("$5::uuid")}`,
);
const THINGS: Record<string, string> = { listIds: "list", leadIds: "lead", segmentIds: "segment" };

/** @throws InvalidInputError naming every list, segment or lead that is not the caller's, or of another team than the campaign. */
export async function demandAudience(op: UnitOfWork, audience: Audience, teamId: Id | null): Promise<void> {
  const issues = (await unfitOf(op, audience, teamId)).map(({ kind, id, isKnown }): InputIssue => {
    const ids = audience[kind as keyof Audience];
    const path = ["audience", kind, String(ids.indexOf(id))];
    const value = shown(id);
    if (!isKnown) return { path, rule: "exists", message: `There is no such ${THINGS[kind]}.`, value };
    const message = `The ${THINGS[kind]} belongs to another team than the campaign; make the campaign that team's.`;
    return { path, rule: "team", message, value };
  });
  if (issues.length > 0) throw new InvalidInputError(issues);
}

/** The audience without what demandAudience would refuse, and how much that is. */
export async function fitAudience(
  op: UnitOfWork,
  audience: Audience,
  teamId: Id | null,
): Promise<{ audience: Audience; leftOut: number }> {
  const unfit = await unfitOf(op, audience, teamId);
  const fit = (kind: keyof Audience) => {
    const out = new Set(unfit.filter((each) => each.kind === kind).map(({ id }) => id));
    return audience[kind].filter((id) => !out.has(id));
  };
  const kept = { listIds: fit("listIds"), segmentIds: fit("segmentIds"), leadIds: fit("leadIds") };
  return { audience: kept, leftOut: unfit.length };
}

async function unfitOf(op: UnitOfWork, audience: Audience, teamId: Id | null) {
  const values = [op.tenantId, audience.listIds, audience.leadIds, op.scope.teamIds, teamId];
  const unfit = await op.query(UNFIT, values);
  // There are no segments yet, so none of them is known.
  return [...unfit, ...audience.segmentIds.map((id) => ({ kind: "segmentIds", id, isKnown: false }))];
}

/** SQL: the ids of the leads of an audience; parameters: tenant, list ids, lead ids. Each lead once. */
export const AUDIENCE_LEADS = (tenant: string, lists: string, leads: string): string => `
  select l.id, l.mailability, l.owner_team_id from lead l where l.tenant_id = ${tenant} and (
    l.id = any(${leads}::uuid[])
    or l.id in (select m.lead_id from lead_list_member m where m.tenant_id = ${tenant} and m.list_id = any(${lists}::uuid[])))`;
