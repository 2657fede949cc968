import { Migration } from "@mikro-orm/migrations";

/** What the workers know together of the database's absences. */
export class LeaseWatch extends Migration {
  override up(): void {
    this.addSql(watch);
  }

  override isTransactional(): boolean {
    return true;
  }
}

const watch = `
  -- One row: when a worker last heard of the database, and until when no lease is swept because none had.
  create table lease_watch (
    is_only boolean primary key default true check (is_only),
    seen_at timestamptz,
    calm_until timestamptz
  );
  insert into lease_watch default values;
`;
