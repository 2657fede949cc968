import { Migration } from "@mikro-orm/migrations";

/** Ownership by teams, invitations and resets, notifications, and an administrator that cannot be taken away. */
export class Access extends Migration {
  override up(): void {
    for (const statement of [
      ownership,
      versions,
      oneTimeTokens,
      notifications,
      idempotency,
      sessions,
      lastAdministrator,
    ])
      this.addSql(statement);
  }

  override isTransactional(): boolean {
    return true;
  }
}

const ownership = `
  -- What has no team belongs to the whole organisation. Two teams may each have a list of the same name.
  alter table lead_list add column team_id uuid, add foreign key (tenant_id, team_id) references team (tenant_id, id);
  alter table lead_list drop constraint lead_list_tenant_id_name_key;
  create unique index lead_list_name on lead_list
    (tenant_id, coalesce(team_id, '00000000-0000-0000-0000-000000000000'), name);
  -- Whose leads an import may change: those of these teams and of none; null for all.
  alter table import_batch add column scope_team_ids uuid[];
  alter table import_batch add column team_id uuid, add foreign key (tenant_id, team_id) references team (tenant_id, id);
  create index team_member_of_user on team_member (tenant_id, user_id);
  -- Which request launched it: it stands in the header of every mail of this version.
  alter table campaign_version add column request_id text;
`;

const versions = `
  -- Raised by every edit, so that an editor who is late is told instead of overwriting.
  alter table membership add column version int not null default 1;
  alter table team add column version int not null default 1;
  alter table tenant add column settings_version int not null default 1;
  alter table team drop constraint team_tenant_id_name_key;
  create unique index team_name on team (tenant_id, lower(name)) where archived_at is null;
`;

const oneTimeTokens = `
  -- The secret of a link is derived from its id by a key that is not in the database; here is only what it is good for.
  create table one_time_token (
    id uuid primary key,
    tenant_id uuid not null,
    user_id uuid not null,
    purpose text not null check (purpose in ('INVITATION', 'PASSWORD_RESET')),
    created_by uuid,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz,
    foreign key (tenant_id, user_id) references membership (tenant_id, user_id)
  );
  create index one_time_token_of_user on one_time_token (tenant_id, user_id, purpose) where used_at is null;
`;

const notifications = `
  create table notification (
    id uuid primary key,
    tenant_id uuid not null,
    user_id uuid not null,
    kind text not null,
    title text not null,
    detail text not null,
    href text,
    -- Whom it tells about. The title goes on from what they are called when it is read: nothing of an erased person stays.
    about_user_id uuid,
    created_at timestamptz not null default clock_timestamp(),
    read_at timestamptz,
    foreign key (tenant_id, user_id) references membership (tenant_id, user_id),
    foreign key (tenant_id, about_user_id) references membership (tenant_id, user_id)
  );
  create index notification_of_user on notification (tenant_id, user_id, created_at desc, id desc);
`;

const idempotency = `
  -- Owner: the person, or for those who are not signed in whom their input names. A secret part of the input is not in
  -- the digest, which could be guessed at, but hashed as a password is.
  drop table idempotency_record;
  create table idempotency_record (
    owner uuid not null,
    key text not null,
    command text not null,
    input_digest bytea not null,
    secret_hash text,
    result jsonb not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (owner, key)
  );
  create index idempotency_record_expiry on idempotency_record (expires_at);
`;

const sessions = `
  -- ip is where the person signed in, this is where the session was used last.
  alter table session add column last_seen_ip text;
  create index session_of_person on session (tenant_id, user_id, created_at);
  -- Whom an address belongs to as far as limits go: IPv4 as it is, IPv6 by its /64. Null for what is no address.
  create function network_of(address text) returns inet language plpgsql immutable as $$
    declare ip inet;
    begin
      ip := regexp_replace(address, '^::ffff:(?=[0-9]+\\.)', '', 'i');
      return case family(ip) when 6 then network(set_masklen(ip, 64)) else ip end;
    exception when invalid_text_representation then return null;
    end
  $$;
`;

const lastAdministrator = `
  -- Counts under the tenant's row lock: two administrators who demote each other at the same moment come one after the
  -- other, and the second is refused.
  create function demand_administrator() returns trigger language plpgsql as $$
    declare tenants uuid[];
    begin
      if tg_table_name = 'membership' then
        if old.role <> 'ADMIN' or (tg_op = 'UPDATE'
          and (new.role, new.tenant_id, new.user_id) = (old.role, old.tenant_id, old.user_id)) then return null; end if;
        tenants := array[old.tenant_id];
      else
        if old.status <> 'ACTIVE' or (tg_op = 'UPDATE' and new.status = 'ACTIVE') then return null; end if;
        tenants := array(select tenant_id from membership where user_id = old.id and role = 'ADMIN');
      end if;
      perform from tenant where id = any(tenants) order by id for no key update;
      if exists (select from unnest(tenants) t where not exists (
        select from membership m join app_user u on u.id = m.user_id
        where m.tenant_id = t and m.role = 'ADMIN' and u.status = 'ACTIVE'))
      then raise exception 'an organisation keeps one active administrator'
        using errcode = 'check_violation', constraint = 'last_administrator'; end if;
      return null;
    end
  $$;
  create trigger membership_keeps_administrator after update or delete on membership
    for each row execute function demand_administrator();
  create trigger user_keeps_administrator after update or delete on app_user
    for each row execute function demand_administrator();
`;
