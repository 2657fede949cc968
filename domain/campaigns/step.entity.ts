import type { UnitOfWork } from "../operation.js";
import type { Id } from "../ids.js";
import { defineEntity, p, type InferEntity } from "@mikro-orm/core";

/** Another wording of a step; a lead gets one of the step's own and its variants, by weight, always the same one. */
export interface TemplateVariant {
  readonly subject: string;
  readonly html: string;
  readonly text: string | null;
  readonly weight: number;
}

export const Step = defineEntity({
  name: "Step",
  tableName: "step",
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    campaignId: p.uuid(),
    position: p.integer(),
    delayMinutes: p.integer(),
    delayBusinessDays: p.integer(),
    subject: p.text(),
    html: p.text(),
    text: p.text().nullable(),
    variants: p.json<TemplateVariant[]>(),
  },
});
export type Step = InferEntity<typeof Step>;

/** In their order. */
export const findSteps = (op: UnitOfWork, campaignId: Id): Promise<Step[]> =>
  op.em.find(Step, { campaignId, tenantId: op.tenantId }, { orderBy: { position: "asc" } });
