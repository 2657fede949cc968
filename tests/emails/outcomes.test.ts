import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { moveMessages } from "../../domain/campaigns/overdue.queries.js";
import {
  reapExpiredMessages,
  releaseDueMessages,
  releaseMessages,
  resolveAs,
  type LaneOutcome,
  type LedgerOutcome,
} from "../../domain/emails/index.js";
import { newId, type Id } from "../../domain/ids.js";
import type { UnitOfWork } from "../../domain/operation.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { endAllCampaigns, LedgerLane, SUPPRESS } from "../support/ledger-lane.js";
import { messageStates, type SeededCampaign } from "../support/ledger-seed.js";

let db: TestDatabase;
let lane: LedgerLane;
beforeAll(async () => {
  db = await freshDatabase({ poolSize: 12 });
  lane = new LedgerLane(db);
});
afterAll(() => db.close());
beforeEach(() => endAllCampaigns(db));

const states = (campaign: SeededCampaign) => messageStates(db.database, campaign.campaignId);

describe("outcomes", () => {
  it("SENT keeps the server's words and the time, and finishes the lead when it was the last step", async () => {
    const { campaign, message } = await lane.intendOne();
    expect(await lane.record(message, { state: "SENT", reply: "250 ok" })).toBe("SENT");
    expect(await lane.row(message)).toMatchObject({
      state: "SENT",
      server_reply: "250 ok",
      lease_until: null,
      sent_at: expect.stringMatching(/^20/),
    });
    expect(await lane.events(message)).toEqual(["claimed", "sent"]);
    expect(await lane.enrollment(campaign)).toMatchObject({ state: "FINISHED", next_at: null });
  });

  it("SENT plans the next step once, at the time it was sent plus the delay", async () => {
    const { campaign, message } = await lane.intendOne(2);
    const next = { id: campaign.stepIds[1]!, position: 2, delayMinutes: 90 };
    expect(await lane.record(message, { state: "SENT", reply: "250 ok" }, { next })).toBe("SENT");
    expect(await lane.record(message, { state: "SENT", reply: "250 ok" }, { next })).toBeNull();
    const planned = await db.sql<{ id: Id }>(
      `select n.id, n.state, n.step_position, n.attempt, n.version_id = m.version_id as same_version, n.due_at - m.sent_at = interval '90 minutes' as on_time
       from message n join message m on m.id = $1 where n.campaign_id = $2 and n.id <> m.id`,
      [message.id, campaign.campaignId],
    );
    expect(planned).toMatchObject([
      { state: "PLANNED", step_position: 2, attempt: 0, same_version: true, on_time: true },
    ]);
    expect(await lane.events(planned[0]!)).toEqual(["planned"]);
    expect(await lane.enrollment(campaign)).toMatchObject({
      state: "WAITING",
      next_at: expect.stringMatching(/^20/),
    });
  });

  it("SENT plans nothing for a lead that was stopped meanwhile", async () => {
    const { campaign, message } = await lane.intendOne(2);
    await db.sql("update enrollment set state = 'STOPPED', stop_reason = 'REPLIED' where campaign_id = $1", [
      campaign.campaignId,
    ]);
    const next = { id: campaign.stepIds[1]!, position: 2, delayMinutes: 90 };
    expect(await lane.record(message, { state: "SENT", reply: "250 ok" }, { next })).toBe("SENT");
    expect(await states(campaign)).toEqual({ SENT: 1 });
    expect(await lane.enrollment(campaign)).toMatchObject({ state: "STOPPED", stop_reason: "REPLIED" });
  });

  it("DEFERRED comes back after its delay, and counts the attempt", async () => {
    const { message } = await lane.intendOne();
    expect(await lane.record(message, { state: "DEFERRED", reply: "451 later" })).toBe("DEFERRED");
    const row = await lane.row(message);
    expect(row).toMatchObject({ state: "DEFERRED", server_reply: "451 later", intent_at: null, attempt: 1 });
    const [{ wait }] = (await db.sql(
      "select extract(epoch from due_at - updated_at)::float as wait from message where id = $1",
      [message.id],
    )) as [{ wait: number }];
    expect(wait).toBeCloseTo(30, 1);
    expect(await lane.claim()).toEqual([]);
    await db.sql("update message set due_at = now() where id = $1", [message.id]);
    expect(await lane.claim()).toMatchObject([{ id: message.id, attempt: 2 }]);
  });

  it("P1: a deferral 48 hours after the first gives up, with the last answer; waiting for its window before counts for nothing", async () => {
    const { campaign, message: first } = await lane.intendOne();
    await db.sql("update message_event set at = now() - interval '90 hours' where message_id = $1", [
      first.id,
    ]);
    expect(await lane.record(first, { state: "DEFERRED", reply: "451 later" })).toBe("DEFERRED");
    await db.sql("update message set due_at = now() where id = $1", [first.id]);
    const [message] = (await lane.claim()) as [typeof first];
    await db.sql("update message_event set at = now() - interval '48 hours 1 second' where message_id = $1", [
      message.id,
    ]);
    expect(await lane.record(message, { state: "DEFERRED", reply: "451 still" })).toBe("FAILED");
    expect(await lane.row(message)).toMatchObject({
      state: "FAILED",
      reason: "GAVE_UP",
      server_reply: "451 still",
    });
    expect(await lane.events(message)).toEqual(["claimed", "deferred", "claimed", "failed"]);
    expect(await lane.enrollment(campaign)).toMatchObject({ state: "FINISHED" });
  });

  it.each([
    [
      "the planner has placed it anew after a pause",
      (id: Id) =>
        moveMessages(db.database as unknown as UnitOfWork, [id], [Date.now()], "shifted by the pause"),
    ],
    [
      "somebody has resolved it",
      async (id: Id) => {
        await db.sql("update message set state = 'UNCERTAIN', lease_owner = null where id = $1", [id]);
        const said = { source: "person", actorId: null, texts: ["its log"] };
        await resolveAs(db.database, "SEND_AGAIN", [id], said, null);
      },
    ],
  ])("P1: what was deferred before %s counts for nothing", async (_, anew) => {
    const { message: first } = await lane.intendOne();
    expect(await lane.record(first, { state: "DEFERRED", reply: "451 later" })).toBe("DEFERRED");
    await db.sql("update message_event set at = now() - interval '10 days' where message_id = $1", [
      first.id,
    ]);
    await anew(first.id);
    await db.sql("update message set due_at = now() where id = $1", [first.id]);
    await releaseDueMessages(db.database, 10);
    const [message] = (await lane.claim()) as [typeof first];
    expect(await lane.record(message, { state: "DEFERRED", reply: "451 still" })).toBe("DEFERRED");
  });

  it("BOUNCED_HARD suppresses the address and stops the lead, in the same statement", async () => {
    const { campaign, message } = await lane.intendOne();
    const reply = "550 5.1.1 unknown";
    expect(await lane.record(message, { state: "BOUNCED_HARD", reason: "BAD_ADDRESS", reply })).toBe(
      "BOUNCED_HARD",
    );
    expect(await lane.row(message)).toMatchObject({
      state: "BOUNCED_HARD",
      reason: "BAD_ADDRESS",
      server_reply: reply,
    });
    expect(await lane.events(message)).toEqual(["claimed", "bounced_hard"]);
    expect(await lane.enrollment(campaign)).toMatchObject({ state: "STOPPED", stop_reason: "BOUNCED" });
    expect(
      await db.sql(
        `select s.reason, s.scope, s.source, s.email = l.email as same, l.mailability from suppression s
         join lead l on l.tenant_id = s.tenant_id and l.email_hash = s.email_hash where l.id = $1`,
        [message.lead_id],
      ),
    ).toEqual([{ reason: "HARD_BOUNCE", scope: "ALL", source: "smtp", same: true, mailability: "BOUNCED" }]);
  });

  it("BOUNCED_HARD of an address that is suppressed already leaves that suppression as it is", async () => {
    const { message } = await lane.intendOne();
    await db.sql(SUPPRESS, [message.lead_id]);
    await lane.record(message, { state: "BOUNCED_HARD", reason: "BAD_ADDRESS", reply: "550" });
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
      const { campaign, message } = await lane.intendOne();
      const outcome = { state, reason, reply: "the answer" } as LedgerOutcome | LaneOutcome;
      expect(await lane.record(message, outcome)).toBe(state);
      expect(await lane.row(message)).toMatchObject({ state, reason, lease_until: null });
      expect(
        await db.sql(
          "select type, evidence from message_event where message_id = $1 order by seq desc limit 1",
          [message.id],
        ),
      ).toEqual([{ type: event, evidence: "the answer" }]);
      expect(await lane.enrollment(campaign)).toMatchObject({ state: enrolled });
      expect(await db.sql("select mailability from lead where id = $1", [message.lead_id])).toEqual([
        { mailability: "MAILABLE" },
      ]);
    },
  );

  it("UNCERTAIN is held: nothing claims, releases or rewrites it", async () => {
    const { message } = await lane.intendOne();
    expect(await lane.record(message, { state: "UNCERTAIN", reply: "line lost" })).toBe("UNCERTAIN");
    expect(await lane.row(message)).toMatchObject({
      state: "UNCERTAIN",
      reason: "NO_ANSWER",
      server_reply: "line lost",
    });
    expect(await releaseMessages(db.database, lane.owner, [message])).toEqual([]);
    expect(await lane.record(message, { state: "SENT", reply: "250" })).toBeNull();
    expect(await lane.claim()).toEqual([]);
    expect(await reapExpiredMessages(db.database)).toEqual([]);
    expect(await lane.events(message)).toEqual(["claimed", "uncertain"]);
  });

  it.each([
    ["another owner", { owner: newId() }],
    ["another attempt", { attempt: 9 }],
  ])("%s changes nothing", async (_, fence) => {
    const { message } = await lane.intendOne();
    for (const outcome of [
      { state: "SENT", reply: "250" },
      { state: "DEFERRED", reply: "451" },
      { state: "BOUNCED_HARD", reason: "BAD_ADDRESS", reply: "550" },
      { state: "FAILED", reason: "POLICY", reply: "554" },
      { state: "UNCERTAIN", reply: "" },
    ] as const)
      expect(await lane.record(message, outcome, fence)).toBeNull();
    expect(await lane.row(message)).toMatchObject({ state: "SENDING", server_reply: null });
    expect(await lane.events(message)).toEqual(["claimed"]);
    expect(
      await db.sql("select from suppression s join lead l using (tenant_id, email_hash) where l.id = $1", [
        message.lead_id,
      ]),
    ).toEqual([]);
  });
});
