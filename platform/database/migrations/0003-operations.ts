import { Migration } from "@mikro-orm/migrations";

/** What operating needs: turns between tenants, the history of a job, switches of queues and schedules, health over time, alerts. */
export class Operations extends Migration {
  override up(): void {
    for (const statement of [jobs, queues, schedules, workers, health, alerts, imports])
      this.addSql(statement);
  }

  override isTransactional(): boolean {
    return true;
  }
}

const jobs = `
  -- 0: somebody waits for it; 1: everything else.
  alter table job add column priority smallint not null default 1 check (priority in (0, 1));
  -- Whose turn it takes: its tenant's, or the product's own.
  alter table job add column turn uuid not null
    generated always as (coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'::uuid)) stored;
  -- One entry a run that ended and a hand that was laid on it: the dead letter keeps them when it is tried again.
  alter table job add column history jsonb not null default '[]';
  alter table job add column worker_id uuid;
  -- Errors that differ in numbers and ids only are one group.
  alter table job add column error_group text generated always as
    (left(regexp_replace(error, '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]+', '#', 'gi'), 200)) stored;
  alter table job drop constraint job_state_check;
  alter table job add constraint job_state_check
    check (state in ('WAITING', 'ACTIVE', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'DISCARDED'));
  create index job_by_turn on job (queue, turn, priority, due_at, id) where state = 'WAITING';
  create index job_turn_taken on job (queue, turn, started_at desc) where started_at is not null;
  create index job_finished on job (queue, finished_at desc) include (state, started_at) where finished_at is not null;
  create index job_dead on job (queue, error_group) where state = 'FAILED';
  create index job_of_worker on job (worker_id) where state = 'ACTIVE';
`;

const queues = `
  create table queue_setting (
    queue text primary key check (queue in ('emails', 'campaigns', 'analytics')),
    paused_at timestamptz,
    paused_by uuid references app_user,
    -- Jobs at once in each worker; lanes: mails at once in each worker. Null: as the worker was started.
    concurrency int check (concurrency between 1 and 64),
    lanes int check (lanes between 1 and 64),
    version int not null default 1
  );
  insert into queue_setting (queue) values ('emails'), ('campaigns'), ('analytics');
`;

const schedules = `
  -- What an administrator has decided about a schedule; null: as the product has it.
  create table schedule_setting (
    task text primary key,
    pattern text,
    timezone text,
    missed_runs text check (missed_runs in ('LAST', 'ALL', 'SKIP')),
    paused_at timestamptz,
    paused_by uuid references app_user,
    version int not null default 1
  );
  alter table schedule_run add column job_id uuid;
  alter table schedule_run add column cause text not null default 'SCHEDULE' check (cause in ('SCHEDULE', 'MISSED', 'NOW'));
`;

const workers = `
  alter table worker_heartbeat add column cpu_percent real, add column memory_bytes bigint,
    add column event_loop_p99_ms real,
    -- When one of its places last moved on; null while none is busy.
    add column progressed_at timestamptz;
  create index worker_alive on worker_heartbeat (at desc) where stopped_at is null;
`;

const health = `
  alter table installation add column health_thresholds jsonb not null default '{}',
    add column health_thresholds_version int not null default 1;
  -- A sample every five seconds of every machine, for a day; whichever process is first writes it.
  create table health_sample (
    host text not null,
    at timestamptz not null,
    status text not null check (status in ('HEALTHY', 'DEGRADED', 'UNHEALTHY')),
    cpu_percent real not null,
    memory_percent real not null,
    disk_percent real not null,
    event_loop_p99_ms real not null,
    -- { name: [status, latencyMs or null] }
    services jsonb not null,
    -- { name: value }
    signals jsonb not null default '{}',
    primary key (host, at)
  );
  create index health_sample_by_time on health_sample (at);
  -- Five minutes of samples in one row, for thirty days: means, worst figures, worst states.
  create table health_history (
    host text not null,
    at timestamptz not null,
    samples int not null,
    status text not null check (status in ('HEALTHY', 'DEGRADED', 'UNHEALTHY')),
    cpu_percent real not null,
    cpu_percent_max real not null,
    memory_percent real not null,
    memory_percent_max real not null,
    disk_percent real not null,
    disk_percent_max real not null,
    event_loop_p99_ms real not null,
    event_loop_p99_ms_max real not null,
    -- { name: { status, badSeconds, downSeconds, seconds, latencyMs, latencyMsMax } }
    services jsonb not null,
    primary key (host, at)
  );
  create index health_history_by_time on health_history (at);
  -- What the looks at health read: who died lately, who was seen lately, what marks a chart.
  create index job_died on job (finished_at) where state = 'FAILED';
  create index worker_seen on worker_heartbeat (at);
  create index event_marker on event (tenant_id, at desc) where action in
    ('campaign.launched', 'queue.paused_or_resumed', 'sending.frozen_or_released', 'settings.updated');
`;

const alerts = `
  create table alert_rule (
    id uuid primary key,
    tenant_id uuid not null references tenant,
    name text not null,
    signal text not null,
    threshold double precision not null,
    for_seconds int not null check (for_seconds between 0 and 86400),
    is_enabled boolean not null default true,
    muted_until timestamptz,
    -- OK; PENDING: over the threshold, not for long enough yet; FIRING: people have been told.
    state text not null default 'OK' check (state in ('OK', 'PENDING', 'FIRING')),
    state_since timestamptz not null default now(),
    last_value double precision,
    created_by uuid,
    created_at timestamptz not null default now(),
    version int not null default 1,
    unique (tenant_id, id)
  );
  create unique index alert_rule_name on alert_rule (tenant_id, lower(name));
  create table alert_event (
    id uuid primary key,
    tenant_id uuid not null,
    rule_id uuid not null,
    rule_name text not null,
    signal text not null,
    threshold double precision not null,
    value double precision not null,
    fired_at timestamptz not null default clock_timestamp(),
    recovered_at timestamptz,
    was_muted boolean not null default false
  );
  create index alert_event_by_time on alert_event (tenant_id, fired_at desc, id desc);
  create unique index alert_event_open on alert_event (rule_id) where recovered_at is null;
  -- When the organisation got the rules that everybody begins with: what it deletes does not come back.
  alter table tenant add column alert_rules_made_at timestamptz;
`;

const imports = `
  -- What an import may change is asked at each of its batches.
  alter table import_batch drop column scope_team_ids;
`;
