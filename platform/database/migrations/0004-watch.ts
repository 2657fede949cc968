import { Migration } from "@mikro-orm/migrations";

/** What watching over jobs and workers needs: versions of payloads, and suspects that are found at once. */
export class Watch extends Migration {
  override up(): void {
    for (const statement of [jobs]) this.addSql(statement);
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
