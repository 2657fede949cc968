import { Migration } from "@mikro-orm/migrations";

/** When mail may leave, how much of it, and what was planned for whom. */
export class Schedule extends Migration {
  override up(): void {
    for (const statement of [schedule, plan, pace]) this.addSql(statement);
  }

  override isTransactional(): boolean {
    return true;
  }
}

const schedule = `
  -- Null: at once, at any time.
  alter table campaign add column schedule jsonb;
  alter table step add column delay_business_days int not null default 0 check (delay_business_days >= 0);
`;

const plan = `
  alter table campaign
    -- The clock that the planner was given.
    add column planned_from timestamptz,
    -- What was chosen for overdue mail when it was resumed; nothing is claimed before the planner has done it.
    add column overdue jsonb;
  -- By step: when it was to be sent if all went by the plan. infinity: the limits left no place for it before the end;
  -- -infinity: no window did.
  alter table enrollment add column planned_times timestamptz[];
  -- How much is planned of a campaign with limits, by hours of UTC.
  create table campaign_hour (
    tenant_id uuid not null,
    campaign_id uuid not null,
    hour timestamptz not null,
    planned int not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    primary key (campaign_id, hour),
    foreign key (tenant_id, campaign_id) references campaign (tenant_id, id)
  );
`;

const pace = `
  -- Limits of a campaign that has some, and what was claimed of it: a lane takes its share with the claim.
  create table campaign_pace (
    campaign_id uuid primary key,
    tenant_id uuid not null,
    per_hour int,
    per_day int,
    gap_seconds int not null,
    timezone text not null,
    hour timestamptz not null default '-infinity',
    used_in_hour int not null default 0,
    day timestamptz not null default '-infinity',
    used_in_day int not null default 0,
    -- Before this nothing more is claimed of it.
    free_at timestamptz not null default '-infinity',
    foreign key (tenant_id, campaign_id) references campaign (tenant_id, id)
  );
`;
