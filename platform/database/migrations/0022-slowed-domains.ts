import { Migration } from "@mikro-orm/migrations";

/** Destination domains that have asked for less mail. */
export class SlowedDomains extends Migration {
  override up(): void {
    this.addSql(slowed);
  }

  override isTransactional(): boolean {
    return true;
  }
}

const slowed = `
  -- A domain that has answered with 421 or 4.7.x gets so much an hour from then on; each hour twice as much.
  alter table pace add column slowed_per_hour int, add column slowed_at timestamptz;
`;
