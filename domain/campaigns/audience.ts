import { InvalidInputError, shown, type InputIssue } from "../errors.js";
import { statement, type Reader } from "../operation.js";
import type { Id } from "../ids.js";
import type { Audience } from "./campaign.entity.js";

const UNKNOWN = statement<{ kind: string; id: Id }>(
  "unknown_audience",
  `select 'listIds' as kind, w as id from unnest($2::uuid[]) w
     where not exists (select from lead_list l where l.tenant_id = $1 and l.id = w)
   union all
   select 'leadIds', w from unnest($3::uuid[]) w where not exists (select from lead l where l.tenant_id = $1 and l.id = w)`,
);
const THINGS: Record<string, string> = { listIds: "list", leadIds: "lead", segmentIds: "segment" };

/** @throws InvalidInputError naming every list, segment or lead that is not the tenant's. */
export async function demandAudience(reader: Reader, tenantId: Id, audience: Audience): Promise<void> {
  const unknown = await reader.query(UNKNOWN, [tenantId, audience.listIds, audience.leadIds]);
  // There are no segments yet, so none of them is known.
  const missing = [...unknown, ...audience.segmentIds.map((id) => ({ kind: "segmentIds", id }))];
  const issues = missing.map(({ kind, id }): InputIssue => {
    const ids = audience[kind as keyof Audience];
    const path = ["audience", kind, String(ids.indexOf(id))];
    return { path, rule: "exists", message: `There is no such ${THINGS[kind]}.`, value: shown(id) };
  });
  if (issues.length > 0) throw new InvalidInputError(issues);
}

/** SQL: the ids of the leads of an audience; parameters: tenant, list ids, lead ids. Each lead once. */
export const AUDIENCE_LEADS = (tenant: string, lists: string, leads: string): string => `
  select l.id, l.mailability from lead l where l.tenant_id = ${tenant} and (
    l.id = any(${leads}::uuid[])
    or l.id in (select m.lead_id from lead_list_member m where m.tenant_id = ${tenant} and m.list_id = any(${lists}::uuid[])))`;
