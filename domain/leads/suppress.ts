import * as v from "valibot";
import { selfOf } from "../access/actor.js";
import { command } from "../command.js";
import { canonicalEmail, emailHash } from "../email-address.js";
import { liveEnrollmentsOfAddress, stopEnrollments, type StopReason } from "../emails/index.js";
import { attempted, changesBetween } from "../events.js";
import { newId, type Id } from "../ids.js";
import { statement } from "../operation.js";
import { EmailField } from "../email-field.js";
import { SUPPRESSION_REASONS, type SuppressionReason } from "./suppression.entity.js";
import { MAILABILITY_OF_HASH } from "./mailability.js";

const INSERT_SUPPRESSION = statement<{ id: Id }>(
  "insert_suppression",
  `insert into suppression (id, tenant_id, email_hash, email, reason, source) values ($1, $2, $3, $4, $5, $6)
   on conflict (tenant_id, email_hash, scope) where lifted_at is null do nothing returning id`,
);
const ACTIVE_SUPPRESSION = statement<{ id: Id }>(
  "active_suppression",
  "select id from suppression where tenant_id = $1 and email_hash = $2 and scope = 'ALL' and lifted_at is null",
);
// Takes the lead's row lock, which a lane shares while it decides to send: whoever commits first wins, and a
// suppression that has committed is never followed by a mail.
const DERIVE_MAILABILITY = statement<object>(
  "derive_mailability",
  `update lead set mailability = ${MAILABILITY_OF_HASH("$1", "$2")}, updated_at = now()
   where tenant_id = $1 and email_hash = $2 and mailability <> 'ERASED'`,
);

/** Why the sequences of whoever is suppressed end. */
const STOPS: Readonly<Record<SuppressionReason, StopReason>> = {
  UNSUBSCRIBED: "UNSUBSCRIBED",
  HARD_BOUNCE: "BOUNCED",
  COMPLAINT: "COMPLAINED",
  MANUAL: "MANUAL",
};

export interface Suppressed {
  readonly suppressionId: Id;
  /** What this call wanted; what was there before may be another team's to know. */
  readonly asked: { readonly reason: SuppressionReason; readonly createdAt: string };
}

/**
 * Stops all mail to an address, known or not, and ends every sequence that would mail it. Doing it twice changes nothing.
 * Writes suppression, lead.mailability, enrollment and message; emits suppression.added; enqueues nothing: every lane checks
 * before it sends.
 */
export const suppress = command({
  name: "suppress",
  permission: "lead:update",
  input: v.object({ email: EmailField, reason: v.picklist(SUPPRESSION_REASONS) }),
  audits: attempted("suppression.added"),
  async run(op, { email, reason }): Promise<Suppressed> {
    const hash = emailHash(canonicalEmail(email));
    const [made] = await op.query(INSERT_SUPPRESSION, [
      newId(),
      op.tenantId,
      hash,
      email,
      reason,
      op.actor.kind,
    ]);
    const asked = { reason, createdAt: op.now.toISOString() };
    if (!made)
      return { suppressionId: (await op.query(ACTIVE_SUPPRESSION, [op.tenantId, hash]))[0]!.id, asked };
    await op.query(DERIVE_MAILABILITY, [op.tenantId, hash]);
    const live = await liveEnrollmentsOfAddress(op, op.tenantId, hash);
    await stopEnrollments(op, live, { reason: STOPS[reason], by: selfOf(op) });
    await op.emit("suppression.added", {
      targets: [{ type: "suppression", id: made.id, label: email }],
      changes: changesBetween({}, { email, reason }),
      reasonCode: reason,
    });
    return { suppressionId: made.id, asked };
  },
});
