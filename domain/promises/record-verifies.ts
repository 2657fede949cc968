import type { PromiseDefinition } from "./promise.js";

const NEWEST = "(select * from audit_check order by finished_at desc limit 1)";

// The whole record takes minutes to check; every night that is done, and here what it has found is told.
export const recordVerifies: PromiseDefinition = {
  id: "RECORD_VERIFIES",
  title: "The audit record verifies",
  sentence:
    "The chain of seals verifies to its newest seal and against its anchors, as the nightly check of the whole record has found it.",
  offending: `
  select t.id as tenant_id, 'AUDIT' as kind, f.place::text as id, null::uuid as campaign_id,
    case when f.fault ->> 'chain' = t.id::text then 'The organisation''s record' else 'The installation''s record' end as label,
    f.fault ->> 'message' as detail
  from ${NEWEST} n, jsonb_array_elements(n.faults) with ordinality f (fault, place)
    join tenant t on t.id::text = f.fault ->> 'chain'
      or not exists (select from tenant o where o.id::text = f.fault ->> 'chain')`,
  doubt: `
  select case when n.finished_at is null then 'The record has not been checked yet; that is done every night.'
    when n.finished_at < now() - interval '36 hours' then 'The last check of the record is older than 36 hours.'
    else 'The check has found more faults than it lists.' end as doubt
  from (select) one left join ${NEWEST} n on true
  where n.finished_at is null or n.finished_at < now() - interval '36 hours' or n.fault_count > jsonb_array_length(n.faults)`,
};
