import { decidedHead, untilDecided } from "../decided.queries.js";
import type { Scope } from "../access/scope.js";
import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import { EVENT_COLUMNS, type MessageEventView } from "./messages.queries.js";

/** Something that happened to a message; `seq` is its place among all of the campaign. */
export interface MessageChange extends MessageEventView {
  readonly seq: number;
}

const CHANGES = statement<MessageChange>(
  "message_changes",
  `select seq, ${EVENT_COLUMNS} from message_event
   where tenant_id = $1 and campaign_id = $2 and seq > $3 and seq <= $4 order by seq limit $5`,
);
const HEAD = statement<{ head: number }>(
  "message_changes_head",
  "select coalesce(max(seq), 0) as head from message_event where tenant_id = $1 and campaign_id = $2",
);

async function newestChange(reader: Reader, tenantId: Id, campaignId: Id): Promise<number> {
  return (await reader.query(HEAD, [tenantId, campaignId]))[0]!.head;
}

/** Behind the newest change that is there; none before it comes later. */
export function headOfChanges(reader: Reader, { tenantId }: Scope, campaignId: Id): Promise<number> {
  return decidedHead(reader, "message_event", () => newestChange(reader, tenantId, campaignId));
}

/** What came behind a place, and is complete, in order; null: somebody is writing for long, ask again. */
export async function changesAfter(
  reader: Reader,
  { tenantId }: Scope,
  campaignId: Id,
  after: number,
  limit: number,
): Promise<{ readonly head: number; readonly changes: readonly MessageChange[] } | null> {
  const head = await newestChange(reader, tenantId, campaignId);
  if (head <= after) return { head, changes: [] };
  if (!(await untilDecided(reader, "message_event"))) return null;
  return { head, changes: await reader.query(CHANGES, [tenantId, campaignId, after, head, limit]) };
}
