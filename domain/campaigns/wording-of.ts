import { chooseVariant, type ChosenWording, type WordedStep } from "../emails/index.js";
import { invalid } from "../errors.js";
import type { Id } from "../ids.js";

/** Which mail of a campaign: the step by its position, and one of its wordings; null: the one that falls to the lead. */
export interface WantedWording {
  readonly step: number;
  /** 0 is the step's own. */
  readonly variant: number | null;
}

type Steps = readonly (Omit<WordedStep, "text"> & {
  readonly position: number;
  readonly text?: string | null;
})[];

/** @throws InvalidInputError when the campaign has no such step or wording. */
export function wordingOf(
  steps: Steps,
  { step: position, variant }: WantedWording,
  leadId: Id,
): ChosenWording {
  const step = steps.find((each) => each.position === position);
  if (!step)
    throw invalid(["step"], "exists", `The campaign has ${steps.length} steps, the first is 1.`, position);
  const worded = { ...step, text: step.text ?? null };
  if (variant === null) return chooseVariant(worded, leadId);
  const parts = variant === 0 ? worded : step.variants[variant - 1];
  if (parts) return { variant, parts };
  const most = step.variants.length;
  throw invalid(["variant"], "exists", `Variants of the step are 0 (its own wording) to ${most}.`, variant);
}
