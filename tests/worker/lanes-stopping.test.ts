import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { MailRun, compare, settled } from "../support/mail-run.js";

const run = new MailRun();

it("J13: a pause stops within 2 s and after at most one mail a lane; each resume sends exactly the rest", async () => {
  const { campaignId } = await run.mailing({ leads: 300 }, { onData: () => sleep(5) }, { lanes: 4 });
  for (let pause = 1; pause <= 5; pause += 1) {
    await eventually(() => run.sink.accepted.length >= 50 * pause, Boolean, 30_000);
    await run.setStatus(campaignId, "PAUSED");
    const atPause = run.sink.accepted.length;
    await eventually(async () => !("SENDING" in (await run.states(campaignId))), Boolean, 2000);
    const stopped = run.sink.accepted.length;
    // One is on its way in each lane; another's answer may just have been counted.
    expect(stopped - atPause).toBeLessThanOrEqual(4);
    await sleep(300);
    expect(run.sink.accepted).toHaveLength(stopped);
    expect(await run.states(campaignId)).toEqual({ SENT: stopped, QUEUED: 300 - stopped });
    await run.setStatus(campaignId, "RUNNING");
  }
  expect(await settled(run.db, campaignId)).toEqual({ SENT: 300 });
  expect(await compare(run.db, campaignId, run.sink)).toMatchObject({ twice: [], missing: 0, accepted: 300 });
  const attempts = await run.db.sql("select distinct attempt from message where campaign_id = $1", [
    campaignId,
  ]);
  expect(attempts).toEqual([{ attempt: 1 }]);
});

it("J13: after a cancellation at most one mail a lane leaves, and the rest is CANCELLED", async () => {
  const { campaignId } = await run.mailing({ leads: 200 }, { onData: () => sleep(5) }, { lanes: 4 });
  await eventually(() => run.sink.accepted.length >= 60, Boolean, 30_000);
  await run.setStatus(campaignId, "CANCELLED");
  const atCancel = run.sink.accepted.length;
  await run.db.sql(
    "update message set state = 'CANCELLED', reason = 'CAMPAIGN_CANCELLED' where campaign_id = $1 and state in ('PLANNED', 'QUEUED', 'DEFERRED')",
    [campaignId],
  );
  const final = await settled(run.db, campaignId);
  expect(run.sink.accepted.length - atCancel).toBeLessThanOrEqual(4);
  expect(final).toEqual({
    SENT: run.sink.accepted.length,
    "CANCELLED CAMPAIGN_CANCELLED": 200 - run.sink.accepted.length,
  });
});

it("J14: nobody who is suppressed while the campaign runs gets a mail afterwards", async () => {
  const { campaignId, tenantId } = await run.mailing({ leads: 150 }, { onData: () => sleep(3) });
  await eventually(() => run.sink.accepted.length >= 30, Boolean, 30_000);
  const committedAt = new Map<string, string>();
  for (let n = 150; n > 100; n -= 1) {
    const email = `lead-${n}@example.org`;
    await run.db.sql(
      `with s as (insert into suppression (id, tenant_id, email_hash, reason, source)
         select uuid_v7(), tenant_id, email_hash, 'UNSUBSCRIBED', 'test' from lead where tenant_id = $1 and email = $2)
       update lead set mailability = 'UNSUBSCRIBED' where tenant_id = $1 and email = $2`,
      [tenantId, email],
    );
    const [clock] = await run.db.sql<{ at: string }>("select clock_timestamp() as at");
    committedAt.set(email, clock!.at);
  }
  await settled(run.db, campaignId);
  const intents = await run.db.sql<{ email: string; at: string }>(
    `select l.email, m.intent_at as at from message m join lead l on l.id = m.lead_id
     where m.campaign_id = $1 and m.state = 'SENT' and l.mailability = 'UNSUBSCRIBED'`,
    [campaignId],
  );
  for (const { email, at } of intents) expect(at <= committedAt.get(email)!).toBe(true);
  const result = await run.states(campaignId);
  expect(result["SKIPPED SUPPRESSED"]).toBe(50 - intents.length);
  expect(result.SENT).toBe(100 + intents.length);
});

it("J11: stop finishes what is on its way and gives back the rest; nothing stays claimed", async () => {
  const { campaignId, lanes } = await run.mailing({ leads: 100 }, { onData: () => sleep(20) });
  await eventually(() => run.sink.accepted.length >= 10);
  expect(lanes.busy()).toBeGreaterThan(0);
  await lanes.stop();
  expect(lanes.busy()).toBe(0);
  const sent = run.sink.accepted.length;
  expect(sent).toBeLessThan(100);
  expect(await run.states(campaignId)).toEqual({ SENT: sent, QUEUED: 100 - sent });
  await eventually(() => run.sink.connectionCount() === 0);
});

it("J7: lanes that are held finish the mail at hand, give back the rest uncounted and begin nothing; released they go on", async () => {
  const { campaignId, lanes } = await run.mailing({ leads: 60 }, { onData: () => sleep(40) }, { lanes: 2 });
  await eventually(() => run.sink.accepted.length >= 6, Boolean, 30_000);
  lanes.hold();
  await eventually(() => lanes.isIdle(), Boolean, 5_000);
  const sent = run.sink.accepted.length;
  expect(await run.states(campaignId)).toEqual({ SENT: sent, QUEUED: 60 - sent });
  await sleep(1_200);
  expect(run.sink.accepted).toHaveLength(sent);
  lanes.release();
  expect(await settled(run.db, campaignId)).toEqual({ SENT: 60 });
  expect(await compare(run.db, campaignId, run.sink)).toMatchObject({ twice: [], missing: 0, accepted: 60 });
  expect(
    await run.db.sql("select distinct attempt from message where campaign_id = $1", [campaignId]),
  ).toEqual([{ attempt: 1 }]);
});
