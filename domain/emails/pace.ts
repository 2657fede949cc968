import { sharedGivenBack } from "./shared-pace.js";

/**
 * SQL of CTEs: what claims had counted against the limits of their campaigns and was not sent, and against shared ones, given back to the hour and the day that it
 * was counted in.
 * @param source a CTE with id, campaign_id and claimed_at of messages
 * @param free SQL: when the campaign is looked at again; not before its gap is over
 */
export const givenBack = (source: string, free: string): string => `given_back as (
     update campaign_pace p set used_in_hour = greatest(0, p.used_in_hour - n.in_hour), used_in_day = greatest(0, p.used_in_day - n.in_day),
       free_at = case when p.gap_seconds > 0 then greatest(p.free_at, ${free}) else ${free} end
     from (
       select q.campaign_id, count(*) filter (where date_trunc('hour', x.claimed_at, 'UTC') = q.hour)::int as in_hour,
         count(*) filter (where date_trunc('day', x.claimed_at, q.timezone) = q.day)::int as in_day
       from ${source} x join campaign_pace q on q.campaign_id = x.campaign_id group by 1) n
     where p.campaign_id = n.campaign_id returning p.campaign_id
   ), ${sharedGivenBack(source)}`;
