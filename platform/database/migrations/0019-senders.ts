import { Migration } from "@mikro-orm/migrations";

/** Who campaigns are sent from, and limits that campaigns share. */
export class Senders extends Migration {
  override up(): void {
    for (const statement of [senders, campaigns, pace, planned]) this.addSql(statement);
  }

  override isTransactional(): boolean {
    return true;
  }
}

const senders = `
  create table sender (
    id uuid primary key,
    tenant_id uuid not null references tenant,
    address text not null,
    name text not null,
    reply_to text,
    postal_address text,
    -- Null: no limit. Hours and days are those of UTC.
    per_hour int check (per_hour > 0),
    per_day int check (per_day > 0),
    gap_seconds int not null default 0 check (gap_seconds between 0 and 3600),
    state text not null default 'ACTIVE' check (state in ('ACTIVE', 'PAUSED', 'ARCHIVED')),
    version int not null default 1,
    created_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (tenant_id, id)
  );
  create unique index sender_address on sender (tenant_id, lower(address)) where state <> 'ARCHIVED';
`;

const campaigns = `
  -- Of several senders each lead has one; none: the campaign's own name and address.
  alter table campaign add column sender_ids jsonb not null default '[]';
  alter table enrollment add column sender_id uuid,
    -- By step: whose limit kept its planned time from being earlier.
    add column held_by text[],
    add foreign key (tenant_id, sender_id) references sender (tenant_id, id);
  create index enrollment_of_sender on enrollment (sender_id) where sender_id is not null;
`;

const pace = `
  -- Limits that campaigns share, and what was claimed under them: a lane takes its share with the claim. The key is a
  -- sender's id, a destination domain, '*' for the domains that have no limits of their own, or '' for the organisation.
  create table pace (
    tenant_id uuid not null references tenant,
    kind text not null check (kind in ('TENANT', 'SENDER', 'DOMAIN')),
    key text not null,
    per_hour int,
    per_day int,
    gap_seconds int not null default 0,
    is_paused boolean not null default false,
    -- It has the limits of '*'.
    is_default boolean not null default false,
    hour timestamptz not null default '-infinity',
    used_in_hour int not null default 0,
    day timestamptz not null default '-infinity',
    used_in_day int not null default 0,
    -- Before this nothing more is claimed under it, and what was put off is spread up to there.
    free_at timestamptz not null default '-infinity',
    booked_at timestamptz not null default '-infinity',
    primary key (tenant_id, kind, key)
  );
  -- What waits for a limit is woken when the limit is raised, batch by batch.
  create index message_put_off on message (tenant_id, reason, id) where state = 'PLANNED' and reason is not null;
`;

const planned = `
  -- How much is planned under a shared limit, by campaigns and hours of UTC.
  create table planned_hour (
    tenant_id uuid not null,
    campaign_id uuid not null,
    kind text not null,
    key text not null,
    hour timestamptz not null,
    planned int not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    primary key (campaign_id, kind, key, hour),
    foreign key (tenant_id, campaign_id) references campaign (tenant_id, id)
  );
  create index planned_hour_by_limit on planned_hour (tenant_id, kind, key, hour);
`;
