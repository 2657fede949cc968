/**
 * SQL: since when a message `m` may have left: the intent before DATA, or what is said to have been sent without one.
 * Null for what has certainly not.
 */
export const BEGUN_AT = "coalesce(m.intent_at, m.sent_at)";

/** SQL: a time for people. */
export const shownTime = (time: string): string =>
  `to_char((${time}) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')`;

/** SQL: what a message is called: by its place, never by its recipient, who may be erased. */
export const MESSAGE_LABEL = `'Step ' || m.step_position || ' of ' || c.name`;

/**
 * Changes carry the time of their transaction's beginning, and wait for locks no longer than this. What seems to have
 * been in the wrong order by less is not held against anybody.
 */
export const TOLERANCE = "interval '10 seconds'";

/** SQL: two more of a `with`: the steps that launches have frozen, of the messages that are looked at. */
export const FROZEN_STEPS = `versions as materialized (
     select distinct m.version_id as id from touched t join message m on m.id = t.id),
   frozen_step as materialized (
     select v.id as version_id, (s ->> 'id')::uuid as step_id, (s ->> 'position')::int as position,
       (s ->> 'delayMinutes')::int as delay_minutes
     from versions join campaign_version v on v.id = versions.id, jsonb_array_elements(v.content -> 'steps') s)`;
