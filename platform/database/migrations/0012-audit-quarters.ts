import { Migration } from "@mikro-orm/migrations";

/** How many entries there were, counted once: the volume over years is not read from millions of rows. */
export class AuditQuarters extends Migration {
  override up(): void {
    this.addSql(quarters);
  }

  override isTransactional(): boolean {
    return true;
  }
}

const quarters = `
  -- Sealed entries of a quarter of an hour, which is what every time zone's hours are made of; counted by the sealer.
  create table audit_quarter (
    chain_id uuid not null,
    begins_at timestamptz not null,
    count bigint not null,
    denied bigint not null,
    failed bigint not null,
    primary key (chain_id, begins_at)
  );
  insert into audit_quarter (chain_id, begins_at, count, denied, failed)
    select l.chain_id, date_bin('15 minutes', l.at, 'epoch'), count(*),
      count(*) filter (where e.outcome = 'DENIED'), count(*) filter (where e.outcome = 'FAILED')
    from event_leaf l join event e on e.id = l.event_id and e.at = l.at group by 1, 2;
`;
