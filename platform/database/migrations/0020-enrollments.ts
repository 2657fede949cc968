import { Migration } from "@mikro-orm/migrations";

/**
 * What ends a lead's sequence or lets it rest, what people said of it, and the plan that it had before; versions of a
 * campaign that runs.
 */
export class Enrollments extends Migration {
  override up(): void {
    for (const statement of [rules, rest, history, companies, versions]) this.addSql(statement);
  }

  override isTransactional(): boolean {
    return true;
  }
}

const rules = `
  -- After an edit of a running campaign: what the planner has to do anew, and how far it is.
  alter table campaign add column replan jsonb;
  -- Replies, unsubscribes, bounces and complaints always stop; these are a campaign's to choose.
  alter table campaign add column stop_rules jsonb not null default '{"onCompanyReply": false, "onGoal": true}';
`;

const rest = `
  alter table enrollment
    -- While it is PAUSED: until when.
    add column paused_until timestamptz,
    -- The plan of the launch, where planned_times has been planned anew since, and why it was the last time.
    add column first_times timestamptz[],
    add column replanned_for text check (replanned_for in ('EDITED', 'NOT_NOW'));
  create index enrollment_of_lead on enrollment (lead_id);
  create index enrollment_paused on enrollment (paused_until) where state = 'PAUSED';
`;

const history = `
  -- What happened to a lead's place in a campaign, beside its mails. Rows are only added.
  create table enrollment_event (
    id uuid primary key default uuid_v7(),
    tenant_id uuid not null,
    enrollment_id uuid not null,
    campaign_id uuid not null,
    lead_id uuid not null,
    type text not null check (type in ('REPLIED', 'GOAL', 'STOPPED', 'PAUSED', 'RESUMED')),
    -- When it was, which may be before it was recorded.
    at timestamptz not null default clock_timestamp(),
    -- GOAL: which; STOPPED: the reason.
    label text,
    note text,
    -- PAUSED: until when.
    until timestamptz,
    -- Null: the product itself.
    recorded_by uuid,
    recorded_at timestamptz not null default clock_timestamp(),
    foreign key (tenant_id, enrollment_id) references enrollment (tenant_id, id),
    foreign key (tenant_id, campaign_id) references campaign (tenant_id, id),
    foreign key (tenant_id, lead_id) references lead (tenant_id, id)
  );
  create index enrollment_event_of_enrollment on enrollment_event (enrollment_id, id);
  create index enrollment_event_replies on enrollment_event (campaign_id) where type = 'REPLIED';
`;

const companies = `
  -- Who else is of the same company: asked for after a reply.
  create index lead_by_domain on lead (tenant_id, split_part(email_canonical, '@', 2));
`;

const versions = `
  -- Who made a version, and what it changed, in words. The first is what was launched.
  alter table campaign_version add column created_by uuid, add column changes text[] not null default '{}';
  -- A step of a running campaign can be dropped: what it was stands in the versions that had it, which never change.
  alter table message drop constraint message_tenant_id_step_id_fkey;
`;
