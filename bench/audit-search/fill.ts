import { Pool } from "pg";

/** How many entries, of how many people, campaigns and months. */
export interface Size {
  readonly entries: number;
  readonly people: number;
  readonly campaigns: number;
  readonly months: number;
  /** The moment that the months end at, ISO 8601: one for all statements, or what belongs together has other times. */
  readonly until: string;
}

/** So many are made with everything of their own; the others have what one of these has, and id, time and request of their own. */
const DIFFERENT = 250_000;

/**
 * Fills an organisation's record by SQL: the same rows every time, their times evenly over the months up to now. Indices are
 * taken off meanwhile and made anew at the end, as the migrations have them.
 */
export async function fill(databaseUrl: string, tenantId: string, size: Size): Promise<void> {
  const pool = new Pool({ connectionString: databaseUrl, max: WRITERS });
  try {
    for (const statement of [
      DICE,
      `select audit_ensure_months((now() - interval '${size.months} months')::date, now()::date)`,
    ])
      await pool.query(statement);
    await pool.query(PEOPLE, [tenantId, size.people]);
    const indices = await takeIndicesOff(pool);
    const different = Math.min(DIFFERENT, size.entries);
    for (const statement of patterns(size, different)) await pool.query(statement);
    const copies = Array.from({ length: Math.ceil(size.entries / different) }, (_, copy) => copy);
    await inTurn(copies, async (copy) => {
      for (const statement of copied(tenantId, size, { copy, copies: copies.length, different }))
        await pool.query(statement);
      console.error(`copy ${copy + 1} of ${copies.length}`);
    });
    await pool.query("drop table pattern");
    await inTurn(indices, async (definition) => {
      await pool.query(definition);
      console.error(definition.slice(0, 60));
    });
    await inTurn(TABLES, (table) => pool.query(`vacuum analyze ${table}`));
  } finally {
    await pool.end();
  }
}

const TABLES = ["event", "event_pii", "event_text", "event_leaf"] as const;
const WRITERS = 3;

async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const left = [...items];
  const writer = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
}

/** Primary keys stay: they are what joins. */
async function takeIndicesOff(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string; definition: string }>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
     where indrelid in ('event'::regclass, 'event_pii'::regclass, 'event_text'::regclass, 'event_leaf'::regclass) and not indisprimary`,
  );
  for (const { name } of rows) await pool.query(`drop index ${name}`);
  // On the whole table it is made for each month.
  return rows.map(({ definition }) => definition.replace(" ON ONLY ", " ON "));
}

/** A die that falls the same way for the same row: from 0 to just under 1. */
const DICE = `
  create or replace function dice(i bigint, seed int) returns float8 language sql immutable as
    $$ select (hashint8extended(i, seed) & 2147483647)::float8 / 2147483648 $$;
  create or replace function pick(list text[], at float8) returns text language sql immutable as
    $$ select list[1 + floor(at * cardinality(list))::int] $$;
  create or replace function id_of(kind text, n bigint) returns uuid language sql immutable as
    $$ select overlay(overlay(md5(kind || n) placing '7' from 13) placing '8' from 17)::uuid $$;`;

const PEOPLE = `
  with made as (
    insert into app_user (id, email, email_canonical, name, status)
    select id_of('user', n), 'person' || n || '@example.com', 'person' || n || '@example.com',
      pick('{Ada,Grace,Alan,Edsger,Barbara,Donald,Frances,Ken,Dennis,Margaret}', dice(n, 1)) || ' '
        || pick('{Lovelace,Hopper,Turing,Liskov,Knuth,Allen,Thompson,Hamilton}', dice(n, 2)) || ' ' || n, 'ACTIVE'
    from generate_series(0, $2::int - 1) n returning id)
  insert into membership (id, tenant_id, user_id, role) select gen_random_uuid(), $1, id, 'MANAGER' from made`;

const AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const ACTIONS =
  "{campaign.updated,campaign.launched,campaign.paused,campaign.resumed,lead.created,lead.imported,user.updated,team.member.added,settings.updated,job.retried}";
const LABELS = "{Newsletter,Newsletter,Newsletter,Invitation,Survey,Renewal,Welcome,Webinar,Offer,Digest}";

/** Of a hundred: 30 of signing in and out, 20 of jobs, 46 of people at work, 1 refused, 3 that failed; one in 50,000 an erasure. */
const patterns = ({ people, campaigns }: Size, count: number): readonly string[] => [
  `create unlogged table pattern as
  select i, action, kind, case when kind = 'USER' then subject end as actor_id, subject, outcome, reason,
    case kind when 'USER' then jsonb_build_object('sha256', hash) when 'JOB' then '"campaigns.completeFinished"'::jsonb end as label,
    jsonb_build_array(target) as targets,
    case when action like 'auth.%' then '[]'::jsonb else '[{"field": "status", "before": "RUNNING", "after": "PAUSED"}]'::jsonb end as changes,
    case when kind = 'JOB' then '{}'::jsonb else jsonb_build_object('ip', jsonb_build_object('sha256', hash), 'userAgent', jsonb_build_object('sha256', hash))
      || case when kind = 'USER' then jsonb_build_object('sessionId', session_id) else '{}'::jsonb end end as context,
    jsonb_build_object('context.ip', jsonb_build_array(salt, ip), 'context.userAgent', jsonb_build_array(salt, '${AGENT}'))
      || case when kind = 'USER' then jsonb_build_object('actor.label', jsonb_build_array(salt, email)) else '{}'::jsonb end as fields,
    to_tsvector('simple', concat_ws(' ', action, replace(action, '.', ' '), kind, outcome, reason, target ->> 'type', target ->> 'id', target ->> 'label',
      'status RUNNING PAUSED', case when kind = 'USER' then session_id || ' ' || email end, case when kind <> 'JOB' then ip || ' ${AGENT}' end)) as words
  from (select *, 'person' || person || '@example.com' as email, id_of('user', person) as subject, md5('salt' || i) as salt, repeat(md5('hash' || i), 2) as hash,
      id_of('session', person * 100 + i % 100)::text as session_id,
      case outcome when 'DENIED' then 'CAMPAIGN_LAUNCH' when 'FAILED' then case when kind = 'ANONYMOUS' then 'WRONG_PASSWORD' else 'CAMPAIGN_NOT_READY' end end as reason,
      '10.' || floor(dice(person, 10) * 40) || '.' || floor(dice(i / 20, 11) * 250) || '.' || 1 + floor(dice(i / 5, 12) * 250) as ip,
      case when action like 'campaign.%' then jsonb_build_object('type', 'campaign', 'id', id_of('campaign', campaign), 'label',
          case when campaign = 77 then 'Zanzibar launch' else pick('${LABELS}', dice(campaign, 9)) || ' ' || campaign end)
        when action like 'user.%' or action like 'auth.log%' then jsonb_build_object('type', 'user', 'id', id_of('user', person))
        when action = 'auth.permission.denied' then '{"type": "field", "id": "launchCampaign"}'::jsonb
        else jsonb_build_object('type', split_part(action, '.', 1), 'id', id_of(action, i / 3)) end as target
    from (select i, person, campaign,
        case when w >= 0.97 then 'ANONYMOUS' when w >= 0.3 and w < 0.5 then 'JOB' else 'USER' end as kind,
        case when w >= 0.97 then 'FAILED' when w >= 0.96 then 'DENIED' when dice(i, 5) < 0.002 then 'FAILED' else 'SUCCESS' end as outcome,
        case when w < 0.2 then 'auth.login.succeeded' when w < 0.3 then 'auth.logout' when w < 0.5 then 'campaign.completed' when w >= 0.97 then 'auth.login.failed'
          when w >= 0.96 then 'auth.permission.denied' when dice(i, 6) < 0.00004 then 'user.erased' else pick('${ACTIONS}', dice(i, 7)) end as action
      from (select i, dice(i, 4) as w, floor(${people} * power(dice(i, 8), 3))::int as person, floor(${campaigns} * power(dice(i, 13), 2))::int as campaign
        from generate_series(1, ${count}::bigint) i) thrown) chosen) told`,
  "analyze pattern",
];

interface Copy {
  readonly copy: number;
  readonly copies: number;
  readonly different: number;
}

/** One time through the patterns, each between the same one of the copies before and after. */
function copied(
  tenantId: string,
  { months, until }: Size,
  { copy, copies, different }: Copy,
): readonly string[] {
  const at = `timestamptz '${until}' - interval '${months} months' + interval '${months} months' * (((i - 1) * ${copies} + ${copy}) / ${different * copies}::float8)`;
  const id = `(lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(i % 4096), 3, '0') || '8' || lpad(to_hex(i), 7, '0') || '${copy.toString(16).padStart(8, "0")}')::uuid`;
  return [
    `insert into event (id, tenant_id, at, action, actor_kind, actor_id, actor_label, targets, outcome, reason_code, changes, context)
       select c.id, '${tenantId}', c.at, action, kind, actor_id, label, targets, outcome, reason, changes, context || jsonb_build_object('requestId', c.id)`,
    `insert into event_pii (event_id, at, tenant_id, subject_id, fields) select c.id, c.at, '${tenantId}', subject, fields`,
    `insert into event_text (event_id, at, tenant_id, words) select c.id, c.at, '${tenantId}', words`,
    `insert into event_leaf (chain_id, seq, event_id, at, leaf) select '${tenantId}', (c.i - 1) * ${copies} + ${copy} + 1, c.id, c.at, uuid_send(c.id) || uuid_send(c.id)`,
  ].map(
    (insert) =>
      `${insert} from (select *, ${id} as id from (select *, ${at} as at from pattern) timed) c${insert.includes("event_pii") ? " where kind <> 'JOB'" : ""}`,
  );
}
