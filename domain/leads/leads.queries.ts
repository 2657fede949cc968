import { inScope, type Scope } from "../access/scope.js";
import type { Id } from "../ids.js";
import { keyset, keysetValues, type Direction, type OrderColumn } from "../keyset.js";
import { likeText } from "../like.js";
import { statement, type Reader } from "../operation.js";
import { pageOf, type Page, type PageRequest } from "../page.js";
import type { LeadStage, Mailability } from "./lead.entity.js";

/** A lead as lists and pages show it. Times are ISO 8601 text. */
export interface LeadView {
  readonly id: Id;
  readonly email: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly company: string | null;
  readonly title: string | null;
  readonly timezone: string | null;
  readonly customFields: Record<string, string | number | boolean | null>;
  readonly tags: readonly string[];
  readonly stage: LeadStage;
  readonly mailability: Mailability;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Null: of the whole organisation. */
  readonly teamId: Id | null;
}

const COLUMNS = `l.id, l.email, l.first_name as "firstName", l.last_name as "lastName", l.company, l.title, l.timezone,
  l.custom_fields as "customFields", l.tags, l.stage, l.mailability, l.created_at as "createdAt", l.updated_at as "updatedAt",
  l.owner_team_id as "teamId"`;

const BY_IDS = statement<LeadView>(
  "leads_by_ids",
  `select ${COLUMNS} from lead l where l.tenant_id = $1 and l.id = any($2::uuid[]) and ${inScope("l.owner_team_id", "$3")}`,
);

export function findLeads(reader: Reader, scope: Scope, ids: readonly Id[]): Promise<LeadView[]> {
  return reader.query(BY_IDS, [scope.tenantId, ids, scope.teamIds]);
}

const ANY_LEAD = statement<LeadView>(
  "any_lead",
  `select ${COLUMNS} from lead l where l.tenant_id = $1 and ${inScope("l.owner_team_id", "$2")} order by l.created_at desc, l.id desc limit 1`,
);

/** The newest lead, to show a template with when nobody chose one. */
export async function findAnyLead(reader: Reader, scope: Scope): Promise<LeadView | null> {
  return (await reader.query(ANY_LEAD, [scope.tenantId, scope.teamIds]))[0] ?? null;
}

export interface LeadFilter {
  /** Part of the address, a name or the company. */
  readonly text?: string | null;
  readonly listId?: Id | null;
  readonly mailability?: readonly Mailability[] | null;
  readonly stage?: readonly LeadStage[] | null;
  readonly teamId?: Id | null;
  /** Text is looked for in what is left of addresses when they are masked: who may not see them must not find them either. */
  readonly hidesAddress?: boolean;
}

const ORDERS = {
  CREATED_AT: { column: "l.created_at", type: "timestamptz" },
  EMAIL: { column: "l.email_canonical", type: "text" },
} as const satisfies Record<string, OrderColumn>;
export type LeadOrderField = keyof typeof ORDERS;

const SEARCHED = "concat_ws(' ', l.email, l.first_name, l.last_name, l.company)";
/** SQL: a quoted part before an @ but its first character, which may hold blanks, also inside other texts. */
const UNQUOTED = `regexp_replace(${SEARCHED}, '"([^"]?)[^"]*"@', '\\1***@', 'g')`;
/** SQL: whatever stands before an @ but its first character, also inside other texts; masks no less than is shown masked. */
const MASKED = `regexp_replace(${UNQUOTED}, '([^[:space:]@])[^[:space:]@]*@', '\\1***@', 'g')`;

const MATCHES = `l.tenant_id = $1
  and ($2::text is null or case when $8::boolean then ${MASKED} else ${SEARCHED} end ilike '%' || $2 || '%')
  and ($3::uuid is null or exists (select from lead_list t where t.tenant_id = $1 and t.id = $3 and ${inScope("t.team_id", "$6")})
    and exists (select from lead_list_member m where m.list_id = $3 and m.lead_id = l.id))
  and ($4::text[] is null or l.mailability = any($4)) and ($5::text[] is null or l.stage = any($5))
  and ${inScope("l.owner_team_id", "$6")} and ($7::uuid is null or l.owner_team_id = $7)`;
const COUNT = statement<{ count: number }>(
  "count_leads",
  `select count(*) as count from lead l where ${MATCHES}`,
);

const filterValues = ({ tenantId, teamIds }: Scope, filter: LeadFilter) => [
  tenantId,
  likeText(filter.text),
  filter.listId ?? null,
  filter.mailability?.length ? filter.mailability : null,
  filter.stage?.length ? filter.stage : null,
  teamIds,
  filter.teamId ?? null,
  filter.hidesAddress ?? false,
];

export async function listLeads(
  reader: Reader,
  scope: Scope,
  filter: LeadFilter,
  order: { readonly field: LeadOrderField; readonly direction: Direction },
  request: PageRequest,
): Promise<Page<LeadView & { readonly sortKey: string }>> {
  const column = ORDERS[order.field];
  const { name, beyond, tail } = keyset(column, order.direction, request.isBackward, "l.id", 9);
  const list = statement<LeadView & { sortKey: string }>(
    `list_leads_${name}`,
    `select ${COLUMNS}, ${column.column}::text as "sortKey" from lead l where ${MATCHES} and ${beyond} ${tail}`,
  );
  return pageOf(
    await reader.query(list, [...filterValues(scope, filter), ...keysetValues(column, request)]),
    request,
  );
}

export async function countLeads(reader: Reader, scope: Scope, filter: LeadFilter): Promise<number> {
  return (await reader.query(COUNT, filterValues(scope, filter)))[0]!.count;
}
