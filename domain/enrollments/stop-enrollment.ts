import * as v from "valibot";
import { selfOf } from "../access/actor.js";
import { command } from "../command.js";
import { stopEnrollments } from "../emails/index.js";
import { attempted } from "../events.js";
import type { Id } from "../ids.js";
import { demandLive, EnrollmentInput, lockEnrollment, NoteField } from "./lock-enrollment.js";

/**
 * Ends a lead's sequence by hand; what has not been begun is cancelled. Of this campaign only: whoever must never be mailed
 * is suppressed.
 * Writes enrollment, message and enrollment_event; emits enrollment.stopped; enqueues nothing.
 * Throws INVALID_TRANSITION when it has ended, BAD_USER_INPUT for a lead that is not in the campaign.
 */
export const stopEnrollment = command({
  name: "stopEnrollment",
  permission: "campaign:update",
  input: v.object({ ...EnrollmentInput, note: NoteField }),
  audits: attempted("enrollment.stopped", "campaign", "campaignId"),
  async run(op, { note, ...which }): Promise<{ campaignId: Id; leadId: Id }> {
    const enrollment = await lockEnrollment(op, which);
    demandLive(enrollment, "STOPPED");
    const [stopped] = await stopEnrollments(op, [enrollment], { reason: "MANUAL", note, by: selfOf(op) });
    // A lane has sent the last step at the same moment.
    if (!stopped) return which;
    await op.emit("enrollment.stopped", {
      targets: enrollment.targets,
      reasonCode: "MANUAL",
      changes: [
        { field: "state", before: enrollment.state, after: "STOPPED" },
        ...(note ? [{ field: "note", before: null, after: note, personal: true }] : []),
      ],
    });
    return which;
  },
});
