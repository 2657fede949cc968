import * as v from "valibot";
import { command } from "../command.js";
import { NOT_BEGUN } from "../emails/index.js";
import { IdSchema, type Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import { FIRST_BATCH } from "./audience.queries.js";
import { Campaign, type Replan } from "./campaign.entity.js";
import { planCampaign } from "./campaigns.jobs.js";
import { forgetPlan } from "./forget-plan.queries.js";

const TOUCHED = statement<{ id: Id }>(
  "campaigns_under_limits",
  `select c.id from campaign c where c.tenant_id = $1 and c.status in ('RUNNING', 'PAUSED', 'HALTED') and ($2::text is null or c.sender_ids ? $2)
     and c.launched_at <= $3::timestamptz
     and (c.planned_at is null or exists (select from message m where m.campaign_id = c.id and m.state in ${NOT_BEGUN}))
   order by c.launched_at, c.id`,
);

/** Campaigns under way that have mail to send from a sender, or, with null, at all, and were launched before `change` (ISO); the oldest first. */
export async function campaignsUnderLimits(
  reader: Reader & { readonly tenantId: Id },
  senderId: Id | null,
  change: string,
): Promise<Id[]> {
  return (await reader.query(TOUCHED, [reader.tenantId, senderId, change])).map(({ id }) => id);
}

/**
 * A limit that this campaign shares has changed: what of it has not been begun is to be placed anew, and nothing of it is claimed
 * before that is done. Its old plan counts against no limit any more, so that of several campaigns none stands in the way of another.
 * What an edit has begun to place begins anew; what was chosen after a pause is carried out first.
 * Writes campaign.replan, campaign_hour and planned_hour; the change's event covers it. Enqueues campaigns.plan, once for each change.
 * @returns false: the planner is to carry out such a choice; ask again
 */
export const planForLimits = command({
  name: "planForLimits",
  permission: "internal",
  input: v.object({ campaignId: IdSchema, change: v.string() }),
  async run(op, { campaignId, change }): Promise<boolean> {
    const campaign = await op.lock(Campaign, "campaign", campaignId);
    if (!campaign.launchedAt || campaign.status === "CANCELLED" || campaign.status === "ARCHIVED")
      return true;
    const { overdue, replan, pausedAt } = campaign;
    if (overdue) return false;
    if (!(await op.enqueue(planCampaign, { campaignId }, { key: `${campaignId}:${change}` }))) return true;
    campaign.replan = {
      why: replan ? (replan.why ?? "EDITED") : "LIMITS",
      // What became due during a pause still asks for a choice.
      startAt: (pausedAt ?? op.now).toISOString(),
      after: FIRST_BATCH,
      holds: true,
      isBegun: false,
    } satisfies Replan;
    await op.em.flush();
    await forgetPlan(op, campaignId);
    return true;
  },
});
