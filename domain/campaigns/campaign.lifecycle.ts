import { InvalidTransitionError } from "../errors.js";
import type { Id } from "../ids.js";

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
  // Back: mail that was uncertain when it completed is sent after all.
  COMPLETED: ["RUNNING", "ARCHIVED"],
  CANCELLED: ["ARCHIVED"],
  ARCHIVED: [],
};

/** What people and jobs do with a campaign: from which states, and where it leads. A state is not enough to tell. */
export const CAMPAIGN_ACTIONS = {
  scheduled: { from: ["DRAFT", "SCHEDULED"], to: "SCHEDULED" },
  unscheduled: { from: ["SCHEDULED"], to: "DRAFT" },
  launched: { from: ["DRAFT", "SCHEDULED"], to: "RUNNING" },
  paused: { from: ["RUNNING"], to: "PAUSED" },
  resumed: { from: ["PAUSED", "HALTED"], to: "RUNNING" },
  cancelled: { from: ["DRAFT", "SCHEDULED", "RUNNING", "PAUSED", "HALTED"], to: "CANCELLED" },
  completed: { from: ["RUNNING"], to: "COMPLETED" },
  archived: { from: ["COMPLETED", "CANCELLED"], to: "ARCHIVED" },
} as const satisfies Record<string, { from: readonly CampaignStatus[]; to: CampaignStatus }>;
export type CampaignActionName = keyof typeof CAMPAIGN_ACTIONS;

export function isAllowed(action: CampaignActionName, status: CampaignStatus): boolean {
  return (CAMPAIGN_ACTIONS[action].from as readonly CampaignStatus[]).includes(status);
}

interface Moved {
  status: CampaignStatus;
  scheduledAt?: Date | null;
  scheduledBy?: Id | null;
}

/** Does it and returns the state that the campaign was in. @throws InvalidTransitionError */
export function move(campaign: Moved, action: CampaignActionName): CampaignStatus {
  const from = campaign.status;
  if (!isAllowed(action, from)) throw refusal(from, action, CAMPAIGN_ACTIONS[action].to);
  campaign.status = CAMPAIGN_ACTIONS[action].to;
  // The time is a part of the state that it leaves.
  if (from === "SCHEDULED" && campaign.status !== "SCHEDULED")
    Object.assign(campaign, { scheduledAt: null, scheduledBy: null });
  return from;
}

/** A campaign that was over has mail to send after all. */
export function reopen(campaign: { status: CampaignStatus; completedAt?: Date | null }): void {
  Object.assign(campaign, { status: "RUNNING", completedAt: null });
}

/** State and time of a campaign as they are on record. */
export const standingFacts = ({ status, scheduledAt }: Pick<Moved, "status" | "scheduledAt">) => ({
  status,
  scheduledAt: scheduledAt?.toISOString() ?? null,
});

/** Edited is a draft, and what runs or is paused: that gets its next version. */
export const isEditable = (status: CampaignStatus): boolean =>
  status === "DRAFT" || status === "RUNNING" || status === "PAUSED";

/** @throws InvalidTransitionError */
export function demandEditable({ status }: { status: CampaignStatus }): void {
  if (!isEditable(status)) throw refusal(status, "edited", "EDITED");
}

/** Only a draft is deleted: what was launched is the record of who was mailed. @throws InvalidTransitionError */
export function demandDraft(campaign: { status: CampaignStatus }, done: "deleted"): void {
  if (campaign.status !== "DRAFT") throw refusal(campaign.status, done, done.toUpperCase());
}

function refusal(from: CampaignStatus, done: string, to: string): InvalidTransitionError {
  const offered = (Object.keys(CAMPAIGN_ACTIONS) as CampaignActionName[]).filter(
    (action) => action !== "completed" && isAllowed(action, from),
  );
  const rest = offered.length > 0 ? `it can be ${offered.join(" or ")}` : "it stays as it is";
  const message = `A campaign that is ${from.toLowerCase()} cannot be ${done}; ${rest}.`;
  return new InvalidTransitionError(message, from, to, CAMPAIGN_MOVES[from]);
}
