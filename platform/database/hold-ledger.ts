import type { OwnerQuery } from "./app-role.js";

/** What lanes read and write, and migrations change; whoever only refers to an organisation or a lead keeps its readers working. */
const REFERRED_TO = ["tenant", "lead"];
// In the order of a claim, so that the most frequent of all waits before it holds anything.
const CHANGED = [
  "campaign",
  "campaign_version",
  "step",
  "campaign_pace",
  "message",
  "message_event",
  "enrollment",
  "pace",
  "installation",
];
/** So long for one table, in milliseconds: for all of them together less than PostgreSQL waits before it ends one of a circle (1 s). */
const PATIENCE = 70;
const PAUSE_SECONDS = 0.2;
const MOST_SECONDS = 60;

const names = (tables: readonly string[]): string => `'{${tables.join(",")}}'::text[]`;

/**
 * Takes the tables of the ledger for the transaction of the migrations, all or none: lanes take them in more than one order, so
 * that there is none in which waiting for one while holding another could not end in a circle. What cannot be had at once is
 * let go again, and mail goes on meanwhile. Tables that are not there yet are left out.
 * @throws when it has not got them within a minute
 */
export async function holdLedger(query: OwnerQuery, mostSeconds = MOST_SECONDS): Promise<void> {
  await query(`do $hold$
    declare
      own_timeout text := current_setting('lock_timeout');
      referred_to text := (select string_agg(format('%I', t), ', ' order by n) from unnest(${names(REFERRED_TO)}) with ordinality x(t, n) where to_regclass(t) is not null);
      changed text := (select string_agg(format('%I', t), ', ' order by n) from unnest(${names(CHANGED)}) with ordinality x(t, n) where to_regclass(t) is not null);
    begin
      loop
        begin
          perform set_config('lock_timeout', '${PATIENCE}ms', true);
          if referred_to is not null then execute 'lock table ' || referred_to || ' in share row exclusive mode'; end if;
          if changed is not null then execute 'lock table ' || changed || ' in access exclusive mode'; end if;
          perform set_config('lock_timeout', own_timeout, true);
          return;
        exception when lock_not_available or deadlock_detected then
          if clock_timestamp() > now() + interval '${mostSeconds} seconds' then
            raise exception 'The ledger was in use for ${mostSeconds} seconds; nothing was migrated. Stop the workers, and migrate again.';
          end if;
        end;
        perform pg_sleep(${PAUSE_SECONDS});
      end loop;
    end $hold$`);
}
