import type { Id } from "../ids.js";
import { keyset, keysetValues, type OrderColumn } from "../keyset.js";
import { statement, type Reader } from "../operation.js";
import { pageOf, type Page, type PageRequest } from "../page.js";

export interface SuppressionView {
  readonly id: Id;
  readonly email: string;
  readonly reason: "UNSUBSCRIBED" | "HARD_BOUNCE" | "COMPLAINT" | "MANUAL";
  readonly createdAt: string;
}

const SUPPRESSION_COLUMNS = `s.id, coalesce(s.email, '') as email, s.reason, s.created_at as "createdAt"`;
const SUPPRESSION_BY_ID = statement<SuppressionView>(
  "suppression_by_id",
  `select ${SUPPRESSION_COLUMNS} from suppression s where s.tenant_id = $1 and s.id = $2`,
);
const COUNT_SUPPRESSIONS = statement<{ count: number }>(
  "count_suppressions",
  "select count(*) as count from suppression where tenant_id = $1 and lifted_at is null",
);

export async function findSuppression(reader: Reader, tenantId: Id, id: Id): Promise<SuppressionView | null> {
  return (await reader.query(SUPPRESSION_BY_ID, [tenantId, id]))[0] ?? null;
}

/** Active suppressions, the newest first. */
export async function listSuppressions(
  reader: Reader,
  tenantId: Id,
  request: PageRequest,
): Promise<Page<SuppressionView & { readonly sortKey: string }>> {
  const order: OrderColumn = { column: "s.created_at", type: "timestamptz" };
  const { name, beyond, tail } = keyset(order, "DESC", request.isBackward, "s.id", 2);
  const list = statement<SuppressionView & { sortKey: string }>(
    `list_suppressions_${name}`,
    `select ${SUPPRESSION_COLUMNS}, s.created_at::text as "sortKey" from suppression s
     where s.tenant_id = $1 and s.lifted_at is null and ${beyond} ${tail}`,
  );
  return pageOf(await reader.query(list, [tenantId, ...keysetValues(order, request)]), request);
}

export async function countSuppressions(reader: Reader, tenantId: Id): Promise<number> {
  return (await reader.query(COUNT_SUPPRESSIONS, [tenantId]))[0]!.count;
}
