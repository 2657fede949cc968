export const QUEUE_NAMES = ["emails", "campaigns", "analytics"] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];
