import { selfOf } from "../access/actor.js";
import { canonicalEmail, emailHash } from "../email-address.js";
import { liveEnrollmentsOfAddress, stopEnrollments, type StopReason } from "../emails/index.js";
import { changesBetween } from "../events.js";
import { newId, type Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";
import type { SuppressionReason } from "./suppression.entity.js";
import { MAILABILITY_OF_HASH } from "./mailability.js";

const INSERT_SUPPRESSION = statement<{ id: Id }>(
  "insert_suppression",
  `insert into suppression (id, tenant_id, email_hash, email, reason, source, scope) values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (tenant_id, email_hash, scope) where lifted_at is null do nothing returning id`,
);
const LOCK_LEAD = statement<object>(
  "lock_lead_of_address",
  "select from lead where tenant_id = $1 and email_hash = $2 for no key update",
);
const ACTIVE_SUPPRESSION = statement<{ id: Id }>(
  "active_suppression",
  "select id from suppression where tenant_id = $1 and email_hash = $2 and scope = $3 and lifted_at is null",
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

export interface NewSuppression {
  readonly suppressionId: Id;
  /** False: mail to the address was stopped already, and nothing has changed. */
  readonly isNew: boolean;
}

/**
 * Stops mail to an address, within somebody's transaction: suppression, mailability, sequences, and the entry of it.
 * @param scope all mail, or what is advertised: who has unsubscribed stays so when another reason is lifted
 */
export async function suppressAddress(
  op: UnitOfWork,
  email: string,
  reason: SuppressionReason,
  scope: "ALL" | "MARKETING",
): Promise<NewSuppression> {
  const hash = emailHash(canonicalEmail(email));
  // As a hard bounce does: the lead, then the suppression.
  await op.query(LOCK_LEAD, [op.tenantId, hash]);
  const [made] = await op.query(INSERT_SUPPRESSION, [
    newId(),
    op.tenantId,
    hash,
    email,
    reason,
    op.actor.kind,
    scope,
  ]);
  if (!made)
    return {
      suppressionId: (await op.query(ACTIVE_SUPPRESSION, [op.tenantId, hash, scope]))[0]!.id,
      isNew: false,
    };
  await op.query(DERIVE_MAILABILITY, [op.tenantId, hash]);
  const live = await liveEnrollmentsOfAddress(op, op.tenantId, hash);
  await stopEnrollments(op, live, { reason: STOPS[reason], by: selfOf(op) });
  await op.emit("suppression.added", {
    targets: [{ type: "suppression", id: made.id, label: email }],
    changes: changesBetween({}, { email, reason }),
    reasonCode: reason,
  });
  return { suppressionId: made.id, isNew: true };
}
