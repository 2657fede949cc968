import * as v from "valibot";
import {
  addPlannedHours,
  addSharedHours,
  lockPlan,
  onePlannerAtATime,
  plannedHours,
  planRest,
  replanSequences,
  sequencesOf,
  sharedOfMessages,
} from "../campaigns/index.js";
import { command } from "../command.js";
import { lockSequences } from "../emails/index.js";
import { ConflictError, invalid } from "../errors.js";
import { attempted } from "../events.js";
import type { Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";
import { MOST_DAYS_AHEAD, Planner, type NoPlace, type Place } from "../planning/index.js";
import {
  demandLive,
  EnrollmentInput,
  lockEnrollment,
  NoteField,
  type LockedEnrollment,
} from "./lock-enrollment.js";
import { recordEvent } from "./record-event.js";

const DAY = 86_400_000;
const PAUSE = statement<{ id: Id }>(
  "pause_enrollment",
  `update enrollment set state = 'PAUSED', paused_until = $2 where id = $1 and state in ('PENDING', 'ACTIVE', 'WAITING', 'PAUSED') returning id`,
);
const RESUME = statement<{ id: Id }>(
  "resume_enrollment",
  `update enrollment e set paused_until = null, state = case when exists (
     select from message m where m.enrollment_id = e.id and m.state = 'PLANNED' and m.step_position > 1) then 'WAITING' else 'ACTIVE' end
   where id = $1 and state = 'PAUSED' returning id`,
);

/**
 * "Not now": nothing is sent to the lead before `until`; what is still to come is planned from then on, in the lead's window.
 * A mail whose transport has begun may still leave. When the time has come the sequence goes on by itself. Said again, the
 * new time counts.
 * Writes enrollment, message, campaign_hour and enrollment_event; emits enrollment.paused; enqueues nothing.
 * Throws INVALID_TRANSITION when it has ended; BAD_USER_INPUT for a time that has passed, is more than a year ahead, or
 * leaves no place before the campaign's end; CONFLICT while the campaign is planned anew.
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
    const place = await placeAnew(op, enrollment, until.getTime(), `not now, until ${until.toISOString()}`);
    if (typeof place === "string") throw noPlace(place, until);
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
 * Ends a lead's rest early: what is still to come is planned from now on, not before the launch had planned it. Not resting,
 * it stays as it is.
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
    await placeAnew(op, enrollment, op.now.getTime(), "not now is over");
    const [resumed] = await op.query(RESUME, [enrollment.id]);
    if (!resumed) return which;
    await recordEvent(op, enrollment, "RESUMED");
    await op.emit("enrollment.resumed", {
      targets: enrollment.targets,
      changes: [
        { field: "state", before: "PAUSED", after: "ACTIVE" },
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

/** The rest of the lead's sequence by the planner, not before a time (ms of the epoch). Answers the place of the next mail. */
async function placeAnew(
  op: UnitOfWork,
  { id, campaignId }: LockedEnrollment,
  notBefore: number,
  evidence: string,
): Promise<Place | undefined> {
  const plan = await lockPlan(op, campaignId);
  const [sequence] = await sequencesOf(op, [id]);
  if (!plan || !sequence) return undefined;
  if (plan.replan?.holds)
    throw new ConflictError("The campaign is being planned anew after an edit; try again in a moment.");
  const { schedule, steps, versionId } = plan;
  await onePlannerAtATime(op);
  const start = op.now.getTime();
  const shared = await sharedOfMessages(op, op.tenantId, [sequence], start);
  const planned = await plannedHours(op, campaignId, schedule);
  const planner = new Planner(schedule, steps, start, planned, shared);
  const earliest = Math.max(notBefore, sequence.firstAt ?? 0);
  const { plan: rest, places } = planRest(planner, steps, sequence, earliest);
  await replanSequences(op, [rest], versionId, "NOT_NOW", evidence);
  await addPlannedHours(op, plan, places);
  await addSharedHours(op, campaignId, shared, [{ ...sequence, places }]);
  return places[0];
}

const noPlace = (why: NoPlace, until: Date) =>
  invalid(
    ["until"],
    "place",
    `The campaign has no place for the lead's mail after that: ${why}. Stop the sequence instead.`,
    until.toISOString(),
  );
