import type { Introspected } from "../api/graphql";
import type { Tone } from "./Tag";

export const campaignTones: Record<Introspected<"CampaignStatus">, Tone> = {
  DRAFT: "plain",
  SCHEDULED: "accent",
  RUNNING: "accent",
  PAUSED: "warn",
  HALTED: "bad",
  COMPLETED: "ok",
  CANCELLED: "plain",
  ARCHIVED: "plain",
};

export const healthTones: Record<Introspected<"HealthStatus">, Tone> = {
  HEALTHY: "ok",
  DEGRADED: "warn",
  UNHEALTHY: "bad",
};

export const messageTones: Record<Introspected<"MessageState">, Tone> = {
  PLANNED: "plain",
  QUEUED: "plain",
  SENDING: "accent",
  SENT: "ok",
  DELIVERED: "ok",
  DEFERRED: "warn",
  BOUNCED_HARD: "bad",
  BOUNCED_SOFT: "warn",
  COMPLAINED: "bad",
  FAILED: "bad",
  UNCERTAIN: "warn",
  SKIPPED: "plain",
  CANCELLED: "plain",
};

export const mailabilityTones: Record<Introspected<"Mailability">, Tone> = {
  MAILABLE: "ok",
  UNSUBSCRIBED: "plain",
  BOUNCED: "bad",
  COMPLAINED: "bad",
  INVALID: "warn",
  ERASED: "plain",
};

export const userTones: Record<Introspected<"UserStatus">, Tone> = {
  ACTIVE: "ok",
  INVITED: "accent",
  SUSPENDED: "warn",
  ERASED: "plain",
};
