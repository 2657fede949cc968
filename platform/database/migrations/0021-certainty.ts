import { Migration } from "@mikro-orm/migrations";

/** Who has settled what was uncertain. */
export class Certainty extends Migration {
  override up(): void {
    this.addSql(events);
    this.addSql(uncertain);
  }

  override isTransactional(): boolean {
    return true;
  }
}

// No reference: a person is erased, what they have decided stays.
const events = `
  alter table message_event add column actor_id uuid;
`;

// Few rows, and looked for in all organisations every ten minutes.
const uncertain = `
  create index message_uncertain on message (tenant_id, campaign_id, id) where state = 'UNCERTAIN';
`;
