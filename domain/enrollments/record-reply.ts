import * as v from "valibot";
import { selfOf } from "../access/actor.js";
import { command } from "../command.js";
import { LIVE_ENROLLMENT, lockSequences, stopEnrollments, type EnrollmentOfLead } from "../emails/index.js";
import { invalid } from "../errors.js";
import { attempted } from "../events.js";
import type { Id } from "../ids.js";
import { companyDomain } from "../leads/index.js";
import { statement, type UnitOfWork } from "../operation.js";
import { EnrollmentInput, lockEnrollment, NoteField, type LockedEnrollment } from "./lock-enrollment.js";
import { moveStageForward, recordEvent } from "./record-event.js";

const COLLEAGUES = statement<EnrollmentOfLead>(
  "live_enrollments_of_company",
  `select e.id, e.lead_id as "leadId" from lead l join enrollment e on e.campaign_id = $2 and e.lead_id = l.id
   where l.tenant_id = $1 and split_part(l.email_canonical, '@', 2) = $3 and e.id <> $4 and e.state in ${LIVE_ENROLLMENT}`,
);
const NOTE_ON_MESSAGE = statement<object>(
  "note_reply_on_message",
  `insert into message_event (tenant_id, campaign_id, message_id, type, at, source, evidence, actor_id)
   select tenant_id, campaign_id, id, 'replied', $2, 'person', 'recorded by hand', $3 from message
   where enrollment_id = $1 and sent_at is not null order by step_position desc limit 1`,
);

export interface Replied {
  readonly campaignId: Id;
  readonly leadId: Id;
  /** Of the same company, whose sequences were stopped too. */
  readonly companyStopped: number;
}

/**
 * A lead has answered: its sequence ends, and by the campaign's rule those of all of its leads at the same company. Also
 * after the last step: then only the stage moves, and the company's rule holds.
 * Writes enrollment, message, enrollment_event and lead.stage; emits enrollment.replied; enqueues nothing.
 * Throws BAD_USER_INPUT for a time in the future or a lead that is not in the campaign.
 */
export const recordReply = command({
  name: "recordReply",
  permission: "campaign:update",
  input: v.object({ ...EnrollmentInput, at: v.nullish(v.date()), note: NoteField }),
  audits: attempted("enrollment.replied", "campaign", "campaignId"),
  async run(op, { note, at: given, ...which }): Promise<Replied> {
    const enrollment = await lockEnrollment(op, which);
    const at = given ?? op.now;
    if (at > op.now)
      throw invalid(
        ["at"],
        "past",
        `at is when the reply came, so not after ${op.now.toISOString()}.`,
        at.toISOString(),
      );
    const colleagues = await colleaguesOf(op, enrollment);
    const by = selfOf(op);
    // All at once, so that two of these cannot wait for each other.
    await lockSequences(op, [enrollment, ...colleagues]);
    await recordEvent(op, enrollment, "REPLIED", { at, note });
    await op.query(NOTE_ON_MESSAGE, [enrollment.id, at, by]);
    const hasMoved = await moveStageForward(op, enrollment, "REPLIED");
    const [stopped] = await stopEnrollments(op, [enrollment], { reason: "REPLIED", by });
    const others = await stopEnrollments(op, colleagues, { reason: "COMPANY_REPLIED", by });
    await op.emit("enrollment.replied", {
      targets: enrollment.targets,
      changes: [
        ...(stopped ? [{ field: "state", before: enrollment.state, after: "STOPPED" }] : []),
        { field: "at", before: null, after: at.toISOString() },
        ...(note ? [{ field: "note", before: null, after: note, personal: true }] : []),
        ...(hasMoved ? [{ field: "stage", before: null, after: "REPLIED" }] : []),
        ...(others.length > 0 ? [{ field: "companyStopped", before: null, after: others.length }] : []),
      ],
    });
    return { ...which, companyStopped: others.length };
  },
});

async function colleaguesOf(
  op: UnitOfWork,
  { id, campaignId, address, stopRules }: LockedEnrollment,
): Promise<EnrollmentOfLead[]> {
  const domain = stopRules.onCompanyReply ? companyDomain(address) : null;
  return domain === null ? [] : op.query(COLLEAGUES, [op.tenantId, campaignId, domain, id]);
}
