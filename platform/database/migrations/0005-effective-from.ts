import { Migration } from "@mikro-orm/migrations";

/** From when on the times of a schedule count, also for a worker that starts later. */
export class EffectiveFrom extends Migration {
  override up(): void {
    this.addSql(schedules);
  }

  override isTransactional(): boolean {
    return true;
  }
}

const schedules = `
  -- When it was resumed or its times were changed last; null: never.
  alter table schedule_setting add column effective_from timestamptz;
`;
