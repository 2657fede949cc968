import { defineEntity, p, type InferEntity } from "@mikro-orm/core";

export type EnrollmentState =
  "PENDING" | "ACTIVE" | "WAITING" | "PAUSED" | "FINISHED" | "STOPPED" | "SKIPPED";

/** A lead's place in a campaign; all of them together are the audience that the accounting sums to. */
export const Enrollment = defineEntity({
  name: "Enrollment",
  tableName: "enrollment",
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    campaignId: p.uuid(),
    leadId: p.uuid(),
    /** Whom all its mails are from; null: the campaign's own address. */
    senderId: p.uuid().nullable(),
    state: p.text().$type<EnrollmentState>(),
    stopReason: p.text().nullable(),
    skipReason: p.text().nullable(),
    nextAt: p.datetime().nullable(),
    createdAt: p.datetime(),
  },
});
export type Enrollment = InferEntity<typeof Enrollment>;
