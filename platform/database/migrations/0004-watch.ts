import { Migration } from "@mikro-orm/migrations";

/** What watching over jobs and workers needs: versions of payloads, suspects that are found at once, workers that stand still. */
export class Watch extends Migration {
  override up(): void {
    for (const statement of [jobs, workers, rule]) this.addSql(statement);
  }

  override isTransactional(): boolean {
    return true;
  }
}

const jobs = `
  alter table job add column payload_version int not null default 1 check (payload_version > 0);
  -- Jobs whose worker ended while they ran: they run alone, and are looked for on their own.
  create index job_suspect on job (due_at, id) where state = 'WAITING' and crashes > 0;
`;

const workers = `
  -- How long what it has begun has not moved.
  alter table worker_heartbeat add column stalled_seconds int not null default 0;
`;

// Organisations that have had their first rules already get the new one too.
const rule = `
  insert into alert_rule (id, tenant_id, name, signal, threshold, for_seconds)
  select uuid_v7(), id, 'Worker stands still', 'WORKER_STALL', 60, 0 from tenant where alert_rules_made_at is not null
  on conflict do nothing;
`;
