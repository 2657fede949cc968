import type { Id } from "../ids.js";
import { keyset, keysetValues, type OrderColumn } from "../keyset.js";
import { likeText } from "../like.js";
import { statement, type Reader } from "../operation.js";
import { pageOf, type Page, type PageRequest } from "../page.js";
import type { SenderState } from "./sender.entity.js";

/** A sender as lists and pages show it. Times are ISO 8601 text. */
export interface SenderView {
  readonly id: Id;
  readonly address: string;
  readonly name: string;
  readonly replyTo: string | null;
  readonly postalAddress: string | null;
  /** Null: no limit. Hours and days are those of UTC. */
  readonly perHour: number | null;
  readonly perDay: number | null;
  readonly gapSeconds: number;
  readonly state: SenderState;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Claimed under its limits in this hour and on this day. */
  readonly usedThisHour: number;
  readonly usedToday: number;
}

const COLUMNS = `s.id, s.address, s.name, s.reply_to as "replyTo", s.postal_address as "postalAddress", s.per_hour as "perHour",
  s.per_day as "perDay", s.gap_seconds as "gapSeconds", s.state, s.version, s.created_at as "createdAt", s.updated_at as "updatedAt",
  coalesce(case when p.hour = date_trunc('hour', now(), 'UTC') then p.used_in_hour end, 0) as "usedThisHour",
  coalesce(case when p.day = date_trunc('day', now(), 'UTC') then p.used_in_day end, 0) as "usedToday"`;
const FROM =
  "sender s left join pace p on p.tenant_id = s.tenant_id and p.kind = 'SENDER' and p.key = s.id::text";
const BY_IDS = statement<SenderView>(
  "senders_by_ids",
  `select ${COLUMNS} from ${FROM} where s.tenant_id = $1 and s.id = any($2::uuid[])`,
);

export function findSenders(reader: Reader, tenantId: Id, ids: readonly Id[]): Promise<SenderView[]> {
  return reader.query(BY_IDS, [tenantId, ids]);
}

export interface SenderFilter {
  /** Part of the name or the address. */
  readonly text?: string | null;
  /** Left out: all that are not archived. */
  readonly states?: readonly SenderState[] | null;
}

const MATCHES = `s.tenant_id = $1 and ($2::text is null or s.name ilike '%' || $2 || '%' or s.address ilike '%' || $2 || '%')
  and s.state = any($3::text[])`;
const COUNT = statement<{ count: number }>(
  "count_senders",
  `select count(*) as count from sender s where ${MATCHES}`,
);
const ORDER: OrderColumn = { column: "lower(s.address)", type: "text" };
const NOT_ARCHIVED: readonly SenderState[] = ["ACTIVE", "PAUSED"];

const filterValues = (tenantId: Id, { text, states }: SenderFilter) => [
  tenantId,
  likeText(text),
  states?.length ? states : NOT_ARCHIVED,
];

/** Senders by their addresses. */
export async function listSenders(
  reader: Reader,
  tenantId: Id,
  filter: SenderFilter,
  request: PageRequest,
): Promise<Page<SenderView & { readonly sortKey: string }>> {
  const { name, beyond, tail } = keyset(ORDER, "ASC", request.isBackward, "s.id", 4);
  const list = statement<SenderView & { sortKey: string }>(
    `list_senders_${name}`,
    `select ${COLUMNS}, lower(s.address) as "sortKey" from ${FROM} where ${MATCHES} and ${beyond} ${tail}`,
  );
  return pageOf(
    await reader.query(list, [...filterValues(tenantId, filter), ...keysetValues(ORDER, request)]),
    request,
  );
}

export async function countSenders(reader: Reader, tenantId: Id, filter: SenderFilter): Promise<number> {
  return (await reader.query(COUNT, filterValues(tenantId, filter)))[0]!.count;
}
