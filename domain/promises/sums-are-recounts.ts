import type { PromiseDefinition } from "./promise.js";
import { shownTime } from "./sql.js";

// Samples that were taken while the database was away are summed up within an hour of their arrival; fewer in the sum than
// there are is a fault only when that time is long over.
export const sumsAreRecounts: PromiseDefinition = {
  id: "SUMS_ARE_RECOUNTS",
  title: "Sums equal a recount",
  sentence:
    "Each five minutes of the health history equal a recount of their samples, as long as these are kept: for the last 23 hours.",
  offending: `
  with recounted as (
     select h.host, h.at, h.samples, count(*) as there,
       greatest(abs(h.cpu_percent - avg(s.cpu_percent)), abs(h.cpu_percent_max - max(s.cpu_percent)),
         abs(h.memory_percent - avg(s.memory_percent)), abs(h.memory_percent_max - max(s.memory_percent)),
         abs(h.disk_percent - avg(s.disk_percent)), abs(h.disk_percent_max - max(s.disk_percent)),
         abs(h.event_loop_p99_ms - avg(s.event_loop_p99_ms)), abs(h.event_loop_p99_ms_max - max(s.event_loop_p99_ms))) as off
     from health_history h join health_sample s on s.host = h.host and s.at >= h.at and s.at < h.at + interval '5 minutes'
     where h.at > now() - interval '23 hours' group by h.host, h.at)
  select o.id as tenant_id, 'HEALTH' as kind, r.host || ' ' || r.at as id, null::uuid as campaign_id,
    'Health of ' || r.host || ', ' || ${shownTime("r.at")} as label,
    case when r.samples = r.there then 'The figures are not those of its samples'
      else 'Summed up from ' || r.samples || ' samples, of which there are ' || r.there end as detail
  from recounted r cross join tenant o
  where (r.samples = r.there and r.off > 0.01) or r.samples > r.there
    or (r.samples < r.there and r.at < now() - interval '3 hours')`,
};
