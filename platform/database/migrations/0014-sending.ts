import { Migration } from "@mikro-orm/migrations";

/** Who stopped sending, and why; and what tells a database from a copy of it. */
export class Sending extends Migration {
  override up(): void {
    for (const statement of [frozen, fence]) this.addSql(statement);
  }

  override isTransactional(): boolean {
    return true;
  }
}

const frozen = `
  alter table tenant add column frozen_by uuid references app_user, add column freeze_reason text,
    add constraint tenant_freeze_says_why check ((frozen_at is null) = (freeze_reason is null)) not valid;
  update tenant set freeze_reason = 'Frozen before reasons were kept' where frozen_at is not null;
  alter table tenant validate constraint tenant_freeze_says_why;
  alter table installation add column freeze_reason text,
    add constraint installation_freeze_says_why check ((frozen_at is null) = (freeze_reason is null)) not valid;
  update installation set freeze_reason = 'Frozen before reasons were kept' where frozen_at is not null;
  alter table installation validate constraint installation_freeze_says_why;
`;

const fence = `
  -- Where this database is: which cluster, which database in it, and which of its histories. A dump that was restored
  -- elsewhere is somewhere else; a cluster that was recovered or failed over has another history.
  create function sending_home() returns text language sql stable parallel safe as $$
    select c.system_identifier || '/' || (select oid from pg_database where datname = current_database()) || '/'
      || left(pg_walfile_name(pg_current_wal_lsn()), 8)
    from pg_control_system() c $$;
  alter table installation
    -- Where it was when it was last sent from; null before the first time.
    add column sending_home text,
    -- What the operator calls the place, e.g. production-eu.
    add column sending_place text,
    -- Raised every few seconds while workers run, and known to them and to Redis: a database that is behind it was put back.
    add column sending_epoch bigint not null default 0,
    -- How far it was known to have been when it was found to be behind.
    add column fence_epoch bigint not null default 0;
`;
