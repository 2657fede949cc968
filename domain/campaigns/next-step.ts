import type { NextStep } from "../emails/index.js";
import type { Id } from "../ids.js";
import type { FrozenContent } from "./campaign-version.entity.js";

/**
 * The step that follows another one in the version that holds; null when it was the last.
 * @param own the version of the mail that was sent, where the campaign was edited since: a step that was dropped while its
 *   mail was on the way is followed by what followed it
 */
export function nextStepAfter(
  { steps, schedule }: FrozenContent,
  stepId: Id,
  own: FrozenContent | null = null,
): NextStep | null {
  const position = steps.find(({ id }) => id === stepId)?.position ?? placeOfDropped(steps, stepId, own);
  const [next] = steps.filter((step) => step.position > position).toSorted((a, b) => a.position - b.position);
  return next ? { ...next, endsAt: schedule?.endsAt ?? null } : null;
}

/** Behind the last step that stood before it and is still there. */
function placeOfDropped(steps: FrozenContent["steps"], stepId: Id, own: FrozenContent | null): number {
  const dropped = own?.steps.find(({ id }) => id === stepId);
  if (!own || !dropped) return Infinity;
  const before = new Set(own.steps.filter((step) => step.position < dropped.position).map(({ id }) => id));
  return Math.max(0, ...steps.filter(({ id }) => before.has(id)).map((step) => step.position));
}
