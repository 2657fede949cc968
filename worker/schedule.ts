import { cleanup } from "#domain/analytics/index.js";
import { completeFinished, releaseDueMessages } from "#domain/campaigns/index.js";
import { sweepUploads } from "#domain/leads/index.js";
import { scheduled, type ScheduledTask } from "./scheduled-task.js";

/** When → which job. Five fields of cron, in UTC. */
export const SCHEDULE: readonly ScheduledTask[] = [
  scheduled("* * * * *", releaseDueMessages),
  scheduled("*/15 * * * *", completeFinished),
  scheduled("*/15 * * * *", sweepUploads),
  scheduled("0 3 * * *", cleanup),
];
