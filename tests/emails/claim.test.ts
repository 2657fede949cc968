import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { claimMessages } from "../../domain/emails/index.js";
import { newId } from "../../domain/ids.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { endAllCampaigns, LedgerLane, LEASE_SECONDS } from "../support/ledger-lane.js";
import { messageStates, seedCampaign, type SeededCampaign } from "../support/ledger-seed.js";

let db: TestDatabase;
let lane: LedgerLane;
beforeAll(async () => {
  db = await freshDatabase({ poolSize: 12 });
  lane = new LedgerLane(db);
});
afterAll(() => db.close());
beforeEach(() => endAllCampaigns(db));

const states = (campaign: SeededCampaign) => messageStates(db.database, campaign.campaignId);

describe("claim", () => {
  it("takes due messages under a lease, with what is needed to render them", async () => {
    const { campaign, message } = await lane.claimOne(3);
    expect(message).toMatchObject({
      tenant_id: campaign.tenantId,
      campaign_id: campaign.campaignId,
      version_id: campaign.versionId,
      step_id: campaign.stepIds[0],
      state: "SENDING",
      attempt: 1,
      custom_fields: {},
    });
    expect(message.email).toMatch(/^lead-\d@example\.org$/);
    expect(await states(campaign)).toEqual({ QUEUED: 2, SENDING: 1 });
    expect(await lane.row(message)).toMatchObject({ lease_owner: lane.owner, attempt: 1, intent_at: null });
    expect(await lane.events(message)).toEqual(["claimed"]);
  });

  it("J16 gives a tenant with one campaign every second claim beside a tenant with fifty", async () => {
    const small = await seedCampaign(db.database, { leads: 300 });
    const large = await seedCampaign(db.database, { leads: 100 });
    for (let n = 1; n < 50; n += 1) await seedCampaign(db.database, { leads: 100, tenantId: large.tenantId });
    let ofSmall = 0;
    for (let n = 0; n < 100; n += 1) {
      const [first] = await claimMessages(db.database, [newId()], 2, LEASE_SECONDS);
      if (first!.tenant_id === small.tenantId) ofSmall += 1;
    }
    // By campaign it would be two of a hundred; by tenant fifty, and fewer than 25 once in ten million runs.
    expect(ofSmall).toBeGreaterThan(25);
    expect(ofSmall).toBeLessThan(75);
  });

  it("hands each message to one lane only, however many ask at once", async () => {
    const campaign = await seedCampaign(db.database, { leads: 200 });
    const batches = await Promise.all(
      Array.from({ length: 40 }, async (_, n) =>
        claimMessages(db.database, [newId()], 1 + (n % 10), LEASE_SECONDS),
      ),
    );
    const ids = batches.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const claimed = (await states(campaign)).SENDING;
    expect(claimed).toBe(ids.length);
    const counts = await db.sql<{ n: number }>(
      "select count(*) as n from message_event where campaign_id = $1 and type = 'claimed' group by message_id",
      [campaign.campaignId],
    );
    expect(counts.every(({ n }) => Number(n) === 1)).toBe(true);
  });

  it.each(["DRAFT", "SCHEDULED", "PAUSED", "HALTED", "COMPLETED", "CANCELLED", "ARCHIVED"] as const)(
    "takes nothing of a campaign that is %s",
    async (status) => {
      const campaign = await seedCampaign(db.database, { leads: 2, status });
      expect(await lane.claim()).toEqual([]);
      expect(await states(campaign)).toEqual({ QUEUED: 2 });
    },
  );

  it("takes nothing while the tenant or the installation is frozen", async () => {
    const campaign = await seedCampaign(db.database, { leads: 1 });
    await db.sql("update tenant set frozen_at = now(), freeze_reason = 'a test' where id = $1", [
      campaign.tenantId,
    ]);
    expect(await lane.claim()).toEqual([]);
    await db.sql("update tenant set frozen_at = null, freeze_reason = null where id = $1", [
      campaign.tenantId,
    ]);
    await db.sql("update installation set frozen_at = now(), freeze_reason = 'a test'");
    expect(await lane.claim()).toEqual([]);
    await db.sql("update installation set frozen_at = null, freeze_reason = null");
    expect(await lane.claim()).toHaveLength(1);
  });

  it("takes nothing that is planned or not yet due", async () => {
    const campaign = await seedCampaign(db.database, { leads: 2 });
    await db.sql("update message set due_at = now() + interval '1 minute' where campaign_id = $1", [
      campaign.campaignId,
    ]);
    const planned = await seedCampaign(db.database, { leads: 2, state: "PLANNED" });
    expect(await lane.claim()).toEqual([]);
    expect([await states(campaign), await states(planned)]).toEqual([{ QUEUED: 2 }, { PLANNED: 2 }]);
  });

  it("J14: skips a lead that is suppressed, by address or by mailability, and says why", async () => {
    const campaign = await seedCampaign(db.database, { leads: 3 });
    await db.sql(
      `insert into suppression (id, tenant_id, email_hash, reason, source)
       select uuid_v7(), tenant_id, email_hash, 'MANUAL', 'test' from lead where tenant_id = $1 and email = 'lead-1@example.org'`,
      [campaign.tenantId],
    );
    await db.sql(
      "update lead set mailability = 'BOUNCED' where tenant_id = $1 and email = 'lead-2@example.org'",
      [campaign.tenantId],
    );
    const claimed = await lane.claim();
    expect(claimed.filter(({ state }) => state === "SENDING").map(({ email }) => email)).toEqual([
      "lead-3@example.org",
    ]);
    expect(await states(campaign)).toEqual({ SENDING: 1, "SKIPPED SUPPRESSED": 2 });
    const skipped = claimed.find(({ state }) => state === "SKIPPED")!;
    expect(await lane.events(skipped)).toEqual(["skipped"]);
    expect(await lane.row(skipped)).toMatchObject({ lease_owner: null, attempt: 0 });
    const enrollments = await db.sql(
      "select state, skip_reason, count(*)::int from enrollment where campaign_id = $1 group by 1, 2 order by 1",
      [campaign.campaignId],
    );
    expect(enrollments).toEqual([
      { state: "ACTIVE", skip_reason: null, count: 1 },
      { state: "SKIPPED", skip_reason: "SUPPRESSED", count: 2 },
    ]);
  });

  it("a suppression that was lifted does not count", async () => {
    const campaign = await seedCampaign(db.database, { leads: 1 });
    await db.sql(
      `insert into suppression (id, tenant_id, email_hash, reason, source, lifted_at)
       select uuid_v7(), tenant_id, email_hash, 'MANUAL', 'test', now() from lead where tenant_id = $1`,
      [campaign.tenantId],
    );
    expect(await lane.claim()).toMatchObject([{ state: "SENDING" }]);
  });

  it("takes a lead whose enrollment was stopped off the queue with the reason", async () => {
    const campaign = await seedCampaign(db.database, { leads: 1 });
    await db.sql("update enrollment set state = 'STOPPED', stop_reason = 'REPLIED' where campaign_id = $1", [
      campaign.campaignId,
    ]);
    expect(await lane.claim()).toMatchObject([{ state: "CANCELLED" }]);
    expect(await states(campaign)).toEqual({ "CANCELLED REPLIED": 1 });
  });

  it("serves a small campaign next to a large one", async () => {
    await seedCampaign(db.database, { leads: 300 });
    const small = await seedCampaign(db.database, { leads: 3 });
    for (let n = 0; n < 40 && (await states(small)).QUEUED; n += 1) await lane.claim(5);
    expect(await states(small)).toEqual({ SENDING: 3 });
  });
});
