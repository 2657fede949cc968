import { InvalidTransitionError } from "../errors.js";

export const CAMPAIGN_STATUSES = [
  "DRAFT",
  "SCHEDULED",
  "RUNNING",
  "PAUSED",
  "HALTED",
  "COMPLETED",
  "CANCELLED",
  "ARCHIVED",
] as const;
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

/** The table of states and moves (domain model, section 6). */
export const CAMPAIGN_MOVES: Readonly<Record<CampaignStatus, readonly CampaignStatus[]>> = {
  DRAFT: ["SCHEDULED", "RUNNING", "CANCELLED"],
  SCHEDULED: ["DRAFT", "RUNNING", "CANCELLED"],
  RUNNING: ["PAUSED", "HALTED", "COMPLETED", "CANCELLED"],
  PAUSED: ["RUNNING", "CANCELLED"],
  HALTED: ["RUNNING", "CANCELLED"],
  COMPLETED: ["ARCHIVED"],
  CANCELLED: ["ARCHIVED"],
  ARCHIVED: [],
};

/** Moves the campaign and returns the state it was in. @throws InvalidTransitionError */
export function moveTo(campaign: { status: CampaignStatus }, to: CampaignStatus): CampaignStatus {
  const from = campaign.status;
  if (!CAMPAIGN_MOVES[from].includes(to))
    throw new InvalidTransitionError("campaign", from, to, CAMPAIGN_MOVES[from]);
  campaign.status = to;
  return from;
}
