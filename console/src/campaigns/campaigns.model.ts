import type { CampaignStatus } from "../api/campaign-actions";
import type { Introspected } from "../api/graphql";
import type { Bucket } from "../lib/accounting";

type MessageState = Introspected<"MessageState">;

/** The views of the campaign list, by what people look for rather than by single state. What is archived has its own. */
export const views: Record<string, { label: string; status?: CampaignStatus[] }> = {
  all: {
    label: "All",
    status: ["DRAFT", "SCHEDULED", "RUNNING", "PAUSED", "HALTED", "COMPLETED", "CANCELLED"],
  },
  drafts: { label: "Drafts", status: ["DRAFT"] },
  scheduled: { label: "Scheduled", status: ["SCHEDULED"] },
  running: { label: "Running", status: ["RUNNING"] },
  paused: { label: "Paused", status: ["PAUSED", "HALTED"] },
  completed: { label: "Completed", status: ["COMPLETED"] },
  cancelled: { label: "Cancelled", status: ["CANCELLED"] },
  archived: { label: "Archived", status: ["ARCHIVED"] },
};

export const sortFields = ["UPDATED_AT", "CREATED_AT", "NAME"] as const;

/** Message states that a bucket of the accounting is made of. STOPPED counts people, not messages. */
export const bucketStates: Record<Exclude<Bucket, "STOPPED">, MessageState[]> = {
  SENT: ["SENT", "DELIVERED", "COMPLAINED"],
  SENDING: ["SENDING"],
  QUEUED: ["QUEUED", "DEFERRED"],
  PLANNED: ["PLANNED"],
  SKIPPED: ["SKIPPED"],
  CANCELLED: ["CANCELLED"],
  UNCERTAIN: ["UNCERTAIN"],
  FAILED: ["FAILED", "BOUNCED_HARD", "BOUNCED_SOFT"],
};

export const ledgerBuckets = Object.keys(bucketStates) as (keyof typeof bucketStates)[];

/** Where the name of a campaign leads: a draft is edited, anything else is watched. */
export const campaignHref = (campaign: { id: string; status: CampaignStatus }) =>
  campaign.status === "DRAFT" ? `/campaigns/${campaign.id}/edit` : `/campaigns/${campaign.id}`;

export const fullName = (lead: { firstName: string | null; lastName: string | null }) =>
  [lead.firstName, lead.lastName].filter(Boolean).join(" ");
