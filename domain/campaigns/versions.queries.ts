import type { Id } from "../ids.js";
import { keyset, keysetValues, type OrderColumn } from "../keyset.js";
import { statement, type Reader } from "../operation.js";
import { pageOf, type Page, type PageRequest } from "../page.js";
import type { FrozenContent } from "./campaign-version.entity.js";

/** A version as lists show it. Times are ISO 8601 text. */
export interface VersionView {
  readonly id: Id;
  readonly n: number;
  readonly createdAt: string;
  /** By name; null: from before that was kept, or the product itself. */
  readonly createdBy: string | null;
  /** Against the version before, in words; of the first nothing. */
  readonly changes: readonly string[];
}

/** By their number: text of nine digits sorts as they do. */
const ORDER: OrderColumn = { column: "lpad(v.n::text, 9, '0')", type: "text" };
const COUNT = statement<{ count: number }>(
  "count_versions",
  "select count(*) as count from campaign_version v where v.tenant_id = $1 and v.campaign_id = $2",
);

/** What was frozen of a campaign that the caller may see, the newest first. */
export async function listVersions(
  reader: Reader,
  tenantId: Id,
  campaignId: Id,
  request: PageRequest,
): Promise<Page<VersionView & { readonly sortKey: string }>> {
  const { beyond, tail } = keyset(ORDER, "DESC", request.isBackward, "v.id", 3);
  const list = statement<VersionView & { sortKey: string }>(
    `list_versions_${request.isBackward ? "back" : "on"}`,
    `select v.id, v.n, v.created_at as "createdAt", u.name as "createdBy", v.changes, lpad(v.n::text, 9, '0') as "sortKey"
     from campaign_version v left join app_user u on u.id = v.created_by
     where v.tenant_id = $1 and v.campaign_id = $2 and ${beyond} ${tail}`,
  );
  return pageOf(await reader.query(list, [tenantId, campaignId, ...keysetValues(ORDER, request)]), request);
}

export async function countVersions(reader: Reader, tenantId: Id, campaignId: Id): Promise<number> {
  return (await reader.query(COUNT, [tenantId, campaignId]))[0]!.count;
}

/** What a mail is pinned to. */
export interface PinnedVersion {
  readonly id: Id;
  readonly n: number;
  readonly content: FrozenContent;
}

const BY_IDS = statement<PinnedVersion>(
  "versions_by_ids",
  "select id, n, content from campaign_version where tenant_id = $1 and id = any($2::uuid[])",
);

export function findVersions(reader: Reader, tenantId: Id, ids: readonly Id[]): Promise<PinnedVersion[]> {
  return reader.query(BY_IDS, [tenantId, ids]);
}
