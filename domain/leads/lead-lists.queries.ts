import { inScope, type Scope } from "../access/scope.js";
import type { Id } from "../ids.js";
import { keyset, keysetValues, type OrderColumn } from "../keyset.js";
import { likeText } from "../like.js";
import { statement, type Reader } from "../operation.js";
import { pageOf, type Page, type PageRequest } from "../page.js";

export interface LeadListView {
  readonly id: Id;
  readonly name: string;
  readonly createdAt: string;
  /** Null: of the whole organisation. */
  readonly teamId: Id | null;
}

const LIST_COLUMNS = `t.id, t.name, t.created_at as "createdAt", t.team_id as "teamId"`;
const LISTS_BY_IDS = statement<LeadListView>(
  "lead_lists_by_ids",
  `select ${LIST_COLUMNS} from lead_list t where t.tenant_id = $1 and t.id = any($2::uuid[])
     and ${inScope("t.team_id", "$3")} order by t.name`,
);

export function findLeadLists(reader: Reader, scope: Scope, ids: readonly Id[]): Promise<LeadListView[]> {
  return reader.query(LISTS_BY_IDS, [scope.tenantId, ids, scope.teamIds]);
}

const LISTS_MATCH = `t.tenant_id = $1 and ($2::text is null or t.name ilike '%' || $2 || '%')
  and ${inScope("t.team_id", "$3")}`;
const COUNT_LISTS = statement<{ count: number }>(
  "count_lead_lists",
  `select count(*) as count from lead_list t where ${LISTS_MATCH}`,
);

const ORDER: OrderColumn = { column: "t.name", type: "text" };

/** Lists by name. */
export async function listLeadLists(
  reader: Reader,
  scope: Scope,
  text: string | null | undefined,
  request: PageRequest,
): Promise<Page<LeadListView & { readonly sortKey: string }>> {
  const { name, beyond, tail } = keyset(ORDER, "ASC", request.isBackward, "t.id", 4);
  const list = statement<LeadListView & { sortKey: string }>(
    `list_lead_lists_${name}`,
    `select ${LIST_COLUMNS}, t.name as "sortKey" from lead_list t where ${LISTS_MATCH} and ${beyond} ${tail}`,
  );
  return pageOf(
    await reader.query(list, [
      scope.tenantId,
      likeText(text),
      scope.teamIds,
      ...keysetValues(ORDER, request),
    ]),
    request,
  );
}

export async function countLeadLists(
  reader: Reader,
  scope: Scope,
  text: string | null | undefined,
): Promise<number> {
  return (await reader.query(COUNT_LISTS, [scope.tenantId, likeText(text), scope.teamIds]))[0]!.count;
}

export interface ListCounts {
  readonly id: Id;
  readonly leadCount: number;
  readonly mailableCount: number;
}

const LIST_COUNTS = statement<ListCounts>(
  "lead_list_counts",
  `select w as id, count(l.id) as "leadCount", count(*) filter (where l.mailability = 'MAILABLE') as "mailableCount"
   from unnest($2::uuid[]) w left join lead_list_member m on m.list_id = w and m.tenant_id = $1 left join lead l on l.id = m.lead_id and ${inScope("l.owner_team_id", "$3")}
   group by w`,
);

export function countsOfLists(reader: Reader, scope: Scope, ids: readonly Id[]): Promise<ListCounts[]> {
  return reader.query(LIST_COUNTS, [scope.tenantId, ids, scope.teamIds]);
}

const LISTS_OF_LEADS = statement<LeadListView & { leadId: Id }>(
  "lists_of_leads",
  `select ${LIST_COLUMNS}, m.lead_id as "leadId" from lead_list_member m join lead_list t on t.id = m.list_id
   where m.tenant_id = $1 and m.lead_id = any($2::uuid[]) and ${inScope("t.team_id", "$3")} order by t.name`,
);

export function listsOfLeads(
  reader: Reader,
  scope: Scope,
  leadIds: readonly Id[],
): Promise<(LeadListView & { leadId: Id })[]> {
  return reader.query(LISTS_OF_LEADS, [scope.tenantId, leadIds, scope.teamIds]);
}
