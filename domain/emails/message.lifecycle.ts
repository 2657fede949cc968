export const MESSAGE_STATES = [
  "PLANNED",
  "QUEUED",
  "SENDING",
  "SENT",
  "DELIVERED",
  "DEFERRED",
  "BOUNCED_HARD",
  "BOUNCED_SOFT",
  "COMPLAINED",
  "FAILED",
  "UNCERTAIN",
  "SKIPPED",
  "CANCELLED",
] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

/** The closed list of reasons for not mailing a lead. */
export const SKIP_REASONS = [
  "SUPPRESSED",
  "ALREADY_IN_CAMPAIGN",
  "COOL_DOWN",
  "MAX_TOUCHES",
  "INVALID_ADDRESS",
  "MISSING_VARIABLE",
  "NO_SENDER_CAPACITY_BEFORE_END",
  "WINDOW_CLOSED_BEFORE_END",
  "HOLDOUT",
  "OVERDUE_SKIPPED",
  "ERASED",
  "NOT_IN_SCOPE",
  "QUOTA",
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export const BUCKETS = [
  "PLANNED",
  "QUEUED",
  "SENDING",
  "SENT",
  "SKIPPED",
  "STOPPED",
  "FAILED",
  "UNCERTAIN",
  "CANCELLED",
] as const;
export type Bucket = (typeof BUCKETS)[number];

/** The accounting bucket of a message: deferred waits, whatever follows SENT was sent, a bounce at send time failed. */
export const BUCKET_OF_STATE: Readonly<Record<MessageState, Bucket>> = {
  PLANNED: "PLANNED",
  QUEUED: "QUEUED",
  DEFERRED: "QUEUED",
  SENDING: "SENDING",
  SENT: "SENT",
  DELIVERED: "SENT",
  COMPLAINED: "SENT",
  BOUNCED_HARD: "FAILED",
  BOUNCED_SOFT: "FAILED",
  FAILED: "FAILED",
  UNCERTAIN: "UNCERTAIN",
  SKIPPED: "SKIPPED",
  CANCELLED: "CANCELLED",
};
