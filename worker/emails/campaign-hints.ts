import { campaignChannel, type Bus, type CampaignHint } from "#domain/channels.js";
import type { Id } from "#domain/ids.js";

/** At most this often a process says that a campaign has news. */
const EVERY_MS = 200;

/** Gathers what the lanes did and publishes one hint a campaign and interval. */
export class CampaignHints {
  private readonly news = new Map<Id, Id | null>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly bus: Bus) {}

  note(campaignId: Id, messageId: Id | null): void {
    this.news.set(campaignId, messageId);
    this.timer ??= setTimeout(() => this.flush(), EVERY_MS);
  }

  flush(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    for (const [campaignId, messageId] of this.news) {
      const hint: CampaignHint = { campaignId, messageId };
      this.bus.publish(campaignChannel(campaignId), hint);
    }
    this.news.clear();
  }
}
