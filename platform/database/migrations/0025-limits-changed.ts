import { Migration } from "@mikro-orm/migrations";

/** A plan may be made anew because a limit that campaigns share has changed. */
export class LimitsChanged extends Migration {
  override up(): void {
    // Rows that are there were checked by the narrower one.
    this.addSql(`alter table enrollment drop constraint enrollment_replanned_for_check,
      add constraint enrollment_replanned_for_check check (replanned_for in ('EDITED', 'NOT_NOW', 'LIMITS')) not valid`);
  }

  override isTransactional(): boolean {
    return true;
  }
}
