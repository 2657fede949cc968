import { campaignChannel, type CampaignHint } from "../../../domain/channels.js";
import type { Id } from "../../../domain/ids.js";
import type { Api } from "../../support/api.js";
import { makeTeam } from "../../support/database.js";
import { seedCampaign } from "../../support/ledger-seed.js";

/** A running campaign of a team that never rests: its subscribers get an event about four times a second. */
export interface BusyCampaign {
  readonly teamId: Id;
  readonly campaignId: Id;
  rest(): void;
}

export async function busyCampaign(api: Api): Promise<BusyCampaign> {
  const teamId = await makeTeam(api.db.database, api.tenantId);
  const { campaignId } = await seedCampaign(api.db.database, { leads: 1, tenantId: api.tenantId });
  await api.db.sql("update campaign set team_id = $2 where id = $1", [campaignId, teamId]);
  const hint: CampaignHint = { campaignId, messageId: null };
  const beat = setInterval(() => api.bus.publish(campaignChannel(campaignId), hint), 50);
  return { teamId, campaignId, rest: () => clearInterval(beat) };
}
