import { finishedCampaigns } from "#domain/campaigns/index.js";
import type { Id } from "#domain/ids.js";
import type { Operation } from "#domain/operation.js";
import { completeIfFinished } from "./complete-finished.js";

/**
 * Completes campaigns at once when their last mail has left, rather than at the next tick of completeFinished.
 * @returns takes the campaigns that were mailed since the last call; looks once at a time
 */
export function idleCompleter(op: Operation): (campaignIds: readonly Id[]) => Promise<void> {
  const waiting = new Set<Id>();
  let isLooking = false;
  return async (campaignIds) => {
    for (const id of campaignIds) waiting.add(id);
    if (isLooking) return;
    isLooking = true;
    try {
      while (waiting.size > 0) {
        const mailed = new Set(waiting);
        waiting.clear();
        for (const { id, tenantId } of await finishedCampaigns(op))
          if (mailed.has(id)) await completeIfFinished(op, id, tenantId);
      }
    } finally {
      isLooking = false;
    }
  };
}
