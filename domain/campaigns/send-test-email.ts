import { createHash } from "node:crypto";
import * as v from "valibot";
import { can, forbidden, selfOf } from "../access/actor.js";
import { command } from "../command.js";
import { canonicalEmail } from "../email-address.js";
import { EmailField } from "../email-field.js";
import { sendTest } from "../emails/index.js";
import { ConflictError, invalid, RateLimitedError } from "../errors.js";
import { attempted } from "../events.js";
import { IdSchema, type Id } from "../ids.js";
import { isSuppressed } from "../leads/index.js";
import { statement, type UnitOfWork } from "../operation.js";
import { findSendingState } from "../sending/index.js";
import { campaignTarget } from "./campaign-facts.js";
import { composeTest, type WantedTest } from "./test-mail.js";

/** Of one person; more is no trying out. */
export const TESTS_AN_HOUR = 20;

// Of two tests of one person at the same moment the second waits, and then counts the first.
const ONE_AT_A_TIME = statement<object>(
  "test_mails_of",
  "select pg_advisory_xact_lock(hashtextextended('test mails ' || $1, 0))",
);
const IN_LAST_HOUR = statement<{ count: number; seconds: number | null }>(
  "test_mails_in_last_hour",
  `select count(*) as count, ceil(extract(epoch from min(created_at) + interval '1 hour' - now()))::int as seconds
   from job where queue = 'emails' and state in ('WAITING', 'ACTIVE', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'DISCARDED')
     and created_at > now() - interval '1 hour' and type = '${sendTest.type}' and tenant_id = $1 and initiated_by = $2`,
);
const IS_MEMBER = statement<object>(
  "is_active_member",
  `select from membership m join app_user u on u.id = m.user_id
   where m.tenant_id = $1 and u.email_canonical = $2 and u.status = 'ACTIVE'`,
);

const Input = v.object({
  campaignId: IdSchema,
  leadId: IdSchema,
  /** Left out: the caller's own address. */
  to: v.nullish(EmailField),
  step: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(1, "The first step is 1.")), 1),
  variant: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0, "0 is the step's own wording.")), null),
});

/**
 * Mails one step of a campaign, with a lead's data and marked as a test, to somebody who tries it out: outside the ledger
 * and all figures. People of the organisation may always be written to; others only by whoever may take the data of leads
 * out of the organisation (lead:export); nobody whose address is suppressed. Writes nothing; emits campaign.test_sent;
 * enqueues emails.sendTest. Throws CONFLICT while sending is frozen, RATE_LIMITED beyond 20 an hour, BAD_USER_INPUT,
 * FORBIDDEN, NOT_FOUND.
 */
export const sendTestEmail = command({
  name: "sendTestEmail",
  permission: "campaign:update",
  input: Input,
  audits: attempted("campaign.test_sent", "campaign", "campaignId"),
  async run(op, { to, ...wanted }): Promise<{ campaignId: Id }> {
    const { campaign, lead, mail } = await composeTest(op, op.scope, wanted);
    const email = to ?? ownAddress(op);
    const sending = await findSendingState(op, op.tenantId);
    if (sending.isFrozen)
      throw new ConflictError(
        `Sending is frozen${sending.reason === null ? "" : ` (${sending.reason})`}: no test is sent before it is released.`,
      );
    await demandRecipient(op, email);
    await demandRate(op);
    const answer = { campaignId: campaign.id };
    const job = await op.enqueue(sendTest, { ...wanted, email }, { key: keyOf(op, wanted, email) });
    // The same request asked for the same mail before.
    if (job === null) return answer;
    await op.emit("campaign.test_sent", {
      targets: [campaignTarget(campaign), { type: "lead", id: lead.id, label: lead.email }],
      changes: [
        { field: "to", before: null, after: email, personal: true },
        { field: "step", before: null, after: wanted.step },
        { field: "subject", before: null, after: mail.subject, personal: true },
      ],
    });
    return answer;
  },
});

function ownAddress({ actor }: UnitOfWork): string {
  if (actor.kind === "USER") return actor.email;
  throw invalid(["to"], "required", "to must say which address gets the test.");
}

async function demandRecipient(op: UnitOfWork, email: string): Promise<void> {
  const [member] = await op.query(IS_MEMBER, [op.tenantId, canonicalEmail(email)]);
  if (!member && !can(op.actor, "lead:export"))
    throw forbidden(
      "lead:export",
      "ROLE",
      "A test holds the data of a lead. Without the permission LEAD_EXPORT it goes only to active people of your organisation.",
    );
  if (await isSuppressed(op, op.tenantId, email))
    throw invalid(
      ["to"],
      "suppressed",
      "This address is suppressed: it gets no mail of campaigns, and no test.",
      email,
    );
}

async function demandRate(op: UnitOfWork): Promise<void> {
  const self = selfOf(op);
  if (self === null) return;
  await op.query(ONE_AT_A_TIME, [self]);
  const [sent] = await op.query(IN_LAST_HOUR, [op.tenantId, self]);
  if (sent!.count >= TESTS_AN_HOUR) throw new RateLimitedError(Math.max(1, sent!.seconds ?? 1));
}

/** Without the address itself: keys are not forgotten with a person. */
function keyOf(
  { request }: UnitOfWork,
  { campaignId, leadId, step, variant }: WantedTest,
  to: string,
): string {
  const asked = JSON.stringify([request.requestId, campaignId, leadId, step, variant, to]);
  return `${request.requestId}:${createHash("sha256").update(asked).digest("hex").slice(0, 32)}`;
}
