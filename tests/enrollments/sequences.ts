import { isDeepStrictEqual } from "node:util";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import {
  accountingOf,
  createCampaign,
  FIRST_BATCH,
  launchCampaign,
  planAudience,
} from "../../domain/campaigns/index.js";
import { releaseDueMessages } from "../../domain/emails/index.js";
import type { Id } from "../../domain/ids.js";
import { createLead } from "../../domain/leads/index.js";
import type { Operation } from "../../domain/operation.js";
import type { Lanes } from "../../worker/emails/lanes.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { endAllCampaigns } from "../support/ledger-lane.js";
import { messageStates } from "../support/ledger-seed.js";
import { lanesFor } from "../support/mail-run.js";
import { organisation, type Organisation } from "../support/organisation.js";
import { startSmtpSink, type SmtpSink, type SmtpSinkOptions } from "../support/smtp-sink.js";

export const STEPS = [
  { delayMinutes: 0, subject: "First", html: "<p>Hello</p>" },
  { delayMinutes: 60, subject: "Second", html: "<p>Again</p>" },
];

/** Campaigns that were really launched, and real lanes that mail them; made once, at the top of a file. */
export class Sequences {
  db!: TestDatabase;
  org!: Organisation;
  sink!: SmtpSink;
  private lanes: Lanes[] = [];

  constructor() {
    beforeAll(async () => {
      this.db = await freshDatabase({ poolSize: 14 });
      this.org = await organisation(this.db);
    });
    afterEach(async () => {
      await this.stopLanes();
      await this.sink?.stop();
      await endAllCampaigns(this.db);
    });
    afterAll(() => this.db.close());
  }

  get admin(): Operation {
    return this.org.as("ADMIN");
  }

  /** Ids by address; who is there already is found. */
  async leads(addresses: readonly string[], timezone?: string): Promise<Map<string, Id>> {
    for (const email of addresses)
      await this.admin.run(createLead, { email, timezone }).catch(() => undefined);
    const rows = await this.db.sql<{ id: Id; email: string }>(
      "select id, email from lead where tenant_id = $1 and email = any($2)",
      [this.admin.tenantId, addresses],
    );
    return new Map(rows.map(({ id, email }) => [email, id]));
  }

  async launch(leadIds: readonly Id[], fields: object = {}): Promise<Id> {
    const { campaignId } = await this.admin.run(createCampaign, {
      name: "Spring",
      fromName: "Ada",
      fromEmail: "ada@example.com",
      steps: STEPS,
      audience: { leadIds },
      ...fields,
    });
    await this.admin.run(launchCampaign, { campaignId });
    await this.plan(campaignId);
    return campaignId;
  }

  async plan(campaignId: Id): Promise<void> {
    const job = this.org.asJob("campaigns.plan");
    for (let after: string | null = FIRST_BATCH; after !== null;)
      after = (await job.run(planAudience, { campaignId, after })).last;
  }

  async mail(options: SmtpSinkOptions = {}, lanes = 4): Promise<void> {
    this.sink = await startSmtpSink(options);
    this.lanes.push(lanesFor(this.db, this.sink.url, { lanes }));
  }

  async stopLanes(): Promise<void> {
    await Promise.all(this.lanes.map((lanes) => lanes.stop()));
    this.lanes = [];
  }

  /** Until the ledger says so, e.g. { SENT: 3, PLANNED: 2 }; fails where it never does. Without `wanted`: what it says now. */
  async states(campaignId: Id, wanted?: Readonly<Record<string, number>>): Promise<Record<string, number>> {
    const look = () => messageStates(this.db.database, campaignId);
    if (wanted === undefined) return look();
    const isSo = (states: Record<string, number>) => isDeepStrictEqual(states, wanted);
    const states = await eventually(look, isSo, 15_000).catch(look);
    expect(states).toEqual(wanted);
    return states;
  }

  /** As if the time of what is planned had come, and the minute's tick with it. */
  async comesDue(campaignId: Id): Promise<void> {
    await this.db.sql("update message set due_at = now() where campaign_id = $1 and state = 'PLANNED'", [
      campaignId,
    ]);
    await releaseDueMessages(this.db.database, 1000);
  }

  async place(campaignId: Id, leadId: Id) {
    const [row] = await this.db.sql<Record<string, string | null>>(
      `select e.state, e.stop_reason, e.paused_until, l.stage from enrollment e join lead l on l.id = e.lead_id
       where e.campaign_id = $1 and e.lead_id = $2`,
      [campaignId, leadId],
    );
    return row!;
  }

  /** Buckets as "STOPPED REPLIED": 1; they are summed by the accounting itself. */
  async buckets(campaignId: Id): Promise<Record<string, number>> {
    const accounting = (await accountingOf(this.admin, this.admin.scope, [campaignId])).get(campaignId)!;
    return Object.fromEntries(
      accounting.buckets.map(({ bucket, reason, count }) => [
        [bucket, reason].filter(Boolean).join(" "),
        count,
      ]),
    );
  }

  /** Subjects by address, of what the mail server has accepted. */
  received(): Record<string, string[]> {
    const got: Record<string, string[]> = {};
    for (const { to, subject } of this.sink.accepted) (got[to[0]!] ??= []).push(subject);
    return got;
  }
}
