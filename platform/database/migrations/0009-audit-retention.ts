import { Migration } from "@mikro-orm/migrations";

/** How long the record is kept, and the two doings of its owner that come with it: months ahead, and months that are over. */
export class AuditRetention extends Migration {
  override up(): void {
    for (const statement of [settings, months, purge]) this.addSql(statement);
  }

  override isTransactional(): boolean {
    return true;
  }
}

const settings = `
  alter table installation
    -- Null: for ever.
    add column audit_retention_months int check (audit_retention_months between 3 and 1200),
    -- A legal hold: while it is set nothing is purged.
    add column audit_hold_reason text check (audit_hold_reason <> ''),
    add column audit_retention_version int not null default 1;
`;

const months = `
  -- Made beside the table and then attached: neither readers nor writers wait for it, as they would for "partition of".
  create or replace function audit_ensure_months(first date, last date) returns int language plpgsql security definer
    set search_path = public, pg_temp set lock_timeout = '2s' as $$
  declare
    month date := date_trunc('month', first);
    base text;
    part text;
    made int := 0;
  begin
    perform pg_advisory_xact_lock(hashtext('postwatch audit months'));
    while month <= last loop
      foreach base in array array['event', 'event_pii', 'event_text', 'event_leaf'] loop
        part := base || to_char(month, '_YYYY_MM');
        if to_regclass(part) is null then
          execute format('create table %I (like %I including defaults including constraints)', part, base);
          if base in ('event', 'event_leaf') then
            execute format('create trigger not_truncated before truncate on %I for each statement execute function refuse_change()', part);
          end if;
          execute format('alter table %I attach partition %I for values from (%L) to (%L)', base, part,
            month::timestamp at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
          made := made + 1;
        end if;
      end loop;
      month := month + interval '1 month';
    end loop;
    return made;
  end $$;
`;

const purge = `
  -- A month that is over by the installation's retention goes; its seals stay, and a row says what went. It judges by itself:
  -- whoever calls can neither shorten the retention of a call nor take a month that is not wholly proved.
  create function audit_purge_month(wanted date) returns table (chains bigint, seals bigint, entries bigint)
    language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '2s' as $$
  declare
    begins timestamptz := date_trunc('month', wanted)::timestamp at time zone 'UTC';
    ends timestamptz := (date_trunc('month', wanted) + interval '1 month')::timestamp at time zone 'UTC';
    label text := to_char(wanted, 'YYYY-MM');
    suffix text := to_char(wanted, '_YYYY_MM');
    kept int;
    hold text;
    leaves bigint;
    unsealed bigint;
    base text;
  begin
    perform pg_advisory_xact_lock(hashtext('postwatch audit months'));
    select audit_retention_months, audit_hold_reason into kept, hold from installation for share;
    if hold is not null then
      raise exception 'audit month %: a hold is set: %', label, hold using errcode = 'object_not_in_prerequisite_state';
    end if;
    if kept is null then
      raise exception 'audit month %: entries are kept for ever', label using errcode = 'object_not_in_prerequisite_state';
    end if;
    if ends + make_interval(months => greatest(kept, 3)) > now() then
      raise exception 'audit month %: entries are kept for % months', label, kept using errcode = 'object_not_in_prerequisite_state';
    end if;
    if to_regclass('event' || suffix) is null then
      raise exception 'audit month %: there is none', label using errcode = 'object_not_in_prerequisite_state';
    end if;

    select count(*), count(*) filter (where l.event_id is null) into entries, unsealed
      from event e left join event_leaf l on l.event_id = e.id and l.at = e.at and l.at >= begins and l.at < ends
      where e.at >= begins and e.at < ends;
    if unsealed > 0 then
      raise exception 'audit month %: % entries are not sealed yet', label, unsealed using errcode = 'object_not_in_prerequisite_state';
    end if;
    select count(*) into leaves from event_leaf l where l.at >= begins and l.at < ends;
    select count(distinct s.chain_id), count(*) into chains, seals from audit_seal s where s.month = begins::date;
    -- What was tampered with stays to be looked at.
    if leaves <> entries or entries <> (select coalesce(sum(s.last_seq - s.first_seq + 1), 0) from audit_seal s where s.month = begins::date) then
      raise exception 'audit month %: its entries are not those that were sealed; verify the record', label
        using errcode = 'object_not_in_prerequisite_state';
    end if;

    insert into audit_purge (chain_id, month, first_seal, last_seal, first_seq, last_seq, policy)
      select s.chain_id, s.month, min(s.number), max(s.number), min(s.first_seq), max(s.last_seq), 'kept for ' || kept || ' months'
      from audit_seal s where s.month = begins::date group by s.chain_id, s.month;
    -- Notes of entries that are gone: words to be made anew after an erasure, or news that nobody took.
    delete from pending_seal p where p.at >= begins and p.at < ends;
    delete from pending_event p where p.at >= begins and p.at < ends;
    foreach base in array array['event_text', 'event_pii', 'event_leaf', 'event'] loop
      execute format('drop table %I', base || suffix);
    end loop;
    return next;
  end $$;
`;
