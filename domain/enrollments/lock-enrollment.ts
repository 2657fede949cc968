import * as v from "valibot";
import { Campaign, type EnrollmentState, type StopRules } from "../campaigns/index.js";
import { invalid, InvalidTransitionError } from "../errors.js";
import type { EventTarget } from "../events.js";
import { IdSchema, type Id } from "../ids.js";
import { Lead } from "../leads/index.js";
import { statement, type UnitOfWork } from "../operation.js";
import { plainText } from "../plain-text.js";

/** Which lead's place in which campaign. */
export const EnrollmentInput = { campaignId: IdSchema, leadId: IdSchema };

/** A sentence for whoever looks at it later; blank counts as left out. */
export const NoteField = v.nullish(
  v.pipe(
    v.string(),
    plainText,
    v.trim(),
    v.maxLength(1000, "A note has at most 1,000 characters."),
    v.transform((value) => (value === "" ? null : value)),
  ),
  null,
);

/** A lead's place in a campaign, as somebody works on it. */
export interface LockedEnrollment {
  readonly id: Id;
  readonly campaignId: Id;
  readonly leadId: Id;
  readonly state: EnrollmentState;
  readonly stopReason: string | null;
  /** ISO instant. */
  readonly pausedUntil: string | null;
  readonly stopRules: StopRules;
  /** As canonicalEmail has it. */
  readonly address: string;
  /** The campaign, then the lead. */
  readonly targets: readonly EventTarget[];
}

// Not for update: lanes that plan a next step only need that the campaign stays.
const LOCK_CAMPAIGN = statement<object>(
  "lock_campaign_of_enrollment",
  "select from campaign where id = $1 for no key update",
);
const FIND = statement<Pick<LockedEnrollment, "id" | "state" | "stopReason" | "pausedUntil">>(
  "enrollment_of_lead",
  `select id, state, stop_reason as "stopReason", paused_until as "pausedUntil" from enrollment
   where tenant_id = $1 and campaign_id = $2 and lead_id = $3`,
);

/**
 * Until the commit the planner waits, and so does whoever else works on the campaign's leads.
 * @throws NotFoundError; InvalidInputError when the lead is not in the campaign
 */
export async function lockEnrollment(
  op: UnitOfWork,
  { campaignId, leadId }: { readonly campaignId: Id; readonly leadId: Id },
): Promise<LockedEnrollment> {
  const campaign = await op.load(Campaign, "campaign", campaignId);
  const lead = await op.load(Lead, "lead", leadId);
  await op.query(LOCK_CAMPAIGN, [campaignId]);
  const [row] = await op.query(FIND, [op.tenantId, campaignId, leadId]);
  if (!row)
    throw invalid(
      ["leadId"],
      "enrolled",
      "This lead is not in the campaign: it is not of its audience, or the audience is still being written down.",
      leadId,
    );
  return {
    ...row,
    campaignId,
    leadId,
    stopRules: campaign.stopRules,
    address: lead.emailCanonical,
    targets: [
      { type: "campaign", id: campaignId, label: campaign.name },
      { type: "lead", id: leadId, label: lead.email },
    ],
  };
}

const LIVE: ReadonlySet<EnrollmentState> = new Set(["PENDING", "ACTIVE", "WAITING", "PAUSED"]);
export const isLive = ({ state }: Pick<LockedEnrollment, "state">): boolean => LIVE.has(state);

/** @throws InvalidTransitionError when the sequence has ended. */
export function demandLive(enrollment: LockedEnrollment, to: "STOPPED" | "PAUSED"): void {
  if (isLive(enrollment)) return;
  const { state, stopReason } = enrollment;
  const how = { FINISHED: "has had its last step", SKIPPED: "was left out" } as Partial<
    Record<EnrollmentState, string>
  >;
  throw new InvalidTransitionError(
    `Nothing is planned for this lead any more: its sequence ${how[state] ?? `was stopped (${stopReason ?? "no reason is on record"})`}.`,
    state,
    to,
    [],
  );
}
