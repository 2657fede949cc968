import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import {
  reapExpiredMessages,
  releaseDueMessages,
  releaseMessages,
  renewLeases,
  type ClaimedMessage,
} from "../../domain/emails/index.js";
import { newId } from "../../domain/ids.js";
import { createLogger } from "../../platform/logger.js";
import { Leases, thisMoment } from "../../worker/emails/leases.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
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

describe("leases", () => {
  it("that run out before the intent put the message back into the queue", async () => {
    const { message } = await lane.claimOne();
    await lane.expire(message);
    expect(await reapExpiredMessages(db.database)).toEqual([
      { campaign_id: message.campaign_id, state: "QUEUED" },
    ]);
    expect(await lane.row(message)).toMatchObject({ state: "QUEUED", lease_owner: null, attempt: 1 });
    expect(await lane.events(message)).toEqual(["claimed", "queued"]);
    expect(await lane.claim()).toMatchObject([{ id: message.id, attempt: 2 }]);
  });

  it("that run out after the intent leave the message UNCERTAIN, and it is not sent again", async () => {
    const { message } = await lane.claimOne();
    await lane.intend(message);
    await lane.expire(message);
    expect(await reapExpiredMessages(db.database)).toEqual([
      { campaign_id: message.campaign_id, state: "UNCERTAIN" },
    ]);
    expect(await lane.row(message)).toMatchObject({ state: "UNCERTAIN", reason: "LEASE_EXPIRED" });
    expect(await lane.claim()).toEqual([]);
  });

  it("the answer that the lane gets after all settles what had become UNCERTAIN", async () => {
    const { message } = await lane.claimOne();
    await lane.intend(message);
    await lane.expire(message);
    await reapExpiredMessages(db.database);
    expect(await lane.record(message, { state: "SENT", reply: "250 late" })).toBe("SENT");
    expect(await lane.row(message)).toMatchObject({ state: "SENT", reason: null, server_reply: "250 late" });
    expect(await lane.events(message)).toEqual(["claimed", "uncertain", "resolved", "sent"]);
  });

  it("are renewed for what is held, and never revived", async () => {
    const { message } = await lane.claimOne(2);
    const [other] = await lane.claim(1);
    await db.sql("update message set lease_until = now() + interval '1 s' where id = any($1)", [
      [message.id, other!.id],
    ]);
    expect(
      await renewLeases(db.database, [lane.owner], [message.id, other!.id, newId()], LEASE_SECONDS),
    ).toEqual([message.id, other!.id]);
    await db.sql("update message set lease_until = now() + interval '1 s' where id = $1", [other!.id]);
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
    await lane.expire(message);
    await renewLeases(db.database, [lane.owner], [message.id], LEASE_SECONDS);
    expect(await left(message)).toBeLessThan(0);
    await renewLeases(db.database, [newId()], [other!.id], LEASE_SECONDS);
    expect(await left(other!)).toBeLessThan(2);
  });

  it("J10: only what was renewed stays certain for a lane, also for one that could not tell by its clock", async () => {
    const { message: kept } = await lane.claimOne();
    const other = newId();
    await seedCampaign(db.database, { leads: 1 });
    const [lost] = await lane.claim(1, other);
    const nearlyOut = { steady: thisMoment().steady - 15_000, wall: Date.now() - 15_000 };
    const leases = new Leases(db.database, LEASE_SECONDS, () => {}, createLogger("worker", "silent"));
    for (const [owner, message] of [
      [lane.owner, kept],
      [other, lost!],
    ] as const) {
      await lane.intend(message, { owner });
      leases.hold(owner, [message.id]);
      expect(leases.isCertain(owner)).toBe(false);
      leases.intended(owner, message.id, nearlyOut);
      expect(leases.isCertain(owner)).toBe(true);
    }
    // The machine slept: somebody has decided meanwhile, and it may be sent by another.
    await db.sql(
      "update message set state = 'QUEUED', lease_owner = null, lease_until = null, intent_at = null where id = $1",
      [lost!.id],
    );
    leases.start();
    await eventually(
      async () => leases.isCertain(other),
      (isCertain) => !isCertain,
    );
    await leases.stop();
    const wall = vi.spyOn(Date, "now");
    try {
      const now = Date.now();
      wall.mockReturnValue(now + 20_000);
      expect([leases.isCertain(lane.owner), leases.isCertain(other)]).toEqual([true, false]);
      // It counts the hours that a machine has slept, which performance.now() does not.
      wall.mockReturnValue(now + 28_000);
      expect(leases.isCertain(lane.owner)).toBe(false);
    } finally {
      wall.mockRestore();
    }
  });

  it("a message that has lost its process three times waits longer each time", async () => {
    const { message } = await lane.claimOne();
    const waits: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      await lane.expire(message);
      await reapExpiredMessages(db.database);
      const [row] = await db.sql<{ s: number }>(
        "select greatest(0, extract(epoch from due_at - updated_at))::float as s from message where id = $1",
        [message.id],
      );
      waits.push(Math.round(Number(row!.s)));
      await db.sql("update message set due_at = now() where id = $1", [message.id]);
      await lane.claim(1);
    }
    expect(waits).toEqual([0, 0, 30, 60, 120]);
  });

  it("release of an intended message that was certainly not begun puts it back without counting", async () => {
    const { message } = await lane.claimOne();
    await lane.intend(message);
    expect(await releaseMessages(db.database, lane.owner, [message])).toEqual([
      { id: message.id, state: "QUEUED" },
    ]);
    expect(await lane.row(message)).toMatchObject({ state: "QUEUED", attempt: 0, intent_at: null });
    expect(await releaseMessages(db.database, lane.owner, [message])).toEqual([]);
  });
});

it("a release that is repeated after the message was claimed anew changes nothing, intended or not", async () => {
  const { message } = await lane.claimOne();
  await releaseMessages(db.database, lane.owner, [message]);
  const owner = newId();
  const [again] = await lane.claim(1, owner);
  expect(again).toMatchObject({ id: message.id, attempt: message.attempt });
  const claimed = await lane.row(message);
  expect(await releaseMessages(db.database, lane.owner, [message])).toEqual([]);
  expect(await lane.row(message)).toEqual(claimed);
  await lane.intend(again!, { owner });
  const intended = await lane.row(message);
  expect(await releaseMessages(db.database, lane.owner, [message])).toEqual([]);
  expect(await lane.row(message)).toEqual(intended);
  expect(intended).toMatchObject({ state: "SENDING", lease_owner: owner });
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
