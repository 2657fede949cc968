import * as v from "valibot";
import { command } from "../command.js";
import { lockPlans, NOT_BEGUN, sendStep } from "../emails/index.js";
import { IdSchema, type Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";
import { Planner } from "../planning/index.js";
import type { Replan } from "./campaign.entity.js";
import { addPlannedHours, changePace, lockPlan, plannedHours, type Plan } from "./plan.queries.js";
import { planRest } from "./plan-rest.js";
import { liveBeyond, replanSequences, sequencesOf } from "./sequences.queries.js";
import { forgetPlan } from "./forget-plan.queries.js";
import { addSharedHours, onePlannerAtATime, sharedOfMessages } from "./shared-plan.queries.js";

const BATCH = 1000;
/** On record with each message that is placed anew. */
const EVIDENCE = { EDITED: "campaign edited", LIMITS: "limits changed" } as const;
const PIN = statement<object>(
  "pin_messages",
  `update message set version_id = $2, updated_at = clock_timestamp() where enrollment_id = any($1::uuid[]) and state in ${NOT_BEGUN} and version_id <> $2`,
);
const PROGRESS = statement<object>(
  "replan_progress",
  "update campaign set replan = $3 where id = $1 and tenant_id = $2",
);

/**
 * Carries out what an edit of a running campaign, or a change of limits that it shares, has left to do, one batch of leads a run, in their order; answers how many, 0
 * when all is done and the lanes may claim again. What has not been begun is pinned to the new version and, where times
 * have changed, placed anew by the planner. A run that was interrupted goes on where it was.
 * Writes message, enrollment, campaign_hour and campaign.replan; the event of the edit or the change covers it. Enqueues emails.sendStep at
 * the end.
 */
export const planEdited = command({
  name: "planEdited",
  permission: "internal",
  input: v.object({ campaignId: IdSchema }),
  async run(op, { campaignId }): Promise<number> {
    const plan = await lockPlan(op, campaignId);
    if (!plan?.replan) return 0;
    const { replan } = plan;
    const batch = await liveBeyond(op, campaignId, replan.after, BATCH);
    if (replan.holds && !replan.isBegun) {
      await forgetPlan(op, campaignId);
      await changePace(op, plan);
    }
    const last = batch.at(-1);
    if (!last) {
      await progress(op, campaignId, null);
      await op.enqueue(sendStep, { campaignId });
      return 0;
    }
    const ids = batch.map(({ id }) => id);
    await lockPlans(op, ids);
    if (replan.holds) await placeAnew(op, plan, replan, ids);
    else await op.query(PIN, [ids, plan.versionId]);
    await progress(op, campaignId, { ...replan, after: last.leadId, isBegun: true });
    return ids.length;
  },
});

async function progress(op: UnitOfWork, campaignId: Id, replan: Replan | null): Promise<void> {
  await op.query(PROGRESS, [campaignId, op.tenantId, replan && JSON.stringify(replan)]);
}

async function placeAnew(op: UnitOfWork, plan: Plan, replan: Replan, ids: readonly Id[]): Promise<void> {
  const { campaignId, schedule, steps, versionId } = plan;
  const sequences = await sequencesOf(op, ids);
  const start = Date.parse(replan.startAt);
  await onePlannerAtATime(op);
  const shared = await sharedOfMessages(op, op.tenantId, sequences, start);
  const planner = new Planner(schedule, steps, start, await plannedHours(op, campaignId, schedule), shared);
  const rests = sequences.map((sequence) =>
    planRest(planner, steps, sequence, sequence.pausedUntil ?? start),
  );
  await replanSequences(
    op,
    rests.map((rest) => rest.plan),
    versionId,
    replan.why ?? "EDITED",
    EVIDENCE[replan.why ?? "EDITED"],
  );
  await addPlannedHours(
    op,
    plan,
    rests.flatMap(({ places }) => places),
  );
  const shares = sequences.map((sequence, at) => ({ ...sequence, places: rests[at]!.places }));
  await addSharedHours(op, campaignId, shared, shares);
}
