import type { NextStep } from "../emails/index.js";
import type { Id } from "../ids.js";
import type { FrozenContent, FrozenStep } from "./campaign-version.entity.js";

/** The step that follows another one in what a launch froze; null when it was the last. */
export function nextStepAfter({ steps, schedule }: FrozenContent, stepId: Id): NextStep | null {
  const position = steps.find(({ id }) => id === stepId)?.position ?? Infinity;
  const next = steps
    .filter((step) => step.position > position)
    .reduce<FrozenStep | null>(
      (first, step) => (first && first.position < step.position ? first : step),
      null,
    );
  return next && { ...next, endsAt: schedule?.endsAt ?? null };
}
