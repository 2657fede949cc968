import type { Id } from "../../domain/ids.js";
import type { TestDatabase } from "./database.js";
import { seedCampaign, type SeededCampaign, type SeedOptions } from "./ledger-seed.js";

export interface UncertainCampaign extends SeededCampaign {
  /** In the order of their ids. */
  readonly messageIds: readonly Id[];
}

/** A running campaign whose first messages are UNCERTAIN, as lanes leave them that got no answer after the last dot. */
export async function uncertainCampaign(
  db: TestDatabase,
  options: Partial<SeedOptions> = {},
): Promise<UncertainCampaign> {
  const campaign = await seedCampaign(db.database, { leads: 1, ...options });
  const rows = await db.sql<{ id: Id }>(
    `with moved as (
       update message set state = 'UNCERTAIN', reason = 'NO_ANSWER', attempt = 1, claimed_at = now() - interval '2 minutes',
         intent_at = now() - interval '1 minute', message_id_header = '<' || id || '@postwatch.example>', variant = 0,
         body_digest = sha256(id::text::bytea), server_reply = 'no answer', updated_at = now()
       where campaign_id = $1 returning id, tenant_id, campaign_id),
     noted as (
       insert into message_event (tenant_id, campaign_id, message_id, type, source, evidence)
       select tenant_id, campaign_id, id, type, 'lane', evidence from moved
         cross join (values (1, 'claimed', null), (2, 'uncertain', 'no answer')) t (place, type, evidence) order by id, place)
     select id from moved order by id`,
    [campaign.campaignId],
  );
  return { ...campaign, messageIds: rows.map(({ id }) => id) };
}
