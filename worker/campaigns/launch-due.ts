import { dueCampaigns, launchScheduled } from "#domain/campaigns/index.js";
import { NotFoundError } from "#domain/errors.js";
import type { JobRun } from "../job-handler.js";
import { tellPeople } from "../job-news.js";

/**
 * Launches the campaigns whose time has come, each in a transaction of its own: what one of them breaks on stops no other.
 * @throws what the first of them broke on, after the others
 */
export async function launchDue({ op, signal, bus, log }: JobRun<unknown>): Promise<void> {
  const failures: unknown[] = [];
  for (const { id: campaignId, tenantId } of await dueCampaigns(op)) {
    if (signal.aborted) return;
    try {
      const { outcome, told } = await op.as(op.actor, tenantId).run(launchScheduled, { campaignId });
      tellPeople(bus, told);
      if (outcome !== "NOTHING") log.info({ campaignId, outcome }, "the time of a campaign has come");
    } catch (error) {
      // Made a draft and deleted meanwhile.
      if (error instanceof NotFoundError) continue;
      log.error({ err: error, campaignId }, "a scheduled campaign cannot be launched");
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
