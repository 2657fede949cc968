import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  claimMessages,
  intendMessage,
  messagesInFlight,
  reapExpiredMessages,
  recordOutcome,
  releaseDueMessages,
  releaseMessages,
  renewLeases,
  type ClaimedMessage,
  type Intent,
  type LaneOutcome,
  type LedgerOutcome,
  type NextStep,
} from "../../domain/emails/index.js";
import { newId, type Id } from "../../domain/ids.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { messageStates, seedCampaign, type SeededCampaign } from "../support/ledger-seed.js";

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase({ poolSize: 12 });
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.sql("update campaign set status = 'COMPLETED'");
  await db.sql("update installation set frozen_at = null");
});

const ME = newId();
const LEASE = 30;
const claim = (limit = 10, owner = ME) => claimMessages(db.database, owner, limit, LEASE);
const intentOf = (message: ClaimedMessage, change: Partial<Intent> = {}): Intent => ({
  messageId: message.id,
  owner: ME,
  attempt: message.attempt,
  leadId: message.lead_id,
  messageIdHeader: `<${message.id}@example.org>`,
  variant: 0,
  bodyDigest: Buffer.from("digest"),
  leaseSeconds: LEASE,
  ...change,
});
const intend = (message: ClaimedMessage, change: Partial<Intent> = {}) =>
  intendMessage(db.database, intentOf(message, change));
const record = (
  message: ClaimedMessage,
  outcome: LedgerOutcome | LaneOutcome,
  options: { next?: NextStep; owner?: Id; attempt?: number } = {},
) =>
  recordOutcome(
    db.database,
    { messageId: message.id, owner: options.owner ?? ME, attempt: options.attempt ?? message.attempt },
    outcome,
    { next: options.next ?? null, retryDelaySeconds: 30 },
  );
const states = (campaign: SeededCampaign) => messageStates(db.database, campaign.campaignId);
const one = async (message: { id: Id }) =>
  (await db.sql<Record<string, unknown>>("select * from message where id = $1", [message.id]))[0]!;
const eventsOf = async (message: { id: Id }) =>
  (
    await db.sql<{ type: string }>("select type from message_event where message_id = $1 order by seq", [
      message.id,
    ])
  ).map(({ type }) => type);
const claimOne = async (leads = 1) => {
  const campaign = await seedCampaign(db.database, { leads });
  const [message] = await claim(1);
  return { campaign, message: message! };
};
/** What a suppression does in one transaction. */
const SUPPRESS = `with s as (insert into suppression (id, tenant_id, email_hash, email, reason, source)
    select uuid_v7(), tenant_id, email_hash, email, 'UNSUBSCRIBED', 'test' from lead where id = $1)
  update lead set mailability = 'UNSUBSCRIBED' where id = $1`;

describe("claim", () => {
  it("takes due messages under a lease, with what is needed to render them", async () => {
    const { campaign, message } = await claimOne(3);
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
    expect(await one(message)).toMatchObject({ lease_owner: ME, attempt: 1, intent_at: null });
    expect(await eventsOf(message)).toEqual(["claimed"]);
  });

  it("hands each message to one lane only, however many ask at once", async () => {
    const campaign = await seedCampaign(db.database, { leads: 200 });
    const batches = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => claimMessages(db.database, newId(), 1 + (n % 10), LEASE)),
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
      expect(await claim()).toEqual([]);
      expect(await states(campaign)).toEqual({ QUEUED: 2 });
    },
  );

  it("takes nothing while the tenant or the installation is frozen", async () => {
    const campaign = await seedCampaign(db.database, { leads: 1 });
    await db.sql("update tenant set frozen_at = now() where id = $1", [campaign.tenantId]);
    expect(await claim()).toEqual([]);
    await db.sql("update tenant set frozen_at = null where id = $1", [campaign.tenantId]);
    await db.sql("update installation set frozen_at = now()");
    expect(await claim()).toEqual([]);
    await db.sql("update installation set frozen_at = null");
    expect(await claim()).toHaveLength(1);
  });

  it("takes nothing that is planned or not yet due", async () => {
    const campaign = await seedCampaign(db.database, { leads: 2 });
    await db.sql("update message set due_at = now() + interval '1 minute' where campaign_id = $1", [
      campaign.campaignId,
    ]);
    const planned = await seedCampaign(db.database, { leads: 2, state: "PLANNED" });
    expect(await claim()).toEqual([]);
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
    const claimed = await claim();
    expect(claimed.filter(({ state }) => state === "SENDING").map(({ email }) => email)).toEqual([
      "lead-3@example.org",
    ]);
    expect(await states(campaign)).toEqual({ SENDING: 1, "SKIPPED SUPPRESSED": 2 });
    const skipped = claimed.find(({ state }) => state === "SKIPPED")!;
    expect(await eventsOf(skipped)).toEqual(["skipped"]);
    expect(await one(skipped)).toMatchObject({ lease_owner: null, attempt: 0 });
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
    expect(await claim()).toMatchObject([{ state: "SENDING" }]);
  });

  it("takes a lead whose enrollment was stopped off the queue with the reason", async () => {
    const campaign = await seedCampaign(db.database, { leads: 1 });
    await db.sql("update enrollment set state = 'STOPPED', stop_reason = 'REPLIED' where campaign_id = $1", [
      campaign.campaignId,
    ]);
    expect(await claim()).toMatchObject([{ state: "CANCELLED" }]);
    expect(await states(campaign)).toEqual({ "CANCELLED REPLIED": 1 });
  });

  it("serves a small campaign next to a large one", async () => {
    await seedCampaign(db.database, { leads: 300 });
    const small = await seedCampaign(db.database, { leads: 3 });
    for (let n = 0; n < 40 && (await states(small)).QUEUED; n += 1) await claim(5);
    expect(await states(small)).toEqual({ SENDING: 3 });
  });
});

describe("intent", () => {
  it("is written once, with header, variant and digest, before the mail may begin", async () => {
    const { message } = await claimOne();
    expect(await intend(message, { variant: 2 })).toBe(true);
    expect(await one(message)).toMatchObject({
      state: "SENDING",
      variant: 2,
      message_id_header: `<${message.id}@example.org>`,
      body_digest: Buffer.from("digest"),
      intent_at: expect.stringMatching(/^20/),
    });
    expect(await intend(message)).toBe(false);
  });

  it.each([
    ["another owner", { owner: newId() }],
    ["an earlier attempt", { attempt: 0 }],
  ])("J10: is refused to %s", async (_, change) => {
    const { message } = await claimOne();
    expect(await intend(message, change)).toBe(false);
    expect((await one(message)).intent_at).toBeNull();
  });

  it("J10: a lane whose lease has run out cannot send, also before anybody has noticed", async () => {
    const { message } = await claimOne();
    await db.sql("update message set lease_until = now() - interval '1 ms' where id = $1", [message.id]);
    expect(await intend(message)).toBe(false);
    await renewLeases(db.database, ME, [message.id], LEASE);
    expect(await intend(message)).toBe(false);
    expect((await one(message)).intent_at).toBeNull();
  });

  it("J10: nor when the message is another's by now; the other one can", async () => {
    const { message } = await claimOne();
    await db.sql("update message set lease_until = now() - interval '1 ms' where id = $1", [message.id]);
    await reapExpiredMessages(db.database);
    const other = newId();
    const [again] = await claim(1, other);
    expect(again).toMatchObject({ id: message.id, attempt: 2 });
    expect(await intend(message)).toBe(false);
    expect(await intend(again!, { owner: other })).toBe(true);
    expect(await record(message, { state: "SENT", reply: "250" })).toBeNull();
    expect((await one(message)).state).toBe("SENDING");
  });

  it.each([
    ["the campaign was paused", "update campaign set status = 'PAUSED' where id = $2", "QUEUED", null],
    ["the campaign was halted", "update campaign set status = 'HALTED' where id = $2", "QUEUED", null],
    [
      "the campaign was cancelled",
      "update campaign set status = 'CANCELLED' where id = $2",
      "CANCELLED",
      "CAMPAIGN_CANCELLED",
    ],
    [
      "the lead's enrollment was stopped",
      "update enrollment set state = 'STOPPED', stop_reason = 'REPLIED' where campaign_id = $2",
      "CANCELLED",
      "REPLIED",
    ],
    [
      "the tenant was frozen",
      "update tenant set frozen_at = now() where id = (select tenant_id from campaign where id = $2)",
      "QUEUED",
      null,
    ],
    ["the installation was frozen", "update installation set frozen_at = now()", "QUEUED", null],
    ["J14: the lead was suppressed", SUPPRESS, "SKIPPED", "SUPPRESSED"],
    [
      "J14: only the address was suppressed",
      `insert into suppression (id, tenant_id, email_hash, reason, source)
       select uuid_v7(), tenant_id, email_hash, 'MANUAL', 'test' from lead where id = $1`,
      "SKIPPED",
      "SUPPRESSED",
    ],
    [
      "J14: the lead was erased",
      "update lead set mailability = 'ERASED' where id = $1",
      "SKIPPED",
      "SUPPRESSED",
    ],
  ])(
    "is refused when between claim and intent %s, and the message goes where it belongs",
    async (_, change, state, reason) => {
      const { campaign, message } = await claimOne();
      const values = [message.lead_id, campaign.campaignId];
      const used = [1, 2].filter((n) => change.includes(`$${n}`));
      await db.sql(
        used.length === 1 ? change.replaceAll("$2", "$1") : change,
        used.map((n) => values[n - 1]),
      );
      expect(await intend(message)).toBe(false);
      expect((await one(message)).intent_at).toBeNull();
      expect(await releaseMessages(db.database, ME, [message])).toEqual([{ id: message.id, state }]);
      expect(await one(message)).toMatchObject({
        state,
        reason,
        attempt: 0,
        lease_owner: null,
        lease_until: null,
      });
    },
  );

  it("P10: a suppression and an intent never both win: whoever comes second sees the first", async () => {
    const outcomes = { sent: 0, refused: 0 };
    for (let round = 0; round < 25; round += 1) {
      const { message } = await claimOne();
      const client = await db.database.pool.connect();
      try {
        await client.query("begin");
        const suppressing = client.query(SUPPRESS, [message.lead_id]);
        const intending = intend(message);
        await suppressing;
        if (round % 2 === 0) await new Promise((resolve) => setTimeout(resolve, round % 5));
        const [{ at: committedAt }] = (await client.query("select clock_timestamp() as at")).rows as [
          { at: string },
        ];
        await client.query("commit");
        const allowed = await intending;
        const { intent_at: intentAt } = await one(message);
        if (allowed) {
          outcomes.sent += 1;
          expect(String(intentAt) <= String(committedAt)).toBe(true);
        } else {
          outcomes.refused += 1;
          expect(intentAt).toBeNull();
        }
      } finally {
        client.release();
      }
    }
    expect(outcomes.sent + outcomes.refused).toBe(25);
    expect(outcomes.refused).toBeGreaterThan(0);
  });

  it("P10: an intent waits for a suppression under way, and loses to it", async () => {
    const { message } = await claimOne();
    const client = await db.database.pool.connect();
    await client.query("begin");
    await client.query(SUPPRESS, [message.lead_id]);
    let answer: boolean | undefined;
    const intending = intend(message).then((allowed) => (answer = allowed));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answer).toBeUndefined();
    await client.query("commit");
    client.release();
    expect(await intending).toBe(false);
  });
});

describe("outcomes", () => {
  const sending = async (options: { steps?: number } = {}) => {
    const campaign = await seedCampaign(db.database, {
      leads: 1,
      steps: Array.from({ length: options.steps ?? 1 }, () => ({})),
    });
    const [message] = await claim(1);
    expect(await intend(message!)).toBe(true);
    return { campaign, message: message! };
  };
  const enrollment = async (campaign: SeededCampaign) =>
    (
      await db.sql<Record<string, unknown>>("select * from enrollment where campaign_id = $1", [
        campaign.campaignId,
      ])
    )[0]!;

  it("SENT keeps the server's words and the time, and finishes the lead when it was the last step", async () => {
    const { campaign, message } = await sending();
    expect(await record(message, { state: "SENT", reply: "250 ok" })).toBe("SENT");
    expect(await one(message)).toMatchObject({
      state: "SENT",
      server_reply: "250 ok",
      lease_until: null,
      sent_at: expect.stringMatching(/^20/),
    });
    expect(await eventsOf(message)).toEqual(["claimed", "sent"]);
    expect(await enrollment(campaign)).toMatchObject({ state: "FINISHED", next_at: null });
  });

  it("SENT plans the next step once, at the time it was sent plus the delay", async () => {
    const { campaign, message } = await sending({ steps: 2 });
    const next = { id: campaign.stepIds[1]!, position: 2, delayMinutes: 90 };
    expect(await record(message, { state: "SENT", reply: "250 ok" }, { next })).toBe("SENT");
    expect(await record(message, { state: "SENT", reply: "250 ok" }, { next })).toBeNull();
    const planned = await db.sql<{ id: Id }>(
      `select n.id, n.state, n.step_position, n.attempt, n.version_id = m.version_id as same_version, n.due_at - m.sent_at = interval '90 minutes' as on_time
       from message n join message m on m.id = $1 where n.campaign_id = $2 and n.id <> m.id`,
      [message.id, campaign.campaignId],
    );
    expect(planned).toMatchObject([
      { state: "PLANNED", step_position: 2, attempt: 0, same_version: true, on_time: true },
    ]);
    expect(await eventsOf(planned[0]!)).toEqual(["planned"]);
    expect(await enrollment(campaign)).toMatchObject({
      state: "WAITING",
      next_at: expect.stringMatching(/^20/),
    });
  });

  it("SENT plans nothing for a lead that was stopped meanwhile", async () => {
    const { campaign, message } = await sending({ steps: 2 });
    await db.sql("update enrollment set state = 'STOPPED', stop_reason = 'REPLIED' where campaign_id = $1", [
      campaign.campaignId,
    ]);
    const next = { id: campaign.stepIds[1]!, position: 2, delayMinutes: 90 };
    expect(await record(message, { state: "SENT", reply: "250 ok" }, { next })).toBe("SENT");
    expect(await states(campaign)).toEqual({ SENT: 1 });
    expect(await enrollment(campaign)).toMatchObject({ state: "STOPPED", stop_reason: "REPLIED" });
  });

  it("DEFERRED comes back after its delay, and counts the attempt", async () => {
    const { message } = await sending();
    expect(await record(message, { state: "DEFERRED", reply: "451 later" })).toBe("DEFERRED");
    const row = await one(message);
    expect(row).toMatchObject({ state: "DEFERRED", server_reply: "451 later", intent_at: null, attempt: 1 });
    const [{ wait }] = (await db.sql(
      "select extract(epoch from due_at - updated_at)::float as wait from message where id = $1",
      [message.id],
    )) as [{ wait: number }];
    expect(wait).toBeCloseTo(30, 1);
    expect(await claim()).toEqual([]);
    await db.sql("update message set due_at = now() where id = $1", [message.id]);
    expect(await claim()).toMatchObject([{ id: message.id, attempt: 2 }]);
  });

  it("P1: a deferral 48 hours after the first attempt gives up, with the last answer", async () => {
    const { campaign, message } = await sending();
    await db.sql("update message_event set at = now() - interval '48 hours 1 second' where message_id = $1", [
      message.id,
    ]);
    expect(await record(message, { state: "DEFERRED", reply: "451 still" })).toBe("FAILED");
    expect(await one(message)).toMatchObject({
      state: "FAILED",
      reason: "GAVE_UP",
      server_reply: "451 still",
    });
    expect(await eventsOf(message)).toEqual(["claimed", "failed"]);
    expect(await enrollment(campaign)).toMatchObject({ state: "FINISHED" });
  });

  it("BOUNCED_HARD suppresses the address and stops the lead, in the same statement", async () => {
    const { campaign, message } = await sending();
    const reply = "550 5.1.1 unknown";
    expect(await record(message, { state: "BOUNCED_HARD", reason: "BAD_ADDRESS", reply })).toBe(
      "BOUNCED_HARD",
    );
    expect(await one(message)).toMatchObject({
      state: "BOUNCED_HARD",
      reason: "BAD_ADDRESS",
      server_reply: reply,
    });
    expect(await eventsOf(message)).toEqual(["claimed", "bounced_hard"]);
    expect(await enrollment(campaign)).toMatchObject({ state: "STOPPED", stop_reason: "BOUNCED" });
    expect(
      await db.sql(
        `select s.reason, s.scope, s.source, s.email = l.email as same, l.mailability from suppression s
         join lead l on l.tenant_id = s.tenant_id and l.email_hash = s.email_hash where l.id = $1`,
        [message.lead_id],
      ),
    ).toEqual([{ reason: "HARD_BOUNCE", scope: "ALL", source: "smtp", same: true, mailability: "BOUNCED" }]);
  });

  it("BOUNCED_HARD of an address that is suppressed already leaves that suppression as it is", async () => {
    const { message } = await sending();
    await db.sql(SUPPRESS, [message.lead_id]);
    await record(message, { state: "BOUNCED_HARD", reason: "BAD_ADDRESS", reply: "550" });
    expect(
      await db.sql(
        "select s.reason, l.mailability from suppression s join lead l using (tenant_id, email_hash) where l.id = $1",
        [message.lead_id],
      ),
    ).toEqual([{ reason: "UNSUBSCRIBED", mailability: "UNSUBSCRIBED" }]);
  });

  it.each([
    ["BOUNCED_SOFT", "MAILBOX_FULL", "bounced_soft", "FINISHED"],
    ["FAILED", "POLICY", "policy_blocked", "FINISHED"],
    ["FAILED", "REJECTED", "failed", "FINISHED"],
    ["FAILED", "TEMPLATE", "failed", "FINISHED"],
    ["SKIPPED", "MISSING_VARIABLE", "skipped", "SKIPPED"],
  ] as const)(
    "%s(%s) ends the lead's way and leaves the lead mailable",
    async (state, reason, event, enrolled) => {
      const { campaign, message } = await sending();
      const outcome = { state, reason, reply: "the answer" } as LedgerOutcome | LaneOutcome;
      expect(await record(message, outcome)).toBe(state);
      expect(await one(message)).toMatchObject({ state, reason, lease_until: null });
      expect(
        await db.sql(
          "select type, evidence from message_event where message_id = $1 order by seq desc limit 1",
          [message.id],
        ),
      ).toEqual([{ type: event, evidence: "the answer" }]);
      expect(await enrollment(campaign)).toMatchObject({ state: enrolled });
      expect(await db.sql("select mailability from lead where id = $1", [message.lead_id])).toEqual([
        { mailability: "MAILABLE" },
      ]);
    },
  );

  it("UNCERTAIN is held: nothing claims, releases or rewrites it", async () => {
    const { message } = await sending();
    expect(await record(message, { state: "UNCERTAIN", reply: "line lost" })).toBe("UNCERTAIN");
    expect(await one(message)).toMatchObject({
      state: "UNCERTAIN",
      reason: "NO_ANSWER",
      server_reply: "line lost",
    });
    expect(await releaseMessages(db.database, ME, [message])).toEqual([]);
    expect(await record(message, { state: "SENT", reply: "250" })).toBeNull();
    expect(await claim()).toEqual([]);
    expect(await reapExpiredMessages(db.database)).toEqual([]);
    expect(await eventsOf(message)).toEqual(["claimed", "uncertain"]);
  });

  it.each([
    ["another owner", { owner: newId() }],
    ["another attempt", { attempt: 9 }],
  ])("%s changes nothing", async (_, fence) => {
    const { message } = await sending();
    for (const outcome of [
      { state: "SENT", reply: "250" },
      { state: "DEFERRED", reply: "451" },
      { state: "BOUNCED_HARD", reason: "BAD_ADDRESS", reply: "550" },
      { state: "FAILED", reason: "POLICY", reply: "554" },
      { state: "UNCERTAIN", reply: "" },
    ] as const)
      expect(await record(message, outcome, fence)).toBeNull();
    expect(await one(message)).toMatchObject({ state: "SENDING", server_reply: null });
    expect(await eventsOf(message)).toEqual(["claimed"]);
    expect(
      await db.sql("select from suppression s join lead l using (tenant_id, email_hash) where l.id = $1", [
        message.lead_id,
      ]),
    ).toEqual([]);
  });
});

describe("leases", () => {
  const expire = (message: ClaimedMessage) =>
    db.sql("update message set lease_until = now() - interval '1 ms' where id = $1", [message.id]);

  it("that run out before the intent put the message back into the queue", async () => {
    const { message } = await claimOne();
    await expire(message);
    expect(await reapExpiredMessages(db.database)).toEqual([
      { campaign_id: message.campaign_id, state: "QUEUED" },
    ]);
    expect(await one(message)).toMatchObject({ state: "QUEUED", lease_owner: null, attempt: 1 });
    expect(await eventsOf(message)).toEqual(["claimed", "queued"]);
    expect(await claim()).toMatchObject([{ id: message.id, attempt: 2 }]);
  });

  it("that run out after the intent leave the message UNCERTAIN, and it is not sent again", async () => {
    const { message } = await claimOne();
    await intend(message);
    await expire(message);
    expect(await reapExpiredMessages(db.database)).toEqual([
      { campaign_id: message.campaign_id, state: "UNCERTAIN" },
    ]);
    expect(await one(message)).toMatchObject({ state: "UNCERTAIN", reason: "LEASE_EXPIRED" });
    expect(await claim()).toEqual([]);
  });

  it("the answer that the lane gets after all settles what had become UNCERTAIN", async () => {
    const { message } = await claimOne();
    await intend(message);
    await expire(message);
    await reapExpiredMessages(db.database);
    expect(await record(message, { state: "SENT", reply: "250 late" })).toBe("SENT");
    expect(await one(message)).toMatchObject({ state: "SENT", reason: null, server_reply: "250 late" });
    expect(await eventsOf(message)).toEqual(["claimed", "uncertain", "resolved", "sent"]);
  });

  it("are renewed for what is held, and never revived", async () => {
    const { message } = await claimOne(2);
    const [other] = await claim(1);
    await db.sql("update message set lease_until = now() + interval '1 s' where id = any($1)", [
      [message.id, other!.id],
    ]);
    await renewLeases(db.database, ME, [message.id], LEASE);
    const left = async (of: ClaimedMessage) =>
      Number(
        (
          await db.sql<{ s: number }>(
            "select extract(epoch from lease_until - now())::float as s from message where id = $1",
            [of.id],
          )
        )[0]!.s,
      );
    expect(await left(message)).toBeGreaterThan(25);
    expect(await left(other!)).toBeLessThan(2);
    await expire(message);
    await renewLeases(db.database, ME, [message.id], LEASE);
    expect(await left(message)).toBeLessThan(0);
    await renewLeases(db.database, newId(), [other!.id], LEASE);
    expect(await left(other!)).toBeLessThan(2);
  });

  it("a message that has lost its process three times waits longer each time", async () => {
    const { message } = await claimOne();
    const waits: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      await expire(message);
      await reapExpiredMessages(db.database);
      const [row] = await db.sql<{ s: number }>(
        "select greatest(0, extract(epoch from due_at - updated_at))::float as s from message where id = $1",
        [message.id],
      );
      waits.push(Math.round(Number(row!.s)));
      await db.sql("update message set due_at = now() where id = $1", [message.id]);
      await claim(1);
    }
    expect(waits).toEqual([0, 0, 30, 60, 120]);
  });

  it("release of an intended message that was certainly not begun puts it back without counting", async () => {
    const { message } = await claimOne();
    await intend(message);
    expect(await releaseMessages(db.database, ME, [message])).toEqual([{ id: message.id, state: "QUEUED" }]);
    expect(await one(message)).toMatchObject({ state: "QUEUED", attempt: 0, intent_at: null });
    expect(await releaseMessages(db.database, ME, [message])).toEqual([]);
  });
});

describe("planned messages", () => {
  it("are queued when due, of running campaigns only, at most so many at once", async () => {
    const running = await seedCampaign(db.database, { leads: 5, state: "PLANNED" });
    const paused = await seedCampaign(db.database, { leads: 5, state: "PLANNED", status: "PAUSED" });
    await db.sql("update enrollment set state = 'WAITING', next_at = now() where campaign_id = $1", [
      running.campaignId,
    ]);
    await db.sql(
      "update message set due_at = now() + interval '1 hour' where id = (select id from message where campaign_id = $1 limit 1)",
      [running.campaignId],
    );
    expect(await releaseDueMessages(db.database, 3)).toEqual(
      Array.from({ length: 3 }, () => running.campaignId),
    );
    expect(await releaseDueMessages(db.database, 3)).toEqual([running.campaignId]);
    expect(await releaseDueMessages(db.database, 3)).toEqual([]);
    expect([await states(running), await states(paused)]).toEqual([
      { PLANNED: 1, QUEUED: 4 },
      { PLANNED: 5 },
    ]);
    expect(
      await db.sql(
        "select state, count(*)::int from enrollment where campaign_id = $1 group by 1 order by 1",
        [running.campaignId],
      ),
    ).toEqual([
      { state: "ACTIVE", count: 4 },
      { state: "WAITING", count: 1 },
    ]);
  });
});

it("messagesInFlight counts what is claimed or on its way, by campaign", async () => {
  const first = await seedCampaign(db.database, { leads: 5 });
  await claim(3);
  const second = await seedCampaign(db.database, { leads: 2 });
  await db.sql("update campaign set status = 'PAUSED' where id = $1", [first.campaignId]);
  await claim(2);
  const third = await seedCampaign(db.database, { leads: 2 });
  const count = await messagesInFlight(db.database, [first.campaignId, second.campaignId, third.campaignId]);
  expect(Object.fromEntries(count)).toEqual({ [first.campaignId]: 3, [second.campaignId]: 2 });
});

it("J13: after a pause has committed at most the intents under way are granted, later ones never", async () => {
  const campaign = await seedCampaign(db.database, { leads: 200 });
  const claimed = await claim(200);
  let granted = 0;
  let refused = 0;
  const lanes = Array.from({ length: 8 }, async (_, lane) => {
    for (let n = lane; n < claimed.length; n += 8) {
      if (await intend(claimed[n]!)) granted += 1;
      else refused += 1;
    }
  });
  await eventually(() => granted >= 40);
  await db.sql("update campaign set status = 'PAUSED' where id = $1", [campaign.campaignId]);
  const grantedAtPause = granted;
  await Promise.all(lanes);
  expect(granted - grantedAtPause).toBeLessThanOrEqual(8);
  expect(granted + refused).toBe(200);
  expect(refused).toBeGreaterThan(0);
});
