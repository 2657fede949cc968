import * as v from "valibot";
import { selfOf } from "../access/actor.js";
import { command } from "../command.js";
import { sendStep } from "../emails/index.js";
import { OverdueChoiceError } from "../errors.js";
import { attempted } from "../events.js";
import { IdSchema, type Id } from "../ids.js";
import { campaignTarget } from "./campaign-facts.js";
import { Campaign, OVERDUE_POLICIES } from "./campaign.entity.js";
import { planCampaign } from "./campaigns.jobs.js";
import { move } from "./campaign.lifecycle.js";
import { demandFourEyes } from "./four-eyes.js";
import { overdueOf } from "./overdue.js";
import { overdueFacts } from "./overdue.queries.js";

/**
 * Lets a paused or halted campaign go on with exactly the rest: every recipient's place is a row of the ledger.
 * After an hour and more, mail that became due meanwhile needs a choice: skip it, shift everything by the pause, or
 * catch up at so many an hour. Nothing is claimed before the planner has carried it out.
 * Writes campaign.status and campaign.overdue; emits campaign.resumed; enqueues campaigns.plan when the audience was not
 * yet written down or something is overdue, and wakes the lanes. Resuming twice changes nothing. Throws
 * INVALID_TRANSITION, OVERDUE_CHOICE with what each choice would do,
 * CAMPAIGN_NOT_READY where it was halted and a second person has to clear it.
 */
export const resumeCampaign = command({
  name: "resumeCampaign",
  permission: "campaign:launch",
  input: v.pipe(
    v.object({
      campaignId: IdSchema,
      overduePolicy: v.nullish(v.picklist(OVERDUE_POLICIES)),
      catchUpPerHour: v.nullish(
        v.pipe(
          v.number(),
          v.integer("A catch-up is a whole number of mails an hour."),
          v.minValue(1, "A catch-up is at least 1 mail an hour."),
          v.maxValue(10_000_000, "A catch-up is at most 10,000,000 mails an hour."),
        ),
      ),
    }),
    v.forward(
      v.check(
        ({ overduePolicy, catchUpPerHour }) => catchUpPerHour == null || overduePolicy === "CATCH_UP",
        "Only CATCH_UP has a number of mails an hour.",
      ),
      ["catchUpPerHour"],
    ),
  ),
  audits: attempted("campaign.resumed", "campaign", "campaignId"),
  async run(op, { campaignId, overduePolicy: policy, catchUpPerHour }): Promise<{ campaignId: Id }> {
    const campaign = await op.lock(Campaign, "campaign", campaignId);
    if (campaign.status === "RUNNING") return { campaignId };
    // Read while it is still paused.
    // What was chosen before is carried out first: one choice at a time.
    const facts = campaign.overdue ? null : await overdueFacts(op, op.tenantId, campaignId);
    const before = move(campaign, "resumed");
    if (before === "HALTED") await demandFourEyes(op, campaignId, selfOf(op));
    if (facts && !policy) {
      const { count, previews } = await overdueOf(op, campaignId, facts, catchUpPerHour ?? null);
      throw new OverdueChoiceError(count, facts.pausedAt, previews);
    }
    const overdue = facts && {
      policy: policy!,
      perHour: catchUpPerHour ?? null,
      pausedAt: facts.pausedAt,
      resumedAt: facts.at,
    };
    Object.assign(campaign, { pausedAt: null, updatedAt: op.now, ...(overdue && { overdue }) });
    await op.emit("campaign.resumed", {
      targets: [campaignTarget(campaign)],
      changes: [
        { field: "status", before, after: "RUNNING" },
        ...(overdue
          ? [
              {
                field: "overdue",
                before: null,
                after: { count: facts.count, policy, perHour: overdue.perHour },
              },
            ]
          : []),
      ],
    });
    if (campaign.plannedAt && !campaign.overdue && !campaign.replan)
      await op.enqueue(sendStep, { campaignId });
    else await op.enqueue(planCampaign, { campaignId });
    return { campaignId };
  },
});
