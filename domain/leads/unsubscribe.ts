import * as v from "valibot";
import { command } from "../command.js";
import { IdSchema, type Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import { suppressAddress } from "./suppress-address.js";

/** Who follows the link of a mail, and whose mail it was. */
export interface Recipient {
  readonly leadId: Id;
  readonly email: string;
  readonly organisation: string;
}

const RECIPIENT = statement<Recipient>(
  "recipient",
  `select l.id as "leadId", l.email, t.name as organisation from lead l join tenant t on t.id = l.tenant_id
   where l.tenant_id = $1 and l.id = $2`,
);

/** Null: there is no such lead any more. */
export async function findRecipient(reader: Reader, tenantId: Id, leadId: Id): Promise<Recipient | null> {
  return (await reader.query(RECIPIENT, [tenantId, leadId]))[0] ?? null;
}

const NOTE = statement<object>(
  "note_unsubscribed",
  `insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
   select tenant_id, campaign_id, id, 'unsubscribed', 'recipient', 'by the link of a mail' from message
   where tenant_id = $1 and campaign_id = $2 and lead_id = $3 and sent_at is not null order by step_position desc limit 1`,
);

/**
 * A recipient wants no more campaigns of the organisation, whatever else stops mail to them. A second time changes nothing; it does not matter whether the
 * campaign is still there. Writes suppression, lead.mailability, enrollment and message; emits suppression.added and the
 * message's event; enqueues nothing: every lane checks before it sends.
 */
export const unsubscribe = command({
  name: "unsubscribe",
  // Whoever has the link: it is signed, and checked where it comes in.
  permission: "public",
  input: v.object({ campaignId: IdSchema }),
  async run(op, { campaignId }): Promise<{ isNew: boolean }> {
    const { actor } = op;
    if (actor.kind !== "RECIPIENT") throw new TypeError("Only a recipient unsubscribes");
    const { isNew } = await suppressAddress(op, actor.email, "UNSUBSCRIBED", "MARKETING");
    if (isNew) await op.query(NOTE, [op.tenantId, campaignId, actor.leadId]);
    return { isNew };
  },
});
