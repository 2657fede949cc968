import { canonicalEmail, emailHash } from "../email-address.js";
import { inScope, type Scope } from "../access/scope.js";
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
/** A suppression holds for the whole organisation; the address of another team's lead is theirs to know. */
const isVisible = (teams: string): string =>
  `(${teams}::uuid[] is null or not exists (select from lead l where l.tenant_id = s.tenant_id and l.email_hash = s.email_hash
     and not ${inScope("l.owner_team_id", teams)}))`;
const SUPPRESSION_BY_ID = statement<SuppressionView>(
  "suppression_by_id",
  `select ${SUPPRESSION_COLUMNS} from suppression s where s.tenant_id = $1 and s.id = $2 and ${isVisible("$3")}`,
);
const COUNT_SUPPRESSIONS = statement<{ count: number }>(
  "count_suppressions",
  `select count(*) as count from suppression s where s.tenant_id = $1 and s.lifted_at is null and ${isVisible("$2")}`,
);

export async function findSuppression(reader: Reader, scope: Scope, id: Id): Promise<SuppressionView | null> {
  return (await reader.query(SUPPRESSION_BY_ID, [scope.tenantId, id, scope.teamIds]))[0] ?? null;
}

/** Active suppressions, the newest first. */
export async function listSuppressions(
  reader: Reader,
  scope: Scope,
  request: PageRequest,
): Promise<Page<SuppressionView & { readonly sortKey: string }>> {
  const order: OrderColumn = { column: "s.created_at", type: "timestamptz" };
  const { name, beyond, tail } = keyset(order, "DESC", request.isBackward, "s.id", 3);
  const list = statement<SuppressionView & { sortKey: string }>(
    `list_suppressions_${name}`,
    `select ${SUPPRESSION_COLUMNS}, s.created_at::text as "sortKey" from suppression s
     where s.tenant_id = $1 and s.lifted_at is null and ${isVisible("$2")} and ${beyond} ${tail}`,
  );
  return pageOf(
    await reader.query(list, [scope.tenantId, scope.teamIds, ...keysetValues(order, request)]),
    request,
  );
}

export async function countSuppressions(reader: Reader, scope: Scope): Promise<number> {
  return (await reader.query(COUNT_SUPPRESSIONS, [scope.tenantId, scope.teamIds]))[0]!.count;
}

const ACTIVE_OF_ADDRESS = statement<object>(
  "active_suppression_of_address",
  "select from suppression where tenant_id = $1 and email_hash = $2 and scope in ('ALL', 'MARKETING') and lifted_at is null",
);

/** No mail of campaigns goes to this address, whether it is a lead's or not. */
export async function isSuppressed(reader: Reader, tenantId: Id, email: string): Promise<boolean> {
  const values = [tenantId, emailHash(canonicalEmail(email))];
  return (await reader.query(ACTIVE_OF_ADDRESS, values)).length > 0;
}
