import { Migration } from "@mikro-orm/migrations";

/** Who was asked last what became of mail in doubt. */
export class Evidence extends Migration {
  override up(): void {
    // {"sources": ["mail catcher"], "unreachable": [], "at": "…"}; null: nobody yet.
    this.addSql("alter table installation add column evidence jsonb");
  }

  override isTransactional(): boolean {
    return true;
  }
}
