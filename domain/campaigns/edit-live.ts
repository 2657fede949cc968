import { isDeepStrictEqual } from "node:util";
import { selfOf } from "../access/actor.js";
import { ConflictError, invalid, NotReadyError } from "../errors.js";
import { changesBetween } from "../events.js";
import type { UnitOfWork } from "../operation.js";
import { FIRST_BATCH } from "./audience.queries.js";
import { campaignTarget, stepFacts } from "./campaign-facts.js";
import type { Campaign, Replan } from "./campaign.entity.js";
import type { StepInput } from "./campaign.inputs.js";
import { planCampaign } from "./campaigns.jobs.js";
import { fourEyesObstacles } from "./four-eyes.js";
import { freeze } from "./launch-campaign.js";
import { demandNotBegun, matchSteps, writeSteps } from "./match-steps.js";
import { demandReady } from "./preflight.js";
import { findSteps } from "./step.entity.js";
import { changesTimes, versionChanges } from "./version-changes.js";

const CANNOT = "The campaign cannot go on like this";

/**
 * Edits a campaign that runs or is paused: the next version, which every mail is pinned to that is begun from the commit
 * on. What has been begun keeps its own. Where times change, nothing is claimed before the planner has placed the rest anew.
 * Nothing that changes nothing is a version.
 * @throws InvalidInputError for what stays as it was launched, NotReadyError as a launch, ConflictError while the planner
 *   still carries out what was chosen after a pause
 */
export async function editLive(
  op: UnitOfWork,
  campaign: Campaign,
  { audience, senderIds, ...fields }: Partial<Campaign>,
  steps: readonly StepInput[] | undefined,
): Promise<void> {
  demandSame(campaign, { audience, senderIds });
  if (campaign.overdue)
    throw new ConflictError("The campaign is being planned anew after its pause; try again in a moment.");
  const before = await findSteps(op, campaign.id);
  const matched = steps ? matchSteps(before, steps, true) : null;
  const lines = versionChanges(campaign, fields, matched);
  if (lines.length === 0) return;
  await demandNotBegun(op, campaign.id, matched?.dropped ?? []);
  const isTimed = changesTimes(campaign, fields, matched);
  const { version } = campaign;
  const changes = [
    ...changesBetween<Campaign>(campaign, fields),
    ...(steps ? changesBetween<object>({ steps: stepFacts(before) }, { steps: stepFacts(steps) }) : []),
    { field: "version", before: version, after: version + 1 },
  ];
  Object.assign(campaign, fields, { version: version + 1, updatedAt: op.now, updatedBy: selfOf(op) });
  if (matched) await writeSteps(op, campaign.id, matched);
  await op.em.flush();
  await demandNoFourEyes(op, campaign);
  await demandReady(op, campaign, selfOf(op), CANNOT);
  campaign.launchedVersionId = await freeze(op, campaign, lines);
  campaign.replan = {
    startAt: (campaign.pausedAt ?? op.now).toISOString(),
    after: FIRST_BATCH,
    holds: isTimed || (campaign.replan?.holds ?? false),
    isBegun: false,
  } satisfies Replan;
  await op.emit("campaign.updated", { targets: [campaignTarget(campaign)], changes });
  await op.enqueue(planCampaign, { campaignId: campaign.id });
}

/** An editor gives the whole form back: what has not changed is no wish. */
function demandSame(campaign: Campaign, { audience, senderIds }: Partial<Campaign>): void {
  if (audience && !isDeepStrictEqual({ ...audience }, { ...campaign.audience }))
    throw invalid(
      ["audience"],
      "launched",
      "Whom a running campaign is for stays as it was launched. Clone it for other leads, or stop single leads.",
    );
  if (senderIds && !isDeepStrictEqual([...senderIds], [...campaign.senderIds]))
    throw invalid(
      ["senderIds"],
      "launched",
      "The senders of a running campaign stay: each lead keeps its own. Edit the sender itself, or clone the campaign.",
    );
}

/** It would go live on one person's word. */
async function demandNoFourEyes(op: UnitOfWork, { id }: Campaign): Promise<void> {
  if ((await fourEyesObstacles(op, id, selfOf(op))).length === 0) return;
  const message =
    "The organisation asks for a second person at a launch, and an edit of a running campaign goes live at once. Clone it, edit the copy, and have a second person launch that.";
  throw new NotReadyError([{ path: ["id"], rule: "four_eyes", message, value: null }], CANNOT);
}
