import { accountingOf, stepsOfCampaigns, type Accounting, type StepView } from "#domain/campaigns/index.js";
import type { Id } from "#domain/ids.js";
import { defineLoader } from "../loaders.js";

export const stepsLoader = defineLoader<Id, StepView[]>(async (op, ids) => {
  const steps = new Map<Id, StepView[]>(ids.map((id) => [id, []]));
  for (const step of await stepsOfCampaigns(op, op.tenantId, ids)) steps.get(step.campaignId)?.push(step);
  return steps;
});

export const accountingLoader = defineLoader<Id, Accounting>((op, ids) => accountingOf(op, op.scope, ids));
