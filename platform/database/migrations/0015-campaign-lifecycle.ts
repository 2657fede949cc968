import { Migration } from "@mikro-orm/migrations";

/** When a campaign is to be launched and who said so; and who edited it last, for organisations that ask for four eyes. */
export class CampaignLifecycle extends Migration {
  override up(): void {
    this.addSql(lifecycle);
  }

  override isTransactional(): boolean {
    return true;
  }
}

const lifecycle = `
  -- Nothing could be scheduled before: such a row was made by hand and has no time.
  update campaign set status = 'DRAFT' where status = 'SCHEDULED';
  alter table campaign add column scheduled_at timestamptz, add column scheduled_by uuid, add column updated_by uuid,
    add constraint campaign_scheduled_says_when check ((status = 'SCHEDULED') = (scheduled_at is not null));
  create index campaign_scheduled on campaign (scheduled_at) where status = 'SCHEDULED';
`;
