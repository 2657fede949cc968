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

export interface NewSuppression {
  readonly suppressionId: Id;
  /** False: mail to the address was stopped already, and nothing has changed. */
  readonly isNew: boolean;
}

/** Stops all mail to an address, within somebody's transaction: suppression, mailability, sequences, and the entry of it. */
export async function suppressAddress(
  op: UnitOfWork,
  email: string,
  reason: SuppressionReason,
): Promise<NewSuppression> {
  const hash = emailHash(canonicalEmail(email));
  const [made] = await op.query(INSERT_SUPPRESSION, [
    newId(),
    op.tenantId,
    hash,
    email,
    reason,
    op.actor.kind,
  ]);
  if (!made)
    return { suppressionId: (await op.query(ACTIVE_SUPPRESSION, [op.tenantId, hash]))[0]!.id, isNew: false };
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
