import {
  claimMessages,
  intendMessage,
  recordOutcome,
  type ClaimedMessage,
  type Intent,
  type LaneOutcome,
  type LedgerOutcome,
  type NextStep,
} from "../../domain/emails/index.js";
import { newId, type Id } from "../../domain/ids.js";
import type { TestDatabase } from "./database.js";
import { seedCampaign, type SeededCampaign } from "./ledger-seed.js";

export const LEASE_SECONDS = 30;

/** What a suppression does in one transaction; $1 is the lead. */
export const SUPPRESS = `with s as (insert into suppression (id, tenant_id, email_hash, email, reason, source)
    select uuid_v7(), tenant_id, email_hash, email, 'UNSUBSCRIBED', 'test' from lead where id = $1)
  update lead set mailability = 'UNSUBSCRIBED' where id = $1`;

/** A lane by hand: each step of a message's way to the mail server when the test says so. */
export class LedgerLane {
  readonly owner = newId();

  constructor(private readonly db: TestDatabase) {}

  claim(limit = 10, owner = this.owner): Promise<ClaimedMessage[]> {
    return claimMessages(this.db.database, [owner], limit, LEASE_SECONDS);
  }

  intend(message: ClaimedMessage, change: Partial<Intent> = {}): Promise<boolean> {
    return intendMessage(this.db.database, {
      messageId: message.id,
      owner: this.owner,
      attempt: message.attempt,
      leadId: message.lead_id,
      messageIdHeader: `<${message.id}@example.org>`,
      variant: 0,
      bodyDigest: Buffer.from("digest"),
      leaseSeconds: LEASE_SECONDS,
      ...change,
    });
  }

  record(
    message: ClaimedMessage,
    outcome: LedgerOutcome | LaneOutcome,
    options: { next?: NextStep; owner?: Id; attempt?: number } = {},
  ): Promise<string | null> {
    const { next = null, owner = this.owner, attempt = message.attempt } = options;
    const fence = { messageId: message.id, owner, attempt };
    return recordOutcome(this.db.database, fence, outcome, { next, retryDelaySeconds: 30 });
  }

  /** A new campaign and its first message, claimed. */
  async claimOne(leads = 1, steps = 1): Promise<{ campaign: SeededCampaign; message: ClaimedMessage }> {
    const campaign = await seedCampaign(this.db.database, {
      leads,
      steps: Array.from({ length: steps }, () => ({})),
    });
    const [message] = await this.claim(1);
    return { campaign, message: message! };
  }

  /** A new campaign and its first message, claimed and intended. */
  async intendOne(steps = 1): Promise<{ campaign: SeededCampaign; message: ClaimedMessage }> {
    const claimed = await this.claimOne(1, steps);
    if (!(await this.intend(claimed.message))) throw new Error("The intent was refused.");
    return claimed;
  }

  /** Lets the lease of a message run out. */
  async expire(message: { id: Id }): Promise<void> {
    await this.db.sql("update message set lease_until = now() - interval '1 ms' where id = $1", [message.id]);
  }

  async row(message: { id: Id }): Promise<Record<string, unknown>> {
    return (
      await this.db.sql<Record<string, unknown>>("select * from message where id = $1", [message.id])
    )[0]!;
  }

  async events(message: { id: Id }): Promise<string[]> {
    const rows = await this.db.sql<{ type: string }>(
      "select type from message_event where message_id = $1 order by seq",
      [message.id],
    );
    return rows.map(({ type }) => type);
  }

  /** The lead's place in a campaign of one lead. */
  async enrollment(campaign: SeededCampaign): Promise<Record<string, unknown>> {
    const rows = await this.db.sql<Record<string, unknown>>(
      "select * from enrollment where campaign_id = $1",
      [campaign.campaignId],
    );
    return rows[0]!;
  }
}

/** Ends what earlier tests of a file have left running, so that a claim meets only the test's own campaigns. */
export async function endAllCampaigns(db: TestDatabase): Promise<void> {
  await db.sql("update campaign set status = 'COMPLETED', scheduled_at = null");
  await db.sql("update installation set frozen_at = null, freeze_reason = null");
}
