import { Migration } from "@mikro-orm/migrations";

/**
 * Tenants, people, leads, campaigns, the send ledger, events and jobs.
 *
 * Two rules hold for every table of a tenant: it carries tenant_id, and a foreign key to another such table
 * includes it, so that a row of one tenant cannot point at another's. Keys are UUID v7.
 */
export class TheSpine extends Migration {
  override up(): void {
    for (const statement of [foundations, tenancy, people, leads, imports, campaigns, ledger, events, jobs])
      this.addSql(statement);
  }

  override isTransactional(): boolean {
    return true;
  }
}

const foundations = `
  -- RFC 9562 section 5.7. Version 18 has uuidv7() of its own; older servers are supported too.
  create function uuid_v7() returns uuid language sql volatile parallel safe as $$
    select encode(set_byte(set_byte(overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
      6, (get_byte(uuid_send(gen_random_uuid()), 6) & 15) | 112),
      8, (get_byte(uuid_send(gen_random_uuid()), 8) & 63) | 128), 'hex')::uuid
  $$;

  -- One row: who this installation is, and the key of its Message-IDs.
  create table installation (
    id uuid primary key default uuid_v7(),
    is_only boolean not null default true unique check (is_only),
    message_id_key bytea not null,
    frozen_at timestamptz,
    created_at timestamptz not null default now()
  );
  insert into installation (message_id_key) values (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
`;

const tenancy = `
  create table tenant (
    id uuid primary key,
    name text not null,
    slug text not null unique,
    settings jsonb not null default '{}',
    frozen_at timestamptz,
    created_at timestamptz not null default now()
  );
`;

const people = `
  create table app_user (
    id uuid primary key,
    email text not null,
    email_canonical text not null unique,
    name text not null,
    password_hash text,
    status text not null check (status in ('INVITED', 'ACTIVE', 'SUSPENDED', 'ERASED')),
    is_operator boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  );
  create table membership (
    id uuid primary key,
    tenant_id uuid not null references tenant,
    user_id uuid not null references app_user,
    role text not null check (role in ('ADMIN', 'MANAGER', 'USER')),
    created_at timestamptz not null default now(),
    unique (tenant_id, user_id),
    unique (tenant_id, id)
  );
  create table team (
    id uuid primary key,
    tenant_id uuid not null references tenant,
    name text not null,
    created_at timestamptz not null default now(),
    archived_at timestamptz,
    unique (tenant_id, name),
    unique (tenant_id, id)
  );
  create table team_member (
    tenant_id uuid not null,
    team_id uuid not null,
    user_id uuid not null,
    is_lead boolean not null default false,
    added_at timestamptz not null default now(),
    primary key (team_id, user_id),
    foreign key (tenant_id, team_id) references team (tenant_id, id),
    foreign key (tenant_id, user_id) references membership (tenant_id, user_id)
  );
  create table session (
    id uuid primary key,
    tenant_id uuid not null,
    user_id uuid not null,
    ip text,
    user_agent text,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    revoke_reason text,
    unique (tenant_id, id),
    foreign key (tenant_id, user_id) references membership (tenant_id, user_id)
  );
  create index session_of_user on session (tenant_id, user_id) where revoked_at is null;
  create table refresh_token (
    id uuid primary key,
    tenant_id uuid not null,
    session_id uuid not null,
    token_hash bytea not null unique,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz,
    replaced_by uuid,
    foreign key (tenant_id, session_id) references session (tenant_id, id)
  );
  create index refresh_token_of_session on refresh_token (session_id);
`;

const leads = `
  create table lead (
    id uuid primary key,
    tenant_id uuid not null references tenant,
    email text not null,
    email_canonical text not null,
    email_hash bytea not null,
    first_name text,
    last_name text,
    company text,
    title text,
    timezone text,
    custom_fields jsonb not null default '{}',
    tags text[] not null default '{}',
    stage text not null default 'NEW' check (stage in ('NEW', 'CONTACTED', 'ENGAGED', 'REPLIED', 'QUALIFIED', 'WON', 'LOST')),
    -- Derived from the suppressions of the address, in their transactions; a lane locks it when it decides to send.
    mailability text not null default 'MAILABLE'
      check (mailability in ('MAILABLE', 'UNSUBSCRIBED', 'BOUNCED', 'COMPLAINED', 'INVALID', 'ERASED')),
    owner_team_id uuid,
    source text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    erased_at timestamptz,
    unique (tenant_id, email_canonical),
    unique (tenant_id, id),
    foreign key (tenant_id, owner_team_id) references team (tenant_id, id)
  );
  create index lead_by_age on lead (tenant_id, created_at desc, id desc);
  create index lead_by_hash on lead (tenant_id, email_hash);
  create table lead_list (
    id uuid primary key,
    tenant_id uuid not null references tenant,
    name text not null,
    kind text not null default 'STATIC' check (kind in ('STATIC')),
    created_at timestamptz not null default now(),
    unique (tenant_id, name),
    unique (tenant_id, id)
  );
  create table lead_list_member (
    tenant_id uuid not null,
    list_id uuid not null,
    lead_id uuid not null,
    added_at timestamptz not null default now(),
    primary key (list_id, lead_id),
    foreign key (tenant_id, list_id) references lead_list (tenant_id, id),
    foreign key (tenant_id, lead_id) references lead (tenant_id, id)
  );
  create index lead_list_member_of_lead on lead_list_member (lead_id);
  create table suppression (
    id uuid primary key,
    tenant_id uuid not null references tenant,
    -- The hash outlives the address: an erased person stays suppressed.
    email_hash bytea not null,
    email text,
    scope text not null default 'ALL' check (scope in ('ALL', 'MARKETING', 'LIST', 'CAMPAIGN_CATEGORY')),
    reason text not null check (reason in ('UNSUBSCRIBED', 'HARD_BOUNCE', 'COMPLAINT', 'MANUAL')),
    source text not null,
    created_at timestamptz not null default now(),
    lifted_at timestamptz,
    unique (tenant_id, id)
  );
  create unique index suppression_active on suppression (tenant_id, email_hash, scope) where lifted_at is null;
`;

const imports = `
  create table import_batch (
    id uuid primary key,
    tenant_id uuid not null references tenant,
    list_id uuid,
    status text not null check (status in ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'UNDONE')),
    file_name text,
    digest bytea not null,
    bytes bigint not null,
    mapping jsonb not null default '{}',
    policy text not null check (policy in ('UPDATE', 'SKIP')),
    dry_run boolean not null default false,
    total int not null default 0,
    processed int not null default 0,
    imported int not null default 0,
    updated int not null default 0,
    skipped int not null default 0,
    rejected int not null default 0,
    failure jsonb,
    started_by uuid,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    unique (tenant_id, id),
    foreign key (tenant_id, list_id) references lead_list (tenant_id, id)
  );
  create index import_by_age on import_batch (tenant_id, created_at desc, id desc);
  create table import_chunk (
    tenant_id uuid not null,
    import_id uuid not null,
    position int not null,
    content bytea not null,
    primary key (import_id, position),
    foreign key (tenant_id, import_id) references import_batch (tenant_id, id)
  );
  alter table import_chunk alter column content set storage external;
  create table import_row_error (
    tenant_id uuid not null,
    import_id uuid not null,
    row_number int not null,
    position int not null,
    column_name text,
    rule text not null,
    value text,
    message text not null,
    primary key (import_id, row_number, position),
    foreign key (tenant_id, import_id) references import_batch (tenant_id, id)
  );
`;

const campaigns = `
  create table campaign (
    id uuid primary key,
    tenant_id uuid not null references tenant,
    team_id uuid,
    name text not null,
    category text not null default 'MARKETING' check (category in ('MARKETING', 'SERVICE_NOTICE')),
    status text not null default 'DRAFT' check (status in
      ('DRAFT', 'SCHEDULED', 'RUNNING', 'PAUSED', 'HALTED', 'COMPLETED', 'CANCELLED', 'ARCHIVED')),
    -- Raised by every edit; a launch freezes it as a campaign_version.
    version int not null default 1,
    from_name text not null,
    from_email text not null,
    reply_to text,
    postal_address text,
    track_opens boolean not null default false,
    track_clicks boolean not null default false,
    audience jsonb not null,
    created_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    launched_at timestamptz,
    launched_version_id uuid,
    -- When the planner had written the whole audience down.
    planned_at timestamptz,
    paused_at timestamptz,
    completed_at timestamptz,
    unique (tenant_id, id),
    foreign key (tenant_id, team_id) references team (tenant_id, id)
  );
  create index campaign_by_age on campaign (tenant_id, created_at desc, id desc);
  create index campaign_open on campaign (id) where status in ('RUNNING', 'PAUSED', 'HALTED');
  create table step (
    id uuid primary key,
    tenant_id uuid not null,
    campaign_id uuid not null,
    position int not null check (position >= 1),
    delay_minutes int not null check (delay_minutes >= 0),
    subject text not null,
    html text not null,
    text text,
    variants jsonb not null default '[]',
    unique (campaign_id, position) deferrable initially deferred,
    unique (tenant_id, id),
    foreign key (tenant_id, campaign_id) references campaign (tenant_id, id)
  );
  create table campaign_version (
    id uuid primary key,
    tenant_id uuid not null,
    campaign_id uuid not null,
    n int not null,
    content jsonb not null,
    created_at timestamptz not null default now(),
    unique (campaign_id, n),
    unique (tenant_id, id),
    foreign key (tenant_id, campaign_id) references campaign (tenant_id, id)
  );
  alter table campaign add foreign key (tenant_id, launched_version_id) references campaign_version (tenant_id, id);
`;

const ledger = `
  create table enrollment (
    id uuid primary key,
    tenant_id uuid not null,
    campaign_id uuid not null,
    lead_id uuid not null,
    state text not null check (state in ('PENDING', 'ACTIVE', 'WAITING', 'PAUSED', 'FINISHED', 'STOPPED', 'SKIPPED')),
    stop_reason text,
    skip_reason text,
    next_at timestamptz,
    created_at timestamptz not null default now(),
    unique (campaign_id, lead_id),
    unique (tenant_id, id),
    foreign key (tenant_id, campaign_id) references campaign (tenant_id, id),
    foreign key (tenant_id, lead_id) references lead (tenant_id, id)
  );
  -- The send ledger. Nobody gets a step twice: unique (campaign, step, lead). SENDING without intent_at is claimed,
  -- with it the message may have left: intent_at is committed before DATA and is never taken back by a crash.
  create table message (
    id uuid primary key,
    tenant_id uuid not null,
    campaign_id uuid not null,
    version_id uuid not null,
    enrollment_id uuid not null,
    step_id uuid not null,
    step_position int not null,
    lead_id uuid not null,
    variant int,
    state text not null check (state in ('PLANNED', 'QUEUED', 'SENDING', 'SENT', 'DELIVERED', 'DEFERRED', 'BOUNCED_HARD',
      'BOUNCED_SOFT', 'COMPLAINED', 'FAILED', 'UNCERTAIN', 'SKIPPED', 'CANCELLED')),
    reason text,
    planned_at timestamptz not null,
    due_at timestamptz not null,
    attempt int not null default 0,
    claimed_at timestamptz,
    lease_owner uuid,
    lease_until timestamptz,
    intent_at timestamptz,
    sent_at timestamptz,
    message_id_header text unique,
    server_reply text,
    body_digest bytea,
    updated_at timestamptz not null default now(),
    unique (campaign_id, step_id, lead_id),
    unique (tenant_id, id),
    foreign key (tenant_id, campaign_id) references campaign (tenant_id, id),
    foreign key (tenant_id, version_id) references campaign_version (tenant_id, id),
    foreign key (tenant_id, enrollment_id) references enrollment (tenant_id, id),
    foreign key (tenant_id, step_id) references step (tenant_id, id),
    foreign key (tenant_id, lead_id) references lead (tenant_id, id)
  ) with (fillfactor = 80);
  create index message_waiting on message (campaign_id, due_at, id) where state in ('PLANNED', 'QUEUED', 'DEFERRED');
  create index message_leased on message (lease_until) where state = 'SENDING';
  create index message_of_campaign on message (campaign_id, id);
  create index message_of_enrollment on message (enrollment_id, step_position desc);
  create index message_of_lead on message (lead_id);
  create index message_sent_by_day on message (tenant_id, sent_at) where sent_at is not null;
  create table message_event (
    seq bigint generated always as identity primary key,
    id uuid not null default uuid_v7(),
    tenant_id uuid not null,
    campaign_id uuid not null,
    message_id uuid not null,
    type text not null,
    at timestamptz not null default clock_timestamp(),
    source text not null,
    evidence text,
    foreign key (tenant_id, message_id) references message (tenant_id, id)
  );
  create index message_event_of_message on message_event (message_id, seq);
  create index message_event_of_campaign on message_event (campaign_id, seq desc);
`;

const events = `
  -- One fact, one row, written in the transaction of the change: the audit entry and what is published are the same row.
  create table event (
    id uuid primary key,
    tenant_id uuid references tenant,
    at timestamptz not null default clock_timestamp(),
    action text not null,
    actor_kind text not null check (actor_kind in ('USER', 'JOB', 'RECIPIENT', 'OPERATOR', 'ANONYMOUS')),
    actor_id uuid,
    actor_label text,
    targets jsonb not null,
    outcome text not null check (outcome in ('SUCCESS', 'DENIED', 'FAILED')),
    reason_code text,
    changes jsonb not null default '[]',
    context jsonb not null,
    schema_version int not null default 1
  );
  create index event_by_time on event (tenant_id, at desc, id desc);
  create function refuse_change() returns trigger language plpgsql as $$
    begin raise exception 'rows of % are never changed or deleted', tg_table_name using errcode = 'insufficient_privilege'; end
  $$;
  create trigger event_append_only before update or delete or truncate on event
    for each statement execute function refuse_change();
  -- The relay's position stands beside the event, never in it.
  create table pending_event (
    event_id uuid primary key references event
  );
  create table idempotency_record (
    tenant_id uuid not null references tenant,
    actor_id uuid not null,
    key text not null,
    command text not null,
    input_digest bytea not null,
    result jsonb not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (tenant_id, actor_id, key)
  );
  create index idempotency_record_expiry on idempotency_record (expires_at);
`;

const jobs = `
  -- Due times, attempts, leases and uniqueness live here, by the database's clock; Redis only rings the bell.
  create table job (
    id uuid primary key,
    tenant_id uuid references tenant,
    type text not null,
    queue text not null check (queue in ('emails', 'campaigns', 'analytics')),
    payload jsonb not null,
    idempotency_key text unique,
    state text not null default 'WAITING' check (state in ('WAITING', 'ACTIVE', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
    attempts int not null default 0,
    crashes int not null default 0,
    max_attempts int not null,
    due_at timestamptz not null default now(),
    rung_at timestamptz,
    lease_owner uuid,
    lease_until timestamptz,
    progress jsonb,
    error text,
    initiated_by uuid,
    request_id text,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz
  );
  create index job_waiting on job (queue, due_at, id) where state = 'WAITING';
  create index job_leased on job (lease_until) where state = 'ACTIVE';
  create index job_by_age on job (queue, state, created_at desc, id desc);
  create table schedule_run (
    task text not null,
    fire_at timestamptz not null,
    claimed_by uuid not null,
    claimed_at timestamptz not null default now(),
    primary key (task, fire_at)
  );
  create table worker_heartbeat (
    id uuid primary key,
    host text not null,
    pid int not null,
    version text not null,
    queues text[] not null,
    lanes int not null,
    busy_lanes int not null default 0,
    started_at timestamptz not null default now(),
    at timestamptz not null default now(),
    stopped_at timestamptz
  );
  -- A commit wakes the relay; the payload is empty because the rows are the message.
  create function wake_relay() returns trigger language plpgsql as $$
    begin perform pg_notify('postwatch_relay', ''); return null; end
  $$;
  create trigger pending_event_wakes_relay after insert on pending_event for each statement execute function wake_relay();
  create trigger job_wakes_relay after insert on job for each statement execute function wake_relay();
`;
