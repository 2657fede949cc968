import { Migration } from "@mikro-orm/migrations";

/** What is known of the record from outside: how far it is anchored, what the last check found, who it is sent to. */
export class AuditWatch extends Migration {
  override up(): void {
    for (const statement of [anchors, checks, streams]) this.addSql(statement);
  }

  override isTransactional(): boolean {
    return true;
  }
}

const anchors = `
  -- Each seal up to this time is known outside, itself or by one that follows it.
  alter table installation add column audit_anchored_until timestamptz;
  create index audit_seal_by_time on audit_seal (sealed_at);
  -- Since when it waits: entries that are noted again because somebody was erased are old.
  alter table pending_seal add column noted_at timestamptz not null default now();
`;

const checks = `
  -- What a check of the whole record found: one row a night, kept for a year.
  create table audit_check (
    id uuid primary key default uuid_v7(),
    started_at timestamptz not null,
    finished_at timestamptz not null default clock_timestamp(),
    entries bigint not null,
    seals bigint not null,
    -- [{"chainId", "place", "message"}], at most 100; how many there were in all beside it.
    faults jsonb not null default '[]',
    fault_count int not null
  );
  create index audit_check_newest on audit_check (finished_at desc);
`;

const streams = `
  -- Where an organisation has its entries sent to, each with a cursor of its own.
  create table audit_stream (
    id uuid primary key,
    tenant_id uuid not null references tenant,
    kind text not null check (kind in ('WEBHOOK', 'SYSLOG')),
    url text not null,
    -- The secret follows from the id, this number and the installation's key; it stands nowhere.
    secret_number int not null default 1,
    cursor_seq bigint not null default 0 check (cursor_seq >= 0),
    paused_at timestamptz,
    delivered_at timestamptz,
    -- Of attempts since the last delivery.
    failures int not null default 0,
    failing_since timestamptz,
    last_error text,
    next_try_at timestamptz not null default now(),
    -- One worker at a time sends what is next.
    leased_by uuid,
    leased_until timestamptz,
    created_at timestamptz not null default now(),
    version int not null default 1
  );
  create index audit_stream_of_tenant on audit_stream (tenant_id, id);
  create index audit_stream_due on audit_stream (next_try_at) where paused_at is null;
`;
