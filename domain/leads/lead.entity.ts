import { defineEntity, p, type InferEntity } from "@mikro-orm/core";

export const LEAD_STAGES = ["NEW", "CONTACTED", "ENGAGED", "REPLIED", "QUALIFIED", "WON", "LOST"] as const;
export type LeadStage = (typeof LEAD_STAGES)[number];
export const MAILABILITIES = [
  "MAILABLE",
  "UNSUBSCRIBED",
  "BOUNCED",
  "COMPLAINED",
  "INVALID",
  "ERASED",
] as const;
export type Mailability = (typeof MAILABILITIES)[number];

export const Lead = defineEntity({
  name: "Lead",
  tableName: "lead",
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    email: p.text(),
    emailCanonical: p.text(),
    emailHash: p.blob(),
    firstName: p.text().nullable(),
    lastName: p.text().nullable(),
    company: p.text().nullable(),
    title: p.text().nullable(),
    timezone: p.text().nullable(),
    customFields: p.json<Record<string, string | number | boolean | null>>(),
    tags: p.array(),
    stage: p.text().$type<LeadStage>(),
    mailability: p.text().$type<Mailability>(),
    ownerTeamId: p.uuid().nullable(),
    source: p.text(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
    erasedAt: p.datetime().nullable(),
  },
});
export type Lead = InferEntity<typeof Lead>;
