import { defineEntity, p, type InferEntity } from "@mikro-orm/core";

export const SUPPRESSION_REASONS = ["UNSUBSCRIBED", "HARD_BOUNCE", "COMPLAINT", "MANUAL"] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

/** An address that must not be mailed. The hash outlives the address: an erased person stays suppressed. */
export const Suppression = defineEntity({
  name: "Suppression",
  tableName: "suppression",
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    emailHash: p.blob(),
    email: p.text().nullable(),
    scope: p.text().$type<"ALL" | "MARKETING" | "LIST" | "CAMPAIGN_CATEGORY">(),
    reason: p.text().$type<SuppressionReason>(),
    source: p.text(),
    createdAt: p.datetime(),
    liftedAt: p.datetime().nullable(),
  },
});
export type Suppression = InferEntity<typeof Suppression>;
