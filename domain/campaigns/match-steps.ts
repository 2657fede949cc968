import { NOT_BEGUN } from "../emails/index.js";
import { InvalidInputError, invalid, type InputIssue } from "../errors.js";
import { newId, type Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";
import type { StepInput } from "./campaign.inputs.js";
import { Step } from "./step.entity.js";

export interface MatchedSteps {
  /** In their new order; `was` is null for those that are new. */
  readonly steps: readonly { readonly input: StepInput; readonly was: Step | null }[];
  readonly dropped: readonly Step[];
}

/**
 * Which step of a campaign is which: by its id, or the one at its place where that is left out.
 * @param keepsOrder it runs: mails of its steps have been sent in their order
 * @throws InvalidInputError for ids that are not there or come twice, and for another order where that stays
 */
export function matchSteps(
  before: readonly Step[],
  wanted: readonly StepInput[],
  keepsOrder: boolean,
): MatchedSteps {
  const byId = new Map(before.map((step) => [step.id, step]));
  const named = new Set(wanted.map(({ id }) => id).filter((id) => id != null));
  const seen = new Set<Id>();
  const issues: InputIssue[] = [];
  const issue = (at: number, rule: string, message: string) =>
    issues.push({ path: ["steps", String(at), ...(rule === "order" ? [] : ["id"])], rule, message });
  let last = 0;
  let hasNew = false;
  const steps = wanted.map((input, at) => {
    const place = before[at];
    const was = input.id ? (byId.get(input.id) ?? null) : place && !named.has(place.id) ? place : null;
    if (input.id && !was) issue(at, "exists", "The campaign has no such step.");
    if (was && seen.has(was.id)) issue(at, "unique", "This step is there twice.");
    else if (keepsOrder && was && (hasNew || was.position < last))
      issue(at, "order", "Steps of a running campaign keep their order, and new ones come at the end.");
    if (was) {
      seen.add(was.id);
      last = was.position;
    } else hasNew = true;
    return { input, was };
  });
  if (issues.length > 0) throw new InvalidInputError(issues);
  return { steps, dropped: before.filter(({ id }) => !seen.has(id)) };
}

// Taken off the queue by a statement of its own, before the question whether any was begun: what that reads is as old as its
// beginning. From here on claims pass these by, and from the commit on they wait for the planner; a claim that began before
// the commit finds them off the queue.
const TAKE_OFF = statement<object>(
  "take_off_mails_of_steps",
  `with held as materialized (
     select id from message where campaign_id = $1 and step_id = any($2::uuid[]) and state in ${NOT_BEGUN} order by id for no key update
   ), moved as (
     update message m set state = 'PLANNED', updated_at = clock_timestamp() from held
     where m.id = held.id and m.state in ('QUEUED', 'DEFERRED') returning m.id, m.tenant_id, m.campaign_id
   )
   insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
   select tenant_id, campaign_id, id, 'planned', 'planner', 'campaign edited' from moved`,
);
const BEGUN = statement<{ stepId: Id; count: number }>(
  "begun_of_steps",
  `select step_id as "stepId", count(*) as count from message
   where campaign_id = $1 and step_id = any($2::uuid[]) and state not in ${NOT_BEGUN} and state <> 'CANCELLED' group by 1`,
);

/**
 * From here on no mail of these steps is begun: what is queued waits for the planner, who places it anew.
 * @throws InvalidInputError when mail of a step that is dropped has been begun, or was left out
 */
export async function demandNotBegun(
  op: UnitOfWork,
  campaignId: Id,
  dropped: readonly Step[],
): Promise<void> {
  if (dropped.length === 0) return;
  const ids = dropped.map(({ id }) => id);
  await op.query(TAKE_OFF, [campaignId, ids]);
  const [begun] = await op.query(BEGUN, [campaignId, ids]);
  const step = dropped.find(({ id }) => id === begun?.stepId);
  if (!begun || !step) return;
  throw invalid(
    ["steps"],
    "begun",
    `Step ${step.position} cannot be dropped: ${begun.count} of its mails have been begun. Change its wording instead, or cancel the campaign.`,
    step.id,
  );
}

/** Those that were there keep their ids. */
export async function writeSteps(op: UnitOfWork, campaignId: Id, matched: MatchedSteps): Promise<void> {
  const { tenantId } = op;
  if (matched.dropped.length > 0)
    await op.em.nativeDelete(Step, {
      campaignId,
      tenantId,
      id: { $in: matched.dropped.map(({ id }) => id) },
    });
  matched.steps.forEach(({ input, was }, at) => {
    const { id: _, ...content } = { ...input, variants: input.variants.map((variant) => ({ ...variant })) };
    const position = at + 1;
    if (was) Object.assign(was, content, { position });
    else op.em.create(Step, { id: newId(), tenantId, campaignId, position, ...content }, { persist: true });
  });
}
