import { setImmediate as nextTurn } from "node:timers/promises";
import { conversions, type WordedStep } from "../emails/index.js";
import type { Id } from "../ids.js";
import { statement, type Reader } from "../operation.js";
import { demandsOf, type Demand } from "./demands.js";

interface FirstStep extends WordedStep {
  readonly campaignId: Id;
  readonly version: number;
}

/** What the first mail of a draft asks. */
export interface DraftDemand extends Demand {
  readonly campaignId: Id;
}

const VERSIONS = statement<{ id: Id; version: number }>(
  "versions_of_drafts",
  `select id, version from campaign where tenant_id = $1 and id = any($2::uuid[]) and launched_at is null and status in ('DRAFT', 'SCHEDULED')`,
);
const FIRST_STEPS = statement<FirstStep>(
  "first_steps_of_drafts",
  `select c.id as "campaignId", s.id, c.version, s.subject, s.html, s.text, s.variants
   from campaign c cross join lateral (select * from step where campaign_id = c.id order by position limit 1) s
   where c.tenant_id = $1 and c.id = any($2::uuid[])`,
);

/** A version of a draft never changes, so what it asks never goes stale. The oldest go first. */
const known = new Map<string, readonly DraftDemand[]>();
const MOST_KNOWN = 2000;
/**
 * For all drafts of a call together; what is not reached in it is found out by the next one. Of a draft that takes longer
 * by itself, what was found out in it.
 */
const FINDING_OUT_MS = 250;

/** What the first mails of drafts ask of leads; templates are read and tried out once a version and process. */
export async function demandsOfDrafts(
  reader: Reader,
  tenantId: Id,
  campaignIds: readonly Id[],
): Promise<DraftDemand[]> {
  const drafts = await reader.query(VERSIONS, [tenantId, campaignIds]);
  const keyOf = ({ id, version }: { id: Id; version: number }) => `${id}:${version}`;
  const missing = drafts.filter((draft) => !known.has(keyOf(draft))).map(({ id }) => id);
  const until = performance.now() + FINDING_OUT_MS;
  const steps = missing.length === 0 ? [] : await reader.query(FIRST_STEPS, [tenantId, missing]);
  const convert = conversions();
  for (const [at, step] of steps.entries()) {
    // The first is kept whatever it took: what takes longer than a call may would be paid for by every call.
    const isOver = () => at > 0 && performance.now() > until;
    if (isOver()) break;
    for (const { html } of [step, ...step.variants]) await convert(html);
    const { id, campaignId, version, variants, ...parts } = step;
    const demands = demandsOf({ id, variants, ...parts }, () => performance.now() < until);
    if (isOver()) break;
    known.set(
      keyOf({ id: campaignId, version }),
      demands.map((demand) => ({ ...demand, campaignId })),
    );
    if (known.size > MOST_KNOWN) known.delete(known.keys().next().value!);
    // So that other callers are answered in between.
    await nextTurn();
  }
  return drafts.flatMap((draft) => known.get(keyOf(draft)) ?? []);
}
