import { selfOf } from "#domain/access/actor.js";
import {
  accountingOf,
  fourEyesOf,
  mailFiguresOf,
  stepFiguresOf,
  stepsOfCampaigns,
  type Accounting,
  type FourEyes,
  type MailFigures,
  type StepFigures,
  type StepView,
} from "#domain/campaigns/index.js";
import type { Id } from "#domain/ids.js";
import { defineLoader } from "../loaders.js";

export const stepsLoader = defineLoader<Id, StepView[]>(async (op, ids) => {
  const steps = new Map<Id, StepView[]>(ids.map((id) => [id, []]));
  for (const step of await stepsOfCampaigns(op, op.tenantId, ids)) steps.get(step.campaignId)?.push(step);
  return steps;
});

export const accountingLoader = defineLoader<Id, Accounting>((op, ids) => accountingOf(op, op.scope, ids));

export const stepFiguresLoader = defineLoader<Id, StepFigures[]>((op, ids) =>
  stepFiguresOf(op, op.scope, ids),
);

export const mailFiguresLoader = defineLoader<Id, MailFigures>((op, ids) => mailFiguresOf(op, op.scope, ids));

export const fourEyesLoader = defineLoader<Id, FourEyes>((op, ids) =>
  fourEyesOf(op, op.tenantId, ids, selfOf(op)),
);
