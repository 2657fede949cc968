import type { Id } from "../ids.js";
import { statement, type UnitOfWork } from "../operation.js";

/** As after a pause: what waited for less is just sent. */
const LATE_AFTER_MINUTES = 60;

interface Paused {
  readonly id: Id;
  readonly tenantId: Id;
  readonly name: string;
}

// Since when a campaign stands still: the freeze, or its launch where that came later. Of a copy nobody knows: since the mail
// that was due first, and for an hour at least, so that a person is asked also when it was found soon.
const PAUSE_LATE = statement<Paused>(
  "pause_late_campaigns",
  `with late as (
     select c.id, case when $3::boolean then least($2::timestamptz, m.due_at, now() - make_interval(mins => ${LATE_AFTER_MINUTES}))
       else greatest($2::timestamptz, c.launched_at) end as since
     from campaign c cross join lateral (
       select due_at from message where campaign_id = c.id and state in ('PLANNED', 'QUEUED', 'DEFERRED') order by due_at, id limit 1) m
     where c.status = 'RUNNING' and ($1::uuid is null or c.tenant_id = $1) and m.due_at <= now()
     for no key update of c)
   update campaign c set status = 'PAUSED', paused_at = late.since, updated_at = now() from late
   where c.id = late.id and late.since <= now() - make_interval(mins => ${LATE_AFTER_MINUTES})
   returning c.id, c.tenant_id as "tenantId", c.name`,
);

export interface Freeze {
  /** Null: of the whole installation. */
  readonly tenantId: Id | null;
  /** ISO instant. */
  readonly frozenAt: string;
  /** This database is not the one that was sent from last: what is due may have left already. */
  readonly isCopy: boolean;
}

/**
 * Before a freeze is released: running campaigns with mail that became due during an hour and more of it are paused, as of the
 * freeze; of a copy all with mail that is due. Otherwise it would all leave at once, or again; a paused campaign asks what
 * is to happen to it when it is resumed.
 * Writes campaign; emits campaign.paused for each.
 * @returns how many
 */
export async function pauseLateCampaigns(op: UnitOfWork, freeze: Freeze): Promise<number> {
  const paused = await op.query(PAUSE_LATE, [freeze.tenantId, freeze.frozenAt, freeze.isCopy]);
  for (const { id, tenantId: owner, name } of paused)
    await op.emit("campaign.paused", {
      tenantId: owner,
      targets: [{ type: "campaign", id, label: name }],
      changes: [{ field: "status", before: "RUNNING", after: "PAUSED" }],
      reasonCode: "OVERDUE_AFTER_FREEZE",
    });
  return paused.length;
}
