import * as v from "valibot";
import { selfOf } from "../access/actor.js";
import { command } from "../command.js";
import { stopEnrollments } from "../emails/index.js";
import { attempted } from "../events.js";
import type { Id } from "../ids.js";
import type { LeadStage } from "../leads/index.js";
import { EnrollmentInput, lockEnrollment, NoteField } from "./lock-enrollment.js";
import { moveStageForward, recordEvent } from "./record-event.js";

/** The closed list of goals, so that they can be counted; OTHER says in its note which. */
export const GOALS = ["MEETING_BOOKED", "DEMO_DONE", "WON", "OTHER"] as const;
export type Goal = (typeof GOALS)[number];

/** What a goal says of the lead; OTHER says nothing that is known. */
const STAGES: Readonly<Record<Goal, LeadStage | null>> = {
  MEETING_BOOKED: "QUALIFIED",
  DEMO_DONE: "QUALIFIED",
  WON: "WON",
  OTHER: null,
};

/**
 * The campaign has reached what it is for with a lead: by the campaign's rule its sequence ends.
 * Writes enrollment_event, lead.stage and, by the rule, enrollment and message; emits enrollment.goal_recorded; enqueues
 * nothing. Throws BAD_USER_INPUT for a lead that is not in the campaign, or OTHER without a note.
 */
export const recordGoal = command({
  name: "recordGoal",
  permission: "campaign:update",
  input: v.pipe(
    v.object({ ...EnrollmentInput, label: v.picklist(GOALS), note: NoteField }),
    v.forward(
      v.check(
        ({ label, note }) => label !== "OTHER" || note !== null,
        "Say in the note what the other goal is.",
      ),
      ["note"],
    ),
  ),
  audits: attempted("enrollment.goal_recorded", "campaign", "campaignId"),
  async run(op, { label, note, ...which }): Promise<{ campaignId: Id; leadId: Id }> {
    const enrollment = await lockEnrollment(op, which);
    const stage = STAGES[label];
    await recordEvent(op, enrollment, "GOAL", { label, note });
    const [stopped] = enrollment.stopRules.onGoal
      ? await stopEnrollments(op, [enrollment], { reason: "GOAL", by: selfOf(op) })
      : [];
    const hasMoved = stage !== null && (await moveStageForward(op, enrollment, stage));
    await op.emit("enrollment.goal_recorded", {
      targets: enrollment.targets,
      reasonCode: label,
      changes: [
        ...(stopped ? [{ field: "state", before: enrollment.state, after: "STOPPED" }] : []),
        ...(note ? [{ field: "note", before: null, after: note, personal: true }] : []),
        ...(hasMoved ? [{ field: "stage", before: null, after: stage }] : []),
      ],
    });
    return which;
  },
});
