import type { FrozenContent } from "#domain/campaigns/index.js";
import { newId, type Id } from "#domain/ids.js";
import { Database } from "#platform/database/database.js";
import { FROM, HTML, SUBJECT, TEXT } from "./contestant.js";

/** Campaigns as launch and planner leave them behind, in a database of the bench's own. */
export class Ledger {
  private constructor(
    readonly database: Database,
    private readonly tenantId: Id,
  ) {}

  static async open(databaseUrl: string): Promise<Ledger> {
    const database = await Database.open(databaseUrl, {
      poolSize: 4,
      statementTimeoutMs: 300_000,
      applicationName: "bench",
    });
    const tenantId = newId();
    await database.pool.query("insert into tenant (id, name, slug) values ($1, 'Bench', $2)", [
      tenantId,
      `bench-${tenantId}`,
    ]);
    return new Ledger(database, tenantId);
  }

  async run(text: string, values: unknown[]): Promise<void> {
    await this.database.pool.query(text, values);
  }

  /** Paused, with a mail that is due for each of `count` people. @returns its id */
  async campaign(count: number): Promise<Id> {
    const [campaignId, versionId, stepId] = [newId(), newId(), newId()];
    const step = {
      id: stepId,
      position: 1,
      delayMinutes: 0,
      subject: SUBJECT,
      html: HTML,
      text: TEXT,
      variants: [],
    };
    const content: FrozenContent = {
      fromName: FROM.name,
      fromEmail: FROM.address,
      replyTo: null,
      postalAddress: null,
      steps: [step],
    };
    await this.run(
      `insert into campaign (id, tenant_id, name, from_name, from_email, audience, status, launched_at, planned_at)
       values ($1, $2, 'Bench', $3, $4, '{"listIds":[],"segmentIds":[],"leadIds":[]}', 'PAUSED', now(), now())`,
      [campaignId, this.tenantId, FROM.name, FROM.address],
    );
    await this.run(
      "insert into step (id, tenant_id, campaign_id, position, delay_minutes, subject, html, text) values ($1, $2, $3, 1, 0, $4, $5, $6)",
      [stepId, this.tenantId, campaignId, SUBJECT, HTML, TEXT],
    );
    await this.run(
      "insert into campaign_version (id, tenant_id, campaign_id, n, content) values ($1, $2, $3, 1, $4)",
      [versionId, this.tenantId, campaignId, JSON.stringify(content)],
    );
    await this.run("update campaign set launched_version_id = $2 where id = $1", [campaignId, versionId]);
    await this.run(
      `with people as (
         insert into lead (id, tenant_id, email, email_canonical, email_hash, first_name, source)
         select uuid_v7(), $1, address, address, sha256(convert_to(address, 'UTF8')), 'Lead ' || n, 'bench'
         from generate_series(0, $4::int - 1) n, lateral (select 'lead-' || n || '@example.org' as address) a
         on conflict (tenant_id, email_canonical) do update set updated_at = now() returning id),
       enrolled as (
         insert into enrollment (id, tenant_id, campaign_id, lead_id, state)
         select uuid_v7(), $1, $2, id, 'ACTIVE' from people returning id, lead_id)
       insert into message (id, tenant_id, campaign_id, version_id, enrollment_id, step_id, step_position, lead_id, state, planned_at, due_at)
       select uuid_v7(), $1, $2, $3, id, $5, 1, lead_id, 'QUEUED', now(), now() from enrolled`,
      [this.tenantId, campaignId, versionId, count, stepId],
    );
    await this.run("analyze message, enrollment, lead", []);
    return campaignId;
  }

  async isOpen(campaignId: Id): Promise<boolean> {
    const { rowCount } = await this.database.pool.query(
      "select from message where campaign_id = $1 and state in ('PLANNED', 'QUEUED', 'SENDING', 'DEFERRED') limit 1",
      [campaignId],
    );
    return rowCount! > 0;
  }

  close(): Promise<void> {
    return this.database.close();
  }
}
