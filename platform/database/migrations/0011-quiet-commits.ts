import { Migration } from "@mikro-orm/migrations";

/** Whoever has written events wakes the relay after the commit (platform/database/relay-bell.ts); a NOTIFY in it has all commits wait for one another. */
export class QuietCommits extends Migration {
  override up(): void {
    this.addSql("drop trigger pending_event_wakes_relay on pending_event");
  }

  override isTransactional(): boolean {
    return true;
  }
}
