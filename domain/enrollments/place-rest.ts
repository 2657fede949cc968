import {
  addPlannedHours,
  addSharedHours,
  freePlaces,
  heldPlaces,
  keepPlaces,
  lockPlan,
  onePlannerAtATime,
  plannedHours,
  planRest,
  replanSequences,
  sequencesOf,
  sharedOfMessages,
} from "../campaigns/index.js";
import { ConflictError } from "../errors.js";
import type { UnitOfWork } from "../operation.js";
import { Planner, type NoPlace, type Place } from "../planning/index.js";
import type { LockedEnrollment } from "./lock-enrollment.js";

/** What the planner offers for the steps that are not begun, beside what they have. */
export interface Offer {
  readonly places: readonly Place[];
  /** ms of the epoch; null: it has no place. Shorter where nothing is on record. */
  readonly before: readonly (number | null)[];
  /** Of the first of them; from 1. */
  readonly position: number;
}

/** The first step that would lose the place that it has; null: none would. */
export function lostPlace({ places, before, position }: Offer): { position: number; why: NoPlace } | null {
  for (const [at, place] of places.entries())
    if (typeof place !== "number" && before[at] !== null) return { position: position + at, why: place };
  return null;
}

/** The next mail would not come later than it does now, and none would be lost. */
export function isGain(offer: Offer): boolean {
  const [first] = offer.places;
  if (first === undefined || lostPlace(offer)) return false;
  const before = offer.before[0] ?? null;
  return typeof first !== "number" || before === null || first <= before;
}

/**
 * The rest of the lead's sequence by the planner, not before a time (ms of the epoch). What it had of the plan is free for it
 * again.
 * @param isWanted judges what the planner offers; false: the rest stays where it is. It may throw to refuse.
 */
export async function placeRest(
  op: UnitOfWork,
  { id, campaignId }: LockedEnrollment,
  notBefore: number,
  evidence: string,
  isWanted: (offer: Offer) => boolean,
): Promise<void> {
  const plan = await lockPlan(op, campaignId);
  const [sequence] = await sequencesOf(op, [id]);
  if (!plan || !sequence) return;
  if (plan.replan?.holds)
    throw new ConflictError(
      "The campaign is being planned anew after an edit or a change of limits; try again in a moment.",
    );
  const { schedule, steps, versionId } = plan;
  await onePlannerAtATime(op);
  const held = await heldPlaces(op, sequence);
  await freePlaces(op, plan, sequence, held);
  const start = op.now.getTime();
  const shared = await sharedOfMessages(op, op.tenantId, [sequence], start);
  const planned = await plannedHours(op, campaignId, schedule);
  const planner = new Planner(schedule, steps, start, planned, shared);
  const earliest = Math.max(notBefore, sequence.firstAt ?? 0);
  const { plan: rest, places } = planRest(planner, steps, sequence, earliest);
  if (!isWanted({ places, before: held.times, position: rest.from + 1 }))
    return keepPlaces(op, plan, sequence, shared, held);
  await replanSequences(op, [rest], versionId, "NOT_NOW", evidence);
  await addPlannedHours(op, plan, places);
  await addSharedHours(op, campaignId, shared, [{ ...sequence, places }]);
}
