import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  reapExpiredMessages,
  releaseMessages,
  renewLeases,
  type ClaimedMessage,
} from "../../domain/emails/index.js";
import { newId, type Id } from "../../domain/ids.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { endAllCampaigns, LedgerLane, LEASE_SECONDS, SUPPRESS } from "../support/ledger-lane.js";
import { seedCampaign } from "../support/ledger-seed.js";

let db: TestDatabase;
let lane: LedgerLane;
beforeAll(async () => {
  db = await freshDatabase({ poolSize: 12 });
  lane = new LedgerLane(db);
});
afterAll(() => db.close());
beforeEach(() => endAllCampaigns(db));

describe("intent", () => {
  it("is written once, with header, variant and digest, before the mail may begin", async () => {
    const { message } = await lane.claimOne();
    expect(await lane.intend(message, { variant: 2 })).toBe(true);
    expect(await lane.row(message)).toMatchObject({
      state: "SENDING",
      variant: 2,
      message_id_header: `<${message.id}@example.org>`,
      body_digest: Buffer.from("digest"),
      intent_at: expect.stringMatching(/^20/),
    });
    expect(await lane.intend(message)).toBe(false);
  });

  it.each([
    ["another owner", { owner: newId() }],
    ["an earlier attempt", { attempt: 0 }],
  ])("J10: is refused to %s", async (_, change) => {
    const { message } = await lane.claimOne();
    expect(await lane.intend(message, change)).toBe(false);
    expect((await lane.row(message)).intent_at).toBeNull();
  });

  it("J10: a lane whose lease has run out cannot send, also before anybody has noticed", async () => {
    const { message } = await lane.claimOne();
    await db.sql("update message set lease_until = now() - interval '1 ms' where id = $1", [message.id]);
    expect(await lane.intend(message)).toBe(false);
    await renewLeases(db.database, [lane.owner], [message.id], LEASE_SECONDS);
    expect(await lane.intend(message)).toBe(false);
    expect((await lane.row(message)).intent_at).toBeNull();
  });

  it("J10: nor when the message is another's by now; the other one can", async () => {
    const { message } = await lane.claimOne();
    await db.sql("update message set lease_until = now() - interval '1 ms' where id = $1", [message.id]);
    await reapExpiredMessages(db.database);
    const other = newId();
    const [again] = await lane.claim(1, other);
    expect(again).toMatchObject({ id: message.id, attempt: 2 });
    expect(await lane.intend(message)).toBe(false);
    expect(await lane.intend(again!, { owner: other })).toBe(true);
    expect(await lane.record(message, { state: "SENT", reply: "250" })).toBeNull();
    expect((await lane.row(message)).state).toBe("SENDING");
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
      "update tenant set frozen_at = now(), freeze_reason = 'a test' where id = (select tenant_id from campaign where id = $2)",
      "QUEUED",
      null,
    ],
    [
      "the installation was frozen",
      "update installation set frozen_at = now(), freeze_reason = 'a test'",
      "QUEUED",
      null,
    ],
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
      const { campaign, message } = await lane.claimOne();
      const values = [message.lead_id, campaign.campaignId];
      const used = [1, 2].filter((n) => change.includes(`$${n}`));
      await db.sql(
        used.length === 1 ? change.replaceAll("$2", "$1") : change,
        used.map((n) => values[n - 1]),
      );
      expect(await lane.intend(message)).toBe(false);
      expect((await lane.row(message)).intent_at).toBeNull();
      expect(await releaseMessages(db.database, lane.owner, [message])).toEqual([{ id: message.id, state }]);
      expect(await lane.row(message)).toMatchObject({
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
      const { message } = await lane.claimOne();
      const client = await db.database.pool.connect();
      try {
        await client.query("begin");
        const suppressing = client.query(SUPPRESS, [message.lead_id]);
        const intending = lane.intend(message);
        await suppressing;
        if (round % 2 === 0) await new Promise((resolve) => setTimeout(resolve, round % 5));
        const [{ at: committedAt }] = (await client.query("select clock_timestamp() as at")).rows as [
          { at: string },
        ];
        await client.query("commit");
        const allowed = await intending;
        const { intent_at: intentAt } = await lane.row(message);
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
    const { message } = await lane.claimOne();
    const client = await db.database.pool.connect();
    await client.query("begin");
    await client.query(SUPPRESS, [message.lead_id]);
    let answer: boolean | undefined;
    const intending = lane.intend(message).then((allowed) => (answer = allowed));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answer).toBeUndefined();
    await client.query("commit");
    client.release();
    expect(await intending).toBe(false);
  });
});

const FOREIGN_LOCKS: [string, string, (message: ClaimedMessage) => Id][] = [
  ["lead", "select from lead where id = $1 for no key update", ({ lead_id }) => lead_id],
  ["message", "select from message where id = $1 for no key update", ({ id }) => id],
];
const MEANWHILE: [string, string][] = [
  ["the campaign was paused", "update campaign set status = 'PAUSED' where id = $1"],
  [
    "the tenant was frozen",
    "update tenant set frozen_at = now(), freeze_reason = 'a test' where id = (select tenant_id from campaign where id = $1)",
  ],
  [
    "the installation was frozen",
    "update installation set frozen_at = now(), freeze_reason = 'a test' where $1::uuid is not null",
  ],
];

describe.each(FOREIGN_LOCKS)(
  "J13: an intent that waits for somebody else's lock on the %s",
  (_, lock, rowOf) => {
    async function intendWhileLocked(meanwhile: (campaignId: Id) => Promise<unknown>) {
      const { campaign, message } = await lane.claimOne();
      const client = await db.database.pool.connect();
      try {
        await client.query("begin");
        await client.query(lock, [rowOf(message)]);
        let answer: boolean | undefined;
        const intending = lane.intend(message).then((allowed) => (answer = allowed));
        await sleep(100);
        await meanwhile(campaign.campaignId);
        await sleep(50);
        expect(answer).toBeUndefined();
        await client.query("commit");
        return { message, allowed: await intending };
      } finally {
        client.release();
      }
    }

    it.each(MEANWHILE)(
      "is refused when %s meanwhile, and the message is queued again",
      async (__, change) => {
        const { message, allowed } = await intendWhileLocked((campaignId) => db.sql(change, [campaignId]));
        expect(allowed).toBe(false);
        expect((await lane.row(message)).intent_at).toBeNull();
        expect(await releaseMessages(db.database, lane.owner, [message])).toEqual([
          { id: message.id, state: "QUEUED" },
        ]);
      },
    );

    it("is granted afterwards when nothing has changed", async () => {
      const { message, allowed } = await intendWhileLocked(async () => {});
      expect(allowed).toBe(true);
      expect((await lane.row(message)).intent_at).not.toBeNull();
    });
  },
);

it("J13: after a pause has committed at most the intents under way are granted, later ones never", async () => {
  const campaign = await seedCampaign(db.database, { leads: 200 });
  const claimed = await lane.claim(200);
  let granted = 0;
  let refused = 0;
  const lanes = Array.from({ length: 8 }, async (_, nth) => {
    for (let n = nth; n < claimed.length; n += 8) {
      if (await lane.intend(claimed[n]!)) granted += 1;
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
