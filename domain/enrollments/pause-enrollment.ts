import * as v from "valibot";
import { command } from "../command.js";
import { lockSequences } from "../emails/index.js";
import { invalid } from "../errors.js";
import { attempted } from "../events.js";
import type { Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";
import { MOST_DAYS_AHEAD, type NoPlace } from "../planning/index.js";
import {
  demandLive,
  EnrollmentInput,
  lockEnrollment,
  NoteField,
  type LockedEnrollment,
} from "./lock-enrollment.js";
import { isGain, lostPlace, placeRest } from "./place-rest.js";
import { recordEvent } from "./record-event.js";

const DAY = 86_400_000;
const PAUSE = statement<{ id: Id }>(
  "pause_enrollment",
  `update enrollment set state = 'PAUSED', paused_until = $2 where id = $1 and state in ('PENDING', 'ACTIVE', 'WAITING', 'PAUSED') returning id`,
);
const RESUME = statement<Pick<LockedEnrollment, "state">>(
  "resume_enrollment",
  `update enrollment e set paused_until = null, state = case when exists (
     select from message m where m.enrollment_id = e.id and m.state = 'PLANNED' and m.step_position > 1) then 'WAITING' else 'ACTIVE' end
   where id = $1 and state = 'PAUSED' returning state`,
);

/**
 * "Not now": nothing is sent to the lead before `until`; what is still to come is planned from then on, in the lead's window.
 * A mail whose transport has begun may still leave. When the time has come the sequence goes on by itself. Said again, the
 * new time counts.
 * Writes enrollment, message, campaign_hour and enrollment_event; emits enrollment.paused; enqueues nothing.
 * Throws INVALID_TRANSITION when it has ended; BAD_USER_INPUT for a time that has passed, is more than a year ahead, or
 * leaves a step that has a place none before the campaign's end; CONFLICT while the campaign is planned anew.
 */
export const pauseEnrollment = command({
  name: "pauseEnrollment",
  permission: "campaign:update",
  input: v.object({ ...EnrollmentInput, until: v.date(), note: NoteField }),
  audits: attempted("enrollment.paused", "campaign", "campaignId"),
  async run(op, { until, note, ...which }): Promise<{ campaignId: Id; leadId: Id }> {
    const enrollment = await lockEnrollment(op, which);
    demandAhead(op, until);
    demandLive(enrollment, "PAUSED");
    await lockSequences(op, [enrollment]);
    const evidence = `not now, until ${until.toISOString()}`;
    await placeRest(op, enrollment, until.getTime(), evidence, (offer) => {
      const lost = lostPlace(offer);
      if (lost) throw noPlace(lost.position, lost.why, until);
      return true;
    });
    if ((await op.query(PAUSE, [enrollment.id, until])).length === 0) return which;
    await recordEvent(op, enrollment, "PAUSED", { until, note });
    await op.emit("enrollment.paused", {
      targets: enrollment.targets,
      changes: [
        ...(enrollment.state === "PAUSED"
          ? []
          : [{ field: "state", before: enrollment.state, after: "PAUSED" }]),
        { field: "pausedUntil", before: enrollment.pausedUntil, after: until.toISOString() },
        ...(note ? [{ field: "note", before: null, after: note, personal: true }] : []),
      ],
    });
    return which;
  },
});

/**
 * Ends a lead's rest early: what is still to come is planned from now on, not before the launch had planned it. Where there is
 * no earlier place for it, it keeps the one that it has, and only the rest ends. Not resting, it stays as it is.
 * Writes enrollment, message, campaign_hour and enrollment_event; emits enrollment.resumed; enqueues nothing.
 * Throws BAD_USER_INPUT for a lead that is not in the campaign, CONFLICT while the campaign is planned anew.
 */
export const resumeEnrollment = command({
  name: "resumeEnrollment",
  permission: "campaign:update",
  input: v.object(EnrollmentInput),
  audits: attempted("enrollment.resumed", "campaign", "campaignId"),
  async run(op, which): Promise<{ campaignId: Id; leadId: Id }> {
    const enrollment = await lockEnrollment(op, which);
    if (enrollment.state !== "PAUSED") return which;
    await lockSequences(op, [enrollment]);
    await placeRest(op, enrollment, op.now.getTime(), "not now is over", isGain);
    const [resumed] = await op.query(RESUME, [enrollment.id]);
    if (!resumed) return which;
    await recordEvent(op, enrollment, "RESUMED");
    await op.emit("enrollment.resumed", {
      targets: enrollment.targets,
      changes: [
        { field: "state", before: "PAUSED", after: resumed.state },
        { field: "pausedUntil", before: enrollment.pausedUntil, after: null },
      ],
    });
    return which;
  },
});

function demandAhead(op: UnitOfWork, until: Date): void {
  const ahead = until.getTime() - op.now.getTime();
  if (ahead <= 0)
    throw invalid(
      ["until"],
      "future",
      `until must be in the future; it is ${op.now.toISOString()} now.`,
      until.toISOString(),
    );
  if (ahead > (MOST_DAYS_AHEAD - 1) * DAY)
    throw invalid(["until"], "within_a_year", "until must be within a year from now.", until.toISOString());
}

const noPlace = (position: number, why: NoPlace, until: Date) =>
  invalid(
    ["until"],
    "place",
    `After that the campaign has no place for the mail of step ${position}: ${why}. Choose an earlier time, or stop the sequence.`,
    until.toISOString(),
  );
