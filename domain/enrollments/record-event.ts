import { selfOf } from "../access/actor.js";
import type { LeadStage } from "../leads/index.js";
import { LEAD_STAGES } from "../leads/index.js";
import { statement, type UnitOfWork } from "../operation.js";
import type { LockedEnrollment } from "./lock-enrollment.js";

export const ENROLLMENT_EVENTS = ["REPLIED", "GOAL", "STOPPED", "PAUSED", "RESUMED"] as const;
export type EnrollmentEventType = (typeof ENROLLMENT_EVENTS)[number];

const INSERT = statement<object>(
  "insert_enrollment_event",
  `insert into enrollment_event (tenant_id, enrollment_id, campaign_id, lead_id, type, at, label, note, until, recorded_by)
   values ($1, $2, $3, $4, $5, coalesce($6, clock_timestamp()), $7, $8, $9, $10)`,
);

/** Adds to the history of a lead's place; a stop adds its own. */
export async function recordEvent(
  op: UnitOfWork,
  { id, campaignId, leadId }: LockedEnrollment,
  type: Exclude<EnrollmentEventType, "STOPPED">,
  facts: {
    readonly at?: Date;
    readonly label?: string | null;
    readonly note?: string | null;
    readonly until?: Date;
  } = {},
): Promise<void> {
  const { at = null, label = null, note = null, until = null } = facts;
  const values = [op.tenantId, id, campaignId, leadId, type, at, label, note, until, selfOf(op)];
  await op.query(INSERT, values);
}

const FORWARD = statement<{ stage: LeadStage }>(
  "stage_forward",
  `update lead set stage = $2, updated_at = now() where id = $1 and array_position($3::text[], stage) < array_position($3::text[], $2)
     and stage <> 'LOST' returning stage`,
);

/** A stage only goes forward by what happens; WON and LOST are ends. Answers whether it moved. */
export async function moveStageForward(
  op: UnitOfWork,
  { leadId }: LockedEnrollment,
  stage: LeadStage,
): Promise<boolean> {
  return (await op.query(FORWARD, [leadId, stage, LEAD_STAGES])).length > 0;
}
