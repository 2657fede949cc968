import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { Id } from "../ids.js";
import type { SendSchedule } from "../planning/index.js";
import type { CampaignStatus } from "./campaign.lifecycle.js";
import type { StopRules } from "./stop-rules.js";

/** Whom a campaign is for, by reference; the planner resolves it when the campaign is launched. */
export interface Audience {
  readonly listIds: readonly string[];
  readonly segmentIds: readonly string[];
  readonly leadIds: readonly string[];
}

/** What happens to mail that became due during a pause: left out, moved with all the rest, or sent at so many an hour. */
export const OVERDUE_POLICIES = ["SKIP", "SHIFT", "CATCH_UP"] as const;
export type OverduePolicy = (typeof OVERDUE_POLICIES)[number];

/** The answer to it, as the planner carries it out. */
export interface OverdueChoice {
  readonly policy: OverduePolicy;
  /** CATCH_UP: at most so many an hour; null: as fast as the campaign's own limits allow. */
  readonly perHour: number | null;
  /** ISO instants: the pause. */
  readonly pausedAt: string;
  readonly resumedAt: string;
  /** The planner has begun with it. */
  readonly isBegun?: boolean;
}

/** What the planner does anew after an edit of a running campaign or of limits that it shares, and how far it is. */
export interface Replan {
  /** Left out: EDITED. */
  readonly why?: "EDITED" | "LIMITS";
  /** ISO instant: nothing is placed before. */
  readonly startAt: string;
  /** The lead that it has come to. */
  readonly after: Id;
  /** Times change: nothing is claimed before it is done. Otherwise mails are only pinned to the new version. */
  readonly holds: boolean;
  readonly isBegun: boolean;
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
    /** Among whom its leads are dealt out; none: its own name and address. */
    senderIds: p.json<readonly string[]>(),
    /** Null: at once, at any time. */
    schedule: p.json<SendSchedule>().nullable(),
    stopRules: p.json<StopRules>(),
    createdBy: p.uuid().nullable(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
    /** Who edited it last; null: nobody since it was made. */
    updatedBy: p.uuid().nullable(),
    /** While it is SCHEDULED: when it is launched, and who said so. */
    scheduledAt: p.datetime().nullable(),
    scheduledBy: p.uuid().nullable(),
    launchedAt: p.datetime().nullable(),
    launchedVersionId: p.uuid().nullable(),
    plannedFrom: p.datetime().nullable(),
    plannedAt: p.datetime().nullable(),
    overdue: p.json<OverdueChoice>().nullable(),
    replan: p.json<Replan>().nullable(),
    pausedAt: p.datetime().nullable(),
    completedAt: p.datetime().nullable(),
  },
});
export type Campaign = InferEntity<typeof Campaign>;
