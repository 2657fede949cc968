import { setImmediate as nextTurn } from "node:timers/promises";
import {
  askedVariables,
  compileTemplate,
  conversions,
  type TemplateParts,
  type WordedStep,
} from "../emails/index.js";
import type { Id } from "../ids.js";

/** A field without which a lead does not get a mail. */
export interface Demand {
  readonly stepId: Id;
  /** Of the wordings it is asked by the one for leads whose share, from 0 to 1, lies here (see chooseVariant). */
  readonly low: number;
  readonly high: number;
  /** NOBODY: no lead can have it. */
  readonly kind: "STANDARD" | "CUSTOM" | "NOBODY";
  /** Of the field. */
  readonly name: string;
  /** As the template has it, e.g. `custom.plan`. */
  readonly variable: string;
}

/**
 * What one mail asks of leads; its MJML was converted just before. Of a wording that cannot be compiled nothing: it is at fault, and
 * nothing is launched, or its conversion took too long.
 * @param unread told of such a wording
 */
export function demandsOf(
  { id, variants, ...own }: WordedStep,
  mayGoOn: () => boolean,
  unread: () => void = () => {},
): Demand[] {
  const wordings = [{ parts: own as TemplateParts, weight: 1 }];
  for (const variant of variants) wordings.push({ parts: variant, weight: Math.max(0, variant.weight) });
  const all = wordings.reduce((sum, { weight }) => sum + weight, 0);
  let below = 0;
  return wordings.flatMap(({ parts: { subject, html, text }, weight }) => {
    const [low, high] = [below / all, (below += weight) / all];
    if (weight === 0) return [];
    const required = requiredBy({ subject, html, text: text ?? null }, mayGoOn);
    if (required === null) unread();
    return (required ?? []).map((demand) => ({ ...demand, stepId: id, low, high }));
  });
}

/** For all mails of a campaign together. */
const FINDING_OUT_MS = 5_000;

export interface Demands {
  readonly demands: readonly Demand[];
  /** Steps of which not all was found out: what was converted is known to the next who asks. */
  readonly unread: ReadonlySet<Id>;
}

/** What all mails of a campaign ask of leads. */
export async function demandsOfSteps(steps: readonly WordedStep[]): Promise<Demands> {
  const convert = conversions(FINDING_OUT_MS);
  const until = performance.now() + FINDING_OUT_MS;
  const mayGoOn = () => performance.now() < until;
  const demands: Demand[] = [];
  const unread = new Set<Id>();
  for (const step of steps) {
    for (const { html } of [step, ...step.variants]) await convert(html);
    demands.push(...demandsOf(step, mayGoOn, () => unread.add(step.id)));
    if (!mayGoOn()) unread.add(step.id);
    // So that other callers are answered in between.
    await nextTurn();
  }
  return { demands, unread };
}

/** Null: the wording could not be compiled. */
function requiredBy(
  parts: TemplateParts,
  mayGoOn: () => boolean,
): Pick<Demand, "kind" | "name" | "variable">[] | null {
  try {
    return askedVariables(parts, compileTemplate(parts), mayGoOn)
      .filter(({ isRequired }) => isRequired)
      .map(({ field, name }) => ({ ...(field ?? { kind: "NOBODY" as const, name }), variable: name }));
  } catch {
    return null;
  }
}
