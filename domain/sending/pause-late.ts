import type { Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";

/** As after a pause: what waited for less is just sent. */
const LATE_AFTER_MINUTES = 60;

interface Paused {
  readonly id: Id;
  readonly tenantId: Id;
  readonly name: string;
}

// Of a copy nobody knows when it stood still: it was noticed later. Then it is since the mail that was due first.
const PAUSE_LATE = statement<Paused>(
  "pause_late_campaigns",
  `with late as (
     select c.id, case when $3::boolean then least($2::timestamptz, m.due_at) else $2::timestamptz end as since
     from campaign c cross join lateral (
       select due_at from message where campaign_id = c.id and state in ('PLANNED', 'QUEUED', 'DEFERRED') order by due_at, id limit 1) m
     where c.status = 'RUNNING' and ($1::uuid is null or c.tenant_id = $1) and m.due_at <= now()
     for no key update of c)
   update campaign c set status = 'PAUSED', paused_at = late.since, updated_at = now() from late
   where c.id = late.id and late.since <= now() - make_interval(mins => ${LATE_AFTER_MINUTES})
   returning c.id, c.tenant_id as "tenantId", c.name`,
);

/**
 * Before a freeze of an hour and more is released: running campaigns with mail that became due meanwhile are paused, as of
 * the freeze. Otherwise it would all leave at once; a paused campaign asks what is to happen to it when it is resumed.
 * Writes campaign; emits campaign.paused for each.
 * @param frozenAt ISO instant: since when nothing was sent
 * @param tenantId null: of all organisations, as of when they stood still themselves
 * @returns how many
 */
export async function pauseLateCampaigns(
  op: UnitOfWork,
  frozenAt: string,
  tenantId: Id | null,
): Promise<number> {
  const paused = await op.query(PAUSE_LATE, [tenantId, frozenAt, tenantId === null]);
  for (const { id, tenantId: owner, name } of paused)
    await op.emit("campaign.paused", {
      tenantId: owner,
      targets: [{ type: "campaign", id, label: name }],
      changes: [{ field: "status", before: "RUNNING", after: "PAUSED" }],
      reasonCode: "OVERDUE_AFTER_FREEZE",
    });
  return paused.length;
}
