import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { CampaignStatus } from "./campaign.lifecycle.js";

/** Whom a campaign is for, by reference; the planner resolves it when the campaign is launched. */
export interface Audience {
  readonly listIds: readonly string[];
  readonly segmentIds: readonly string[];
  readonly leadIds: readonly string[];
}

export const Campaign = defineEntity({
  name: "Campaign",
  tableName: "campaign",
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    teamId: p.uuid().nullable(),
    name: p.text(),
    category: p.text().$type<"MARKETING" | "SERVICE_NOTICE">(),
    status: p.text().$type<CampaignStatus>(),
    version: p.integer(),
    fromName: p.text(),
    fromEmail: p.text(),
    replyTo: p.text().nullable(),
    postalAddress: p.text().nullable(),
    trackOpens: p.boolean(),
    trackClicks: p.boolean(),
    audience: p.json<Audience>(),
    createdBy: p.uuid().nullable(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
    launchedAt: p.datetime().nullable(),
    launchedVersionId: p.uuid().nullable(),
    plannedAt: p.datetime().nullable(),
    pausedAt: p.datetime().nullable(),
    completedAt: p.datetime().nullable(),
  },
});
export type Campaign = InferEntity<typeof Campaign>;
