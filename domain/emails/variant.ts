import { createHash } from "node:crypto";
import type { Id } from "../ids.js";
import type { TemplateParts } from "./render.js";

/** A step's wordings: its own, of weight 1, and its variants. */
export interface WordedStep extends TemplateParts {
  readonly id: Id;
  readonly variants: readonly (TemplateParts & { readonly weight: number })[];
}

export interface ChosenWording {
  /** 0 is the step's own wording, n its n-th variant. */
  readonly variant: number;
  readonly parts: TemplateParts;
}

/** By weight, and always the same one for a lead: a retry does not change what is said. */
export function chooseVariant(step: WordedStep, leadId: Id): ChosenWording {
  const weights = [1, ...step.variants.map((variant) => Math.max(0, variant.weight))];
  const digest = createHash("sha256").update(`${step.id}:${leadId}`).digest();
  let left = (digest.readUIntBE(0, 6) / 2 ** 48) * weights.reduce((sum, weight) => sum + weight, 0);
  const index = weights.findIndex((weight) => (left -= weight) < 0);
  const variant = Math.max(0, index);
  return { variant, parts: variant === 0 ? step : step.variants[variant - 1]! };
}
