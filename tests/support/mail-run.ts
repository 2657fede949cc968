import { afterAll, afterEach, beforeAll } from "vitest";
import type { Bus, CampaignHint } from "../../domain/channels.js";
import type { Id } from "../../domain/ids.js";
import { createLogger } from "../../platform/logger.js";
import { startLanes, type Lanes, type LanesOptions } from "../../worker/emails/lanes.js";
import { freshDatabase, type TestDatabase } from "./database.js";
import { eventually } from "./eventually.js";
import { messageStates, seedCampaign, type SeededCampaign, type SeedOptions } from "./ledger-seed.js";
import { startSmtpSink, type SmtpSink, type SmtpSinkOptions } from "./smtp-sink.js";

/** Lanes in the test's own process, quick to notice a lost one. */
export function lanesFor(
  db: TestDatabase,
  smtpUrl: string,
  options: Partial<LanesOptions> = {},
): Lanes & { readonly hints: CampaignHint[] } {
  const hints: CampaignHint[] = [];
  const bus: Bus = {
    publish: (_, hint) => void hints.push(hint as CampaignHint),
    subscribe() {
      throw new Error("lanes do not listen");
    },
  };
  const lanes = startLanes({
    database: db.database,
    smtpUrl,
    publicUrl: "https://mail.example.org",
    bus,
    log: createLogger("worker", "fatal"),
    lanes: 4,
    leaseSeconds: 2,
    ...options,
  });
  return Object.assign(lanes, { hints });
}

const OPEN = ["PLANNED", "QUEUED", "DEFERRED", "SENDING"];

/** Waits until nothing of the campaign is still to be sent. @returns its states */
export function settled(
  db: TestDatabase,
  campaignId: Id,
  timeoutMs = 60_000,
): Promise<Record<string, number>> {
  return eventually(
    () => messageStates(db.database, campaignId),
    (states) => !OPEN.some((state) => state in states),
    timeoutMs,
  );
}

/** What the ledger says of a campaign against what the mail server has seen. */
export async function compare(db: TestDatabase, campaignId: Id, sink: SmtpSink) {
  const rows = await db.sql<{ state: string; messageId: string | null; email: string }>(
    `select m.state, m.message_id_header as "messageId", l.email
     from message m join lead l on l.id = m.lead_id where m.campaign_id = $1`,
    [campaignId],
  );
  const seen = new Map<string, number>();
  for (const { to } of sink.accepted)
    for (const address of to) seen.set(address, (seen.get(address) ?? 0) + 1);
  const uncertain = rows.filter(({ state }) => state === "UNCERTAIN");
  const sent = rows.filter(({ state }) => state === "SENT");
  const known = new Set(rows.map(({ messageId }) => messageId));
  return {
    leads: rows.length,
    accepted: sink.accepted.length,
    sent: sent.length,
    uncertain: uncertain.length,
    uncertainAccepted: uncertain.filter(({ email }) => seen.has(email)).length,
    twice: [...seen].filter(([, count]) => count > 1).map(([address]) => address),
    /** SENT, but the mail server does not know it. */
    invented: sent.filter(({ email }) => !seen.has(email)).length,
    /** Neither with the mail server nor listed as UNCERTAIN. */
    missing: rows.filter(({ email, state }) => !seen.has(email) && state !== "UNCERTAIN").length,
    /** With the mail server under a Message-ID that the ledger does not have. */
    foreign: sink.accepted.filter(({ messageId }) => !known.has(messageId)).length,
  };
}

/** lead-7@example.org → 7 */
export const numberOf = (address: string): number => Number(/\d+/.exec(address)![0]);

/** Campaigns, a mail server and lanes between them for the tests of one file; made once, at its top. */
export class MailRun {
  db!: TestDatabase;
  sink!: SmtpSink;
  running: Lanes[] = [];

  constructor() {
    beforeAll(async () => {
      this.db = await freshDatabase({ poolSize: 12 });
    });
    afterEach(async () => {
      await Promise.all(this.running.map((lanes) => lanes.stop()));
      this.running = [];
      await this.sink.stop();
      await this.db.sql("update campaign set status = 'COMPLETED'");
    });
    afterAll(() => this.db.close());
  }

  /** Starts the mail server, seeds a campaign, then starts the lanes. */
  async mailing(
    seed: SeedOptions,
    server: SmtpSinkOptions = {},
    options: Partial<LanesOptions> = {},
  ): Promise<SeededCampaign & { lanes: ReturnType<typeof lanesFor> }> {
    this.sink = await startSmtpSink(server);
    const campaign = await seedCampaign(this.db.database, seed);
    const lanes = lanesFor(this.db, this.sink.url, options);
    this.running.push(lanes);
    return { ...campaign, lanes };
  }

  states(campaignId: Id): Promise<Record<string, number>> {
    return messageStates(this.db.database, campaignId);
  }

  async setStatus(campaignId: Id, status: string): Promise<void> {
    await this.db.sql("update campaign set status = $2 where id = $1", [campaignId, status]);
  }
}
