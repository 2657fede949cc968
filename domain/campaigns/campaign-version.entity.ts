import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { SendSchedule } from "../planning/index.js";
import type { TemplateVariant } from "./step.entity.js";

/** What a launch froze: every message pins the version that it renders. */
export interface FrozenContent {
  readonly fromName: string;
  readonly fromEmail: string;
  readonly replyTo: string | null;
  readonly postalAddress: string | null;
  /** Missing in what was launched before there were schedules. */
  readonly schedule?: SendSchedule | null;
  readonly steps: readonly FrozenStep[];
}

export interface FrozenStep {
  readonly id: string;
  readonly position: number;
  readonly delayMinutes: number;
  readonly delayBusinessDays?: number;
  readonly subject: string;
  readonly html: string;
  readonly text: string | null;
  readonly variants: readonly TemplateVariant[];
}

export const CampaignVersion = defineEntity({
  name: "CampaignVersion",
  tableName: "campaign_version",
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    campaignId: p.uuid(),
    n: p.integer(),
    content: p.json<FrozenContent>(),
    requestId: p.text().nullable(),
    createdAt: p.datetime(),
  },
});
export type CampaignVersion = InferEntity<typeof CampaignVersion>;
