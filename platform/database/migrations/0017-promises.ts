import { Migration } from "@mikro-orm/migrations";

/** What the rounds over the promises have found. */
export class Promises extends Migration {
  override up(): void {
    for (const statement of [rounds, looks, breaches, suppressions]) this.addSql(statement);
  }

  override isTransactional(): boolean {
    return true;
  }
}

const rounds = `
  -- A row is the turn of whoever made it; the next round reads what came behind it.
  create table promise_round (
    id uuid primary key,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    -- Whoever makes it says again and again until when it is alive.
    lease_until timestamptz not null,
    -- The newest event of a message at its beginning.
    event_seq bigint not null,
    is_whole boolean not null
  );
  create index promise_round_by_time on promise_round (started_at desc);
`;

const looks = `
  -- The newest look at each promise, for all organisations at once.
  create table promise_look (
    promise text primary key,
    checked_at timestamptz not null,
    -- When the whole of it was last looked at, not only what had come since.
    whole_at timestamptz,
    duration_ms int not null,
    -- The round that has looked at it last, without a failure; what came before was seen.
    round_id uuid,
    -- Why it cannot be said whether it is kept; null: it can.
    doubt text
  );
`;

const breaches = `
  -- Where there is no row the organisation's promise is kept, as far as the look can say.
  create table promise_breach (
    promise text not null,
    tenant_id uuid not null references tenant,
    broken_since timestamptz not null,
    count int not null check (count > 0),
    -- [{"kind", "id", "campaignId", "label", "detail"}], at most 20, without anything personal.
    offending jsonb not null,
    primary key (promise, tenant_id)
  );
  create index promise_breach_of_tenant on promise_breach (tenant_id);
`;

// Suppressions are asked for by address also when they have been lifted since, and by age.
const suppressions = `
  create index suppression_lifted on suppression (tenant_id, email_hash) where lifted_at is not null;
  create index suppression_by_age on suppression (created_at) where lifted_at is null;
`;
