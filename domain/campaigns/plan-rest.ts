import type { Place, Planner } from "../planning/index.js";
import { instantOf, type PlannedStep } from "./plan.queries.js";
import type { NewPlan, Sequence } from "./sequences.queries.js";

/** What is to be written down, and the places that it takes. */
export interface PlacedRest {
  readonly plan: NewPlan;
  readonly places: readonly Place[];
}

/**
 * Places what a lead has not begun anew. The mail that is begun keeps its place; what follows it is placed after it.
 * @param steps those that the planner was given, too
 * @param notBefore ms of the epoch
 */
export function planRest(
  planner: Planner,
  steps: readonly PlannedStep[],
  sequence: Sequence,
  notBefore: number,
): PlacedRest {
  const { enrollmentId, messageId, position, isBegun, dueAt, beforeAt, senderId } = sequence;
  const from = isBegun ? position : position - 1;
  const after = isBegun ? dueAt : (beforeAt ?? planner.startAt);
  const places = planner.planRest(sequence, { from, after, notBefore, senderId });
  const times = places.map(instantOf);
  const plan = isBegun
    ? { enrollmentId, messageId: null, stepId: null, dueAt: instantOf(dueAt), from, times }
    : { enrollmentId, messageId, stepId: steps[from]?.id ?? null, dueAt: times[0] ?? null, from, times };
  return { plan, places };
}
