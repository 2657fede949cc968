import { Migration } from "@mikro-orm/migrations";

/**
 * The audit record: entries by month, personal values beside them, and what proves them (docs/audit-format.md).
 * Replaces the plain event table; what it held moves over.
 */
export class Audit extends Migration {
  override up(): void {
    for (const statement of [entries, guards, partitions, proof, removal, move]) this.addSql(statement);
  }

  override isTransactional(): boolean {
    return true;
  }
}

const entries = `
  alter table event rename to event_before_audit;
  alter index event_pkey rename to event_before_audit_pkey;
  drop index event_by_time;
  drop index event_marker;
  alter table pending_event drop constraint pending_event_event_id_fkey;

  create table event (
    id uuid not null,
    tenant_id uuid,
    at timestamptz not null default clock_timestamp(),
    action text not null,
    actor_kind text not null check (actor_kind in ('USER', 'JOB', 'RECIPIENT', 'OPERATOR', 'ANONYMOUS', 'API_KEY', 'IDP')),
    actor_id uuid,
    -- Text, or a commitment {"sha256"}; values about people stand in event_pii alone.
    actor_label jsonb,
    on_behalf_of uuid,
    targets jsonb not null,
    outcome text not null check (outcome in ('SUCCESS', 'DENIED', 'FAILED')),
    reason_code text,
    changes jsonb not null default '[]',
    context jsonb not null,
    schema_version int not null default 2,
    primary key (id, at)
  ) partition by range (at);
  create index event_by_time on event (tenant_id, at desc, id desc);
  create index event_by_actor on event (tenant_id, actor_id, at desc, id desc) where actor_id is not null;
  create index event_by_action on event (tenant_id, action, at desc, id desc);
  create index event_by_target on event (tenant_id, (targets -> 0 ->> 'type'), (targets -> 0 ->> 'id'), at desc, id desc);
  -- Marks on the charts of health.
  create index event_marker on event (tenant_id, at desc) where action in
    ('campaign.launched', 'queue.paused_or_resumed', 'sending.frozen_or_released', 'settings.updated');
  create index event_by_request on event ((context ->> 'requestId'));

  -- What may be forgotten: {"context.ip": [salt in hex, value]}, one row for each person an entry tells of.
  create table event_pii (
    event_id uuid not null,
    at timestamptz not null,
    tenant_id uuid,
    subject_id uuid not null,
    fields jsonb not null,
    primary key (event_id, at, subject_id)
  ) partition by range (at);
  create index event_pii_of_subject on event_pii (subject_id);
  create index event_pii_by_ip on event_pii (tenant_id, (fields -> 'context.ip' ->> 1) text_pattern_ops, at desc)
    where fields ? 'context.ip';

  -- Words of an entry, for the search; made by the sealer, and made anew when somebody is erased.
  create table event_text (
    event_id uuid not null,
    at timestamptz not null,
    tenant_id uuid,
    words tsvector not null,
    primary key (event_id, at)
  ) partition by range (at);
  create index event_text_by_time on event_text (tenant_id, at desc, event_id desc);
  create index event_text_words on event_text using gin (words);

  create table event_leaf (
    chain_id uuid not null,
    seq bigint not null,
    event_id uuid not null,
    at timestamptz not null,
    leaf bytea not null,
    primary key (event_id, at)
  ) partition by range (at);
  create index event_leaf_by_seq on event_leaf (chain_id, seq);

  -- What is not sealed yet; the note stands beside the entry, never in it.
  create table pending_seal (
    event_id uuid primary key,
    at timestamptz not null
  );
  alter table pending_event add column at timestamptz;
`;

const guards = `
  -- Row by row, so that the trigger is each partition's too, whoever addresses it directly.
  create trigger event_append_only before update or delete on event for each row execute function refuse_change();
  create trigger event_leaf_append_only before update or delete on event_leaf for each row execute function refuse_change();
  create trigger event_not_truncated before truncate on event for each statement execute function refuse_change();
  create trigger event_leaf_not_truncated before truncate on event_leaf for each statement execute function refuse_change();
`;

const partitions = `
  -- Entries stand in the partition of their month; made ahead, so that no change ever waits for one.
  create function audit_ensure_months(first date, last date) returns int language plpgsql security definer
    set search_path = public, pg_temp as $$
  declare
    month date := date_trunc('month', first);
    base text;
    made int := 0;
  begin
    perform pg_advisory_xact_lock(hashtext('postwatch audit months'));
    while month <= last loop
      foreach base in array array['event', 'event_pii', 'event_text', 'event_leaf'] loop
        if to_regclass(base || to_char(month, '_YYYY_MM')) is null then
          execute format('create table %I partition of %I for values from (%L) to (%L)',
            base || to_char(month, '_YYYY_MM'), base, month::timestamp at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
          if base in ('event', 'event_leaf') then
            execute format('create trigger not_truncated before truncate on %I for each statement execute function refuse_change()',
              base || to_char(month, '_YYYY_MM'));
          end if;
          made := made + 1;
        end if;
      end loop;
      month := month + interval '1 month';
    end loop;
    return made;
  end $$;
`;

const proof = `
  create table audit_key (
    key_id text primary key,
    public_key bytea not null check (length(public_key) = 32),
    endorsed_by text references audit_key,
    endorsement bytea,
    first_used_at timestamptz not null default now(),
    check ((endorsed_by is null) = (endorsement is null))
  );
  create table audit_seal (
    chain_id uuid not null,
    number bigint not null,
    first_seq bigint not null,
    last_seq bigint not null check (last_seq >= first_seq),
    month date not null,
    root bytea not null,
    previous bytea not null,
    hash bytea not null,
    key_id text not null references audit_key,
    signature bytea not null,
    sealed_at timestamptz not null,
    primary key (chain_id, number)
  );
  create unique index audit_seal_by_seq on audit_seal (chain_id, first_seq);
  create table audit_purge (
    chain_id uuid not null,
    month date not null,
    first_seal bigint not null,
    last_seal bigint not null,
    first_seq bigint not null,
    last_seq bigint not null,
    policy text not null,
    at timestamptz not null default now(),
    primary key (chain_id, month)
  );
  -- The newest seal of a chain that is known outside; says how far behind the anchors are.
  create table audit_anchor (
    chain_id uuid not null,
    number bigint not null,
    anchored_at timestamptz not null default now(),
    primary key (chain_id)
  );
  create trigger audit_seal_append_only before update or delete on audit_seal for each row execute function refuse_change();
  create trigger audit_seal_not_truncated before truncate on audit_seal for each statement execute function refuse_change();
  create trigger audit_key_append_only before update or delete on audit_key for each row execute function refuse_change();
  create trigger audit_key_not_truncated before truncate on audit_key for each statement execute function refuse_change();
  create trigger audit_purge_append_only before update or delete on audit_purge for each row execute function refuse_change();
  create trigger audit_purge_not_truncated before truncate on audit_purge for each statement execute function refuse_change();
  select audit_ensure_months((now() at time zone 'UTC')::date, (now() at time zone 'UTC' + interval '2 months')::date);
`;

const removal = `
  -- What is known of a person is forgotten; the entries and their leaves stay. Answers how many entries told of them.
  create function audit_forget(subject uuid) returns int language plpgsql security definer
    set search_path = public, pg_temp as $$
  declare
    forgotten int;
  begin
    delete from event_text using event_pii
      where event_pii.subject_id = subject and event_text.event_id = event_pii.event_id and event_text.at = event_pii.at;
    insert into pending_seal (event_id, at)
      select event_id, at from event_pii where subject_id = subject
      on conflict do nothing;
    delete from event_pii where subject_id = subject;
    get diagnostics forgotten = row_count;
    return forgotten;
  end $$;
`;

const move = `
  select audit_ensure_months(min(at at time zone 'UTC')::date, max(at at time zone 'UTC')::date) from event_before_audit;
  insert into event (id, tenant_id, at, action, actor_kind, actor_id, actor_label, targets, outcome, reason_code, changes, context, schema_version)
    select id, tenant_id, at, action, actor_kind, actor_id, to_jsonb(actor_label), targets, outcome, reason_code, changes, context, schema_version
    from event_before_audit;
  insert into pending_seal (event_id, at) select id, at from event;
  update pending_event set at = (select at from event where id = event_id);
  alter table pending_event alter column at set not null;
  drop table event_before_audit;
`;
