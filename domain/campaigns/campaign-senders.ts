import { invalid } from "../errors.js";
import type { Id } from "../ids.js";
import { statement, type Reader, type UnitOfWork } from "../operation.js";
import { turnOf } from "../planning/index.js";
import { findSenders, type SenderView } from "../senders/index.js";
import type { FrozenSender } from "./campaign-version.entity.js";

// Locked, so that nobody archives one while a campaign begins to use it.
const USABLE = statement<FrozenSender>(
  "usable_senders",
  `select id, address, name, reply_to as "replyTo", postal_address as "postalAddress" from sender
   where tenant_id = $1 and id = any($2::uuid[]) and state <> 'ARCHIVED' order by id for share`,
);

/** Those of them that are there and not archived, in the order given; locked until the commit. */
export async function usableSenders(op: UnitOfWork, ids: readonly Id[]): Promise<FrozenSender[]> {
  if (ids.length === 0) return [];
  const found = new Map((await op.query(USABLE, [op.tenantId, ids])).map((sender) => [sender.id, sender]));
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** The same, of all of them. @throws InvalidInputError, naming the first that there is not */
export async function demandSenders(op: UnitOfWork, ids: readonly Id[]): Promise<FrozenSender[]> {
  const senders = await usableSenders(op, ids);
  const usable = new Set(senders.map(({ id }) => id));
  const missing = ids.find((id) => !usable.has(id));
  if (missing !== undefined)
    throw invalid(["senderIds"], "exists", "There is no such sender, or it is archived.", missing);
  return senders;
}

/** Whose mail a lead gets, of these senders in their order, where that one has room; null: there are none. */
export async function senderOfLead(
  reader: Reader,
  tenantId: Id,
  senderIds: readonly Id[],
  leadId: Id,
): Promise<SenderView | null> {
  const senders = await findSenders(reader, tenantId, senderIds);
  const inOrder = senderIds.flatMap((id) => senders.find((sender) => sender.id === id) ?? []);
  return inOrder[turnOf(leadId, inOrder.length)] ?? null;
}
