import { slowedNow } from "./slow-domain.js";

/**
 * SQL of CTEs: the limits that campaigns share (`pace`), as a claim keeps them. Of a batch that is judged those leave whom no limit
 * holds up. Who meets a full one is put off to when there is room again, each a little later than the one before: the queue
 * is not read again and again for them. Who only comes after others of the batch stays for the next claim.
 * Rows of limits are locked in the order of their keys, after that of the campaign, and waited for: a claim takes milliseconds.
 */
const HOUR = "date_trunc('hour', now(), 'UTC')";
const DAY = "date_trunc('day', now(), 'UTC')";
/** What was counted in the hour and the day that count now; a claim that has waited may find a newer hour than its own. */
const USED_IN_HOUR = `case when p.hour >= ${HOUR} then p.used_in_hour else 0 end`;
const USED_IN_DAY = `case when p.day >= ${DAY} then p.used_in_day else 0 end`;

/**
 * Reads `judged` (id, place, tenant_id, sender_id, domain, state, reason, paused_until); gives `limited`: state, reason, `free` (when it is due again) and
 * paused_until of each.
 * @param limit most messages of a claim
 */
export const keptLimits = (limit: number): string => `shares as materialized (
     select j.id, j.tenant_id, j.place, k.kind, k.key from judged j
       cross join lateral (values ('TENANT', ''), ('SENDER', j.sender_id::text), ('DOMAIN', j.domain)) k(kind, key)
     where j.state = 'SENDING' and k.key is not null
   ), locked as materialized (
     select p.tenant_id, p.kind, p.key, p.is_paused, p.hour, p.day, p.used_in_hour, p.used_in_day, p.per_day, p.gap_seconds, p.free_at, p.booked_at,
       least(p.per_hour, ${slowedNow("p")}) as per_hour
     from (select distinct tenant_id, kind, key from shares) s join pace p on p.tenant_id = s.tenant_id and p.kind = s.kind and p.key = s.key
     order by p.kind, p.key for update of p
   ), rooms as materialized (
     select p.kind, p.key, p.is_paused, p.booked_at, greatest(p.hour, ${HOUR}) as hour, greatest(p.day, ${DAY}) as day,
       ${USED_IN_HOUR} as in_hour, ${USED_IN_DAY} as in_day, p.per_hour, p.per_day, p.gap_seconds, p.free_at,
       case when p.is_paused or p.free_at > now() then 0
         else greatest(0, least(p.per_hour - ${USED_IN_HOUR}, p.per_day - ${USED_IN_DAY}, case when p.gap_seconds > 0 then 1 end, ${limit})) end as room,
       case when ${USED_IN_DAY} >= p.per_day then greatest(p.day, ${DAY}) + interval '1 day'
         when ${USED_IN_HOUR} >= p.per_hour then greatest(p.hour, ${HOUR}) + interval '1 hour' else greatest(p.free_at, now()) end as opens_at,
       make_interval(secs => case when ${USED_IN_DAY} >= p.per_day then ceil(86400000.0 / p.per_day) / 1000 else greatest(p.gap_seconds, coalesce(ceil(3600000.0 / p.per_hour) / 1000, 0)) end) as spacing
     from locked p
   ), unopened as materialized (
     select s.id, s.tenant_id, s.key, d.per_hour, d.per_day from shares s join pace d on d.tenant_id = s.tenant_id and d.kind = 'DOMAIN' and d.key = '*'
     where s.kind = 'DOMAIN' and not exists (select from locked p where p.kind = 'DOMAIN' and p.key = s.key)
   ), opened as (
     insert into pace (tenant_id, kind, key, per_hour, per_day, is_default)
     select distinct tenant_id, 'DOMAIN', key, per_hour, per_day, true from unopened order by key on conflict do nothing
   ), blocked as materialized (
     select distinct on (s.id) s.id, s.place, r.* from shares s join rooms r on r.kind = s.kind and r.key = s.key where r.room = 0
     order by s.id, r.opens_at desc, r.kind, r.key
   ), put_off as materialized (
     select b.id, b.kind, b.key, case when b.is_paused then 'SENDER_PAUSED' else case b.kind when 'SENDER' then 'SENDER_LIMIT' when 'DOMAIN' then 'DOMAIN_LIMIT' else 'ORGANISATION_LIMIT' end end as reason,
       case when b.is_paused then now() + interval '1 day' else least(greatest(b.opens_at, b.booked_at)
         + (row_number() over (partition by b.kind, b.key order by b.place) - 1) * b.spacing, greatest(b.opens_at, now() + interval '1 day')) end as free,
       b.spacing
     from blocked b
   ), ranked as materialized (
     select s.id, r.room, row_number() over (partition by s.kind, s.key order by s.place) as rank
     from shares s join rooms r on r.kind = s.kind and r.key = s.key
     where s.id not in (select id from blocked) and s.id not in (select id from unopened)
   ), limited as materialized (
     select j.id, j.place, j.paused_until, case when b.id is not null then 'PLANNED' when u.id is not null then 'QUEUED' else j.state end as state,
       case when b.id is not null then b.reason else j.reason end as reason, b.free
     from judged j left join put_off b on b.id = j.id left join unopened u on u.id = j.id
     where not exists (select from ranked r where r.id = j.id and r.rank > r.room)
   )`;

/** Reads `moved` and what `keptLimits` gives; counts what is SENDING, and how far what was put off is spread. */
export const COUNTED_LIMITS = `counted as (
     update pace p set hour = n.hour, day = n.day, used_in_hour = n.in_hour, used_in_day = n.in_day, booked_at = greatest(p.booked_at, n.booked_at),
       free_at = case when n.in_day >= p.per_day then n.day + interval '1 day' when n.in_hour >= n.per_hour then n.hour + interval '1 hour'
         when n.count > 0 and p.gap_seconds > 0 then now() + make_interval(secs => p.gap_seconds) else p.free_at end
     from (
       select r.kind, r.key, r.hour, r.day, r.per_hour, r.in_hour + c.count as in_hour, r.in_day + c.count as in_day, c.count, c.booked_at
       from rooms r cross join lateral (
         select (select count(*) from shares s join moved on moved.id = s.id and moved.state = 'SENDING' where s.kind = r.kind and s.key = r.key)::int as count,
           (select max(b.free + b.spacing) from put_off b where b.kind = r.kind and b.key = r.key and not r.is_paused) as booked_at) c
       where c.count > 0 or c.booked_at is not null
     ) n
     where p.tenant_id = (select tenant_id from shares limit 1) and p.kind = n.kind and p.key = n.key
   )`;

/**
 * SQL of CTEs: what claims had counted against shared limits and was not sent. After `given_back`, which must return rows: a claim
 * locks the campaign's row before those of shared limits too.
 * @param source a CTE with id and claimed_at of messages
 */
export const sharedGivenBack = (source: string): string => `shared_back as materialized (
     select s.tenant_id, s.kind, s.key, s.claimed_at from (select count(*) from given_back) first cross join lateral (
       select m.tenant_id, k.kind, k.key, x.claimed_at from ${source} x join message m on m.id = x.id join enrollment e on e.id = m.enrollment_id
         join lead l on l.id = m.lead_id
         cross join lateral (values ('TENANT', ''), ('SENDER', e.sender_id::text), ('DOMAIN', split_part(l.email_canonical, '@', -1))) k(kind, key)
       where k.key is not null) s
   ), shared_locked as materialized (
     select p.* from (select distinct tenant_id, kind, key from shared_back) s join pace p on p.tenant_id = s.tenant_id and p.kind = s.kind and p.key = s.key
     order by p.tenant_id, p.kind, p.key for update of p
   ), shared_given_back as (
     update pace p set used_in_hour = greatest(0, p.used_in_hour - n.in_hour), used_in_day = greatest(0, p.used_in_day - n.in_day),
       free_at = case when p.gap_seconds > 0 then p.free_at else least(p.free_at, now()) end
     from (
       select q.tenant_id, q.kind, q.key, count(*) filter (where date_trunc('hour', x.claimed_at, 'UTC') = q.hour)::int as in_hour,
         count(*) filter (where date_trunc('day', x.claimed_at, 'UTC') = q.day)::int as in_day
       from shared_back x join shared_locked q on q.tenant_id = x.tenant_id and q.kind = x.kind and q.key = x.key group by 1, 2, 3) n
     where p.tenant_id = n.tenant_id and p.kind = n.kind and p.key = n.key
   )`;
