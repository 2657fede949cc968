import { inScope, type Scope } from "../access/scope.js";
import type { Id } from "../ids.js";
import { keyset, keysetValues, type OrderColumn } from "../keyset.js";
import { likeText } from "../like.js";
import { statement, type Reader } from "../operation.js";
import { isPlainText } from "../plain-text.js";
import { pageOf, type Page, type PageRequest } from "../page.js";
import type { MessageState } from "./message.lifecycle.js";

/** A row of the ledger with the names that a person needs. Times are ISO 8601 text. */
export interface MessageView {
  readonly id: Id;
  readonly campaignId: Id;
  readonly leadId: Id;
  readonly stepId: Id;
  readonly versionId: Id;
  /** Of its mail; null: it has not been begun. */
  readonly variant: number | null;
  /** Whom its lead is mailed by; null: the campaign's own address. */
  readonly senderId: Id | null;
  readonly state: MessageState;
  readonly reason: string | null;
  readonly messageIdHeader: string | null;
  readonly serverReply: string | null;
  /** When it was written down. */
  readonly plannedAt: string;
  /** When its turn is, or was. */
  readonly dueAt: string;
  readonly sentAt: string | null;
  readonly attempt: number;
  readonly campaignName: string;
  /** When anything was written about it last. */
  readonly changedAt: string;
}

const COLUMNS = `m.id, m.campaign_id as "campaignId", m.lead_id as "leadId", m.step_id as "stepId", m.version_id as "versionId", m.variant,
  (select e.sender_id from enrollment e where e.id = m.enrollment_id) as "senderId", m.state, m.reason,
  m.message_id_header as "messageIdHeader", m.server_reply as "serverReply", m.planned_at as "plannedAt", m.due_at as "dueAt",
  m.sent_at as "sentAt", m.attempt, m.updated_at as "changedAt", (select c.name from campaign c where c.id = m.campaign_id) as "campaignName"`;

/** A message is its campaign's. */
const ofCampaignInScope = (teams: string): string =>
  `(${teams}::uuid[] is null or exists (select from campaign c where c.id = m.campaign_id and ${inScope("c.team_id", teams)}))`;

const BY_ID = statement<MessageView>(
  "message_by_id",
  `select ${COLUMNS} from message m where m.tenant_id = $1 and m.id = $2 and ${ofCampaignInScope("$3")}`,
);

export async function findMessage(reader: Reader, scope: Scope, id: Id): Promise<MessageView | null> {
  return (await reader.query(BY_ID, [scope.tenantId, id, scope.teamIds]))[0] ?? null;
}

const BY_IDS = statement<MessageView>(
  "messages_by_ids",
  `select ${COLUMNS} from message m where m.tenant_id = $1 and m.id = any($2::uuid[]) and ${ofCampaignInScope("$3")}`,
);

/** Those of them that are there, by id. */
export async function findMessages(
  reader: Reader,
  scope: Scope,
  ids: readonly Id[],
): Promise<Map<Id, MessageView>> {
  const rows = ids.length === 0 ? [] : await reader.query(BY_IDS, [scope.tenantId, ids, scope.teamIds]);
  return new Map(rows.map((row) => [row.id, row]));
}

export interface MessageFilter {
  readonly state?: readonly MessageState[] | null;
  readonly reason?: string | null;
  /** Part of the lead's address. */
  readonly text?: string | null;
}

const MATCHES = `m.tenant_id = $1 and m.campaign_id = $2 and ($3::text[] is null or m.state = any($3))
  and ($4::text is null or m.reason = $4)
  and ($5::text is null or exists (select from lead l where l.id = m.lead_id and l.email ilike '%' || $5 || '%'))
  and ${ofCampaignInScope("$6")}`;
const COUNT = statement<{ count: number }>(
  "count_messages",
  `select count(*) as count from message m where ${MATCHES}`,
);
const ORDER: OrderColumn = { column: "m.updated_at", type: "timestamptz" };

const filterValues = ({ tenantId, teamIds }: Scope, campaignId: Id, filter: MessageFilter) => [
  tenantId,
  campaignId,
  filter.state?.length ? filter.state : null,
  filter.reason && isPlainText(filter.reason) ? filter.reason : null,
  likeText(filter.text),
  teamIds,
];

/** A campaign's messages, the last changed first. */
export async function listMessages(
  reader: Reader,
  scope: Scope,
  campaignId: Id,
  filter: MessageFilter,
  request: PageRequest,
): Promise<Page<MessageView & { readonly sortKey: string }>> {
  const { name, beyond, tail } = keyset(ORDER, "DESC", request.isBackward, "m.id", 7);
  const list = statement<MessageView & { sortKey: string }>(
    `list_messages_${name}`,
    `select ${COLUMNS}, m.updated_at::text as "sortKey" from message m where ${MATCHES} and ${beyond} ${tail}`,
  );
  return pageOf(
    await reader.query(list, [...filterValues(scope, campaignId, filter), ...keysetValues(ORDER, request)]),
    request,
  );
}

export async function countMessages(
  reader: Reader,
  scope: Scope,
  campaignId: Id,
  filter: MessageFilter,
): Promise<number> {
  return (await reader.query(COUNT, filterValues(scope, campaignId, filter)))[0]!.count;
}

const UNCERTAIN = `m.tenant_id = $1 and m.state = 'UNCERTAIN' and ${ofCampaignInScope("$2")}`;
const COUNT_ALL_UNCERTAIN = statement<{ count: number }>(
  "count_all_uncertain",
  `select count(*) as count from message m where ${UNCERTAIN}`,
);

/** What waits for somebody who knows, of all campaigns, the newest first. */
export async function listUncertain(
  reader: Reader,
  { tenantId, teamIds }: Scope,
  request: PageRequest,
): Promise<Page<MessageView & { readonly sortKey: string }>> {
  const { name, beyond, tail } = keyset(ORDER, "DESC", request.isBackward, "m.id", 3);
  const list = statement<MessageView & { sortKey: string }>(
    `list_uncertain_${name}`,
    `select ${COLUMNS}, m.updated_at::text as "sortKey" from message m where ${UNCERTAIN} and ${beyond} ${tail}`,
  );
  const values = [tenantId, teamIds, ...keysetValues(ORDER, request)];
  return pageOf(await reader.query(list, values), request);
}

export async function countAllUncertain(reader: Reader, { tenantId, teamIds }: Scope): Promise<number> {
  return (await reader.query(COUNT_ALL_UNCERTAIN, [tenantId, teamIds]))[0]!.count;
}

export interface MessageEventView {
  readonly id: Id;
  readonly messageId: Id;
  readonly type: string;
  readonly at: string;
  /** Who says so: `lane`, `planner`, `person`, a source of evidence. */
  readonly source: string;
  readonly evidence: string | null;
  /** The person, by their name of today. */
  readonly by: string | null;
}

export const EVENT_COLUMNS = `id, message_id as "messageId", type, at, source, evidence,
  case when actor_id is not null then (select u.name from app_user u where u.id = actor_id) end as by`;

const EVENTS = statement<MessageEventView>(
  "events_of_messages",
  `select ${EVENT_COLUMNS} from message_event
   where tenant_id = $1 and message_id = any($2::uuid[]) order by message_id, seq`,
);

export function eventsOfMessages(
  reader: Reader,
  tenantId: Id,
  messageIds: readonly Id[],
): Promise<MessageEventView[]> {
  return reader.query(EVENTS, [tenantId, messageIds]);
}
