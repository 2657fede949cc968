import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { releaseDueMessages } from "../../domain/emails/index.js";
import type { Id } from "../../domain/ids.js";
import type { Lanes } from "../../worker/emails/lanes.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { messageStates, seedCampaign, type SeedOptions } from "../support/ledger-seed.js";
import { compare, lanesFor, settled } from "../support/mail-run.js";
import { startScriptedSmtp } from "../support/scripted-smtp.js";
import { startSmtpSink, type SmtpSink, type SmtpSinkOptions } from "../support/smtp-sink.js";

let db: TestDatabase;
let sink: SmtpSink;
let running: Lanes[] = [];
beforeAll(async () => {
  db = await freshDatabase({ poolSize: 12 });
});
afterAll(() => db.close());
afterEach(async () => {
  await Promise.all(running.map((lanes) => lanes.stop()));
  running = [];
  await sink.stop();
  await db.sql("update campaign set status = 'COMPLETED'");
});

/** A campaign, a mail server and lanes between them. */
async function mailing(
  seed: SeedOptions,
  server: SmtpSinkOptions = {},
  options: Parameters<typeof lanesFor>[2] = {},
) {
  sink = await startSmtpSink(server);
  const campaign = await seedCampaign(db.database, seed);
  const lanes = lanesFor(db, sink.url, options);
  running.push(lanes);
  return { ...campaign, lanes };
}
const states = (campaignId: Id) => messageStates(db.database, campaignId);
const setStatus = (campaignId: Id, status: string) =>
  db.sql("update campaign set status = $2 where id = $1", [campaignId, status]);
const numberOf = (address: string) => Number(/\d+/.exec(address)![0]);

it("sends each lead its own mail once, and writes down what the server said", async () => {
  const { campaignId } = await mailing({ leads: 40 });
  expect(await settled(db, campaignId)).toEqual({ SENT: 40 });
  expect(await compare(db, campaignId, sink)).toMatchObject({
    twice: [],
    missing: 0,
    invented: 0,
    foreign: 0,
  });
  for (const mail of sink.accepted) expect(mail.subject).toBe(`Hello Lead ${numberOf(mail.to[0]!)}`);
  const rows = await db.sql(
    "select distinct server_reply like '250%' as said, attempt, variant, length(body_digest) as digest from message where campaign_id = $1",
    [campaignId],
  );
  expect(rows).toEqual([{ said: true, attempt: 1, variant: 0, digest: 32 }]);
});

it("tells the campaign's channel, a few times a second at most, and who waits for the end of it", async () => {
  const idle: Id[][] = [];
  const { campaignId, lanes } = await mailing(
    { leads: 60 },
    {},
    { onIdle: (ids) => void idle.push([...ids]) },
  );
  const started = performance.now();
  await settled(db, campaignId);
  await eventually(() => idle.flat().includes(campaignId));
  await lanes.stop();
  const seconds = (performance.now() - started) / 1000;
  const hints = (lanes as ReturnType<typeof lanesFor>).hints;
  expect(hints.length).toBeGreaterThan(0);
  expect(hints.length).toBeLessThanOrEqual(seconds * 5 + 2);
  expect(hints.every((hint) => hint.campaignId === campaignId && hint.messageId !== null)).toBe(true);
});

it("J13: a pause stops within 2 s and after at most one mail a lane; each resume sends exactly the rest", async () => {
  const { campaignId } = await mailing({ leads: 300 }, { onData: () => sleep(5) }, { lanes: 4 });
  for (let pause = 1; pause <= 5; pause += 1) {
    await eventually(() => sink.accepted.length >= 50 * pause, Boolean, 30_000);
    await setStatus(campaignId, "PAUSED");
    const atPause = sink.accepted.length;
    await eventually(async () => !("SENDING" in (await states(campaignId))), Boolean, 2000);
    const stopped = sink.accepted.length;
    // One is on its way in each lane; another's answer may just have been counted.
    expect(stopped - atPause).toBeLessThanOrEqual(4);
    await sleep(300);
    expect(sink.accepted).toHaveLength(stopped);
    expect(await states(campaignId)).toEqual({ SENT: stopped, QUEUED: 300 - stopped });
    await setStatus(campaignId, "RUNNING");
  }
  expect(await settled(db, campaignId)).toEqual({ SENT: 300 });
  expect(await compare(db, campaignId, sink)).toMatchObject({ twice: [], missing: 0, accepted: 300 });
  const attempts = await db.sql("select distinct attempt from message where campaign_id = $1", [campaignId]);
  expect(attempts).toEqual([{ attempt: 1 }]);
});

it("J13: after a cancellation at most one mail a lane leaves, and the rest is CANCELLED", async () => {
  const { campaignId } = await mailing({ leads: 200 }, { onData: () => sleep(5) }, { lanes: 4 });
  await eventually(() => sink.accepted.length >= 60, Boolean, 30_000);
  await setStatus(campaignId, "CANCELLED");
  const atCancel = sink.accepted.length;
  await db.sql(
    "update message set state = 'CANCELLED', reason = 'CAMPAIGN_CANCELLED' where campaign_id = $1 and state in ('PLANNED', 'QUEUED', 'DEFERRED')",
    [campaignId],
  );
  const final = await settled(db, campaignId);
  expect(sink.accepted.length - atCancel).toBeLessThanOrEqual(4);
  expect(final).toEqual({
    SENT: sink.accepted.length,
    "CANCELLED CAMPAIGN_CANCELLED": 200 - sink.accepted.length,
  });
});

it("J14: nobody who is suppressed while the campaign runs gets a mail afterwards", async () => {
  const { campaignId, tenantId } = await mailing({ leads: 150 }, { onData: () => sleep(3) });
  await eventually(() => sink.accepted.length >= 30, Boolean, 30_000);
  const committedAt = new Map<string, string>();
  for (let n = 150; n > 100; n -= 1) {
    const email = `lead-${n}@example.org`;
    await db.sql(
      `with s as (insert into suppression (id, tenant_id, email_hash, reason, source)
         select uuid_v7(), tenant_id, email_hash, 'UNSUBSCRIBED', 'test' from lead where tenant_id = $1 and email = $2)
       update lead set mailability = 'UNSUBSCRIBED' where tenant_id = $1 and email = $2`,
      [tenantId, email],
    );
    const [clock] = await db.sql<{ at: string }>("select clock_timestamp() as at");
    committedAt.set(email, clock!.at);
  }
  await settled(db, campaignId);
  const intents = await db.sql<{ email: string; at: string }>(
    `select l.email, m.intent_at as at from message m join lead l on l.id = m.lead_id
     where m.campaign_id = $1 and m.state = 'SENT' and l.mailability = 'UNSUBSCRIBED'`,
    [campaignId],
  );
  for (const { email, at } of intents) expect(at <= committedAt.get(email)!).toBe(true);
  const result = await states(campaignId);
  expect(result["SKIPPED SUPPRESSED"]).toBe(50 - intents.length);
  expect(result.SENT).toBe(100 + intents.length);
});

it("a lead without a variable that has no default is skipped with the reason; the others get their mail", async () => {
  const { campaignId } = await mailing({
    leads: 6,
    status: "PAUSED",
    steps: [{ html: '{{ company }} {{ title | default: "-" }}', subject: "{{ company }}" }],
  });
  await db.sql(
    "update lead set company = 'Acme' where id in (select lead_id from message where campaign_id = $1 limit 4)",
    [campaignId],
  );
  await setStatus(campaignId, "RUNNING");
  expect(await settled(db, campaignId)).toEqual({ SENT: 4, "SKIPPED MISSING_VARIABLE": 2 });
  expect(
    await db.sql(
      "select distinct type, evidence from message_event where campaign_id = $1 and type = 'skipped'",
      [campaignId],
    ),
  ).toEqual([{ type: "skipped", evidence: "company" }]);
  expect(sink.accepted.map(({ subject }) => subject)).toEqual(["Acme", "Acme", "Acme", "Acme"]);
});

it("a template that is an attack fails its own mails, and other campaigns go on", async () => {
  const bomb = await mailing({
    leads: 3,
    steps: [{ html: "{% for a in (1..10000) %}{% for b in (1..10000) %}x{% endfor %}{% endfor %}" }],
  });
  const sound = await seedCampaign(db.database, { leads: 20 });
  expect(await settled(db, bomb.campaignId)).toEqual({ "FAILED TEMPLATE": 3 });
  expect(await settled(db, sound.campaignId)).toEqual({ SENT: 20 });
});

it("the next step is planned for whoever got the first, and goes out when it is due", async () => {
  const { campaignId } = await mailing({ leads: 5, steps: [{}, { subject: "Again", delayMinutes: 30 }] });
  await eventually(async () => (await states(campaignId)).SENT === 5);
  expect(await states(campaignId)).toEqual({ SENT: 5, PLANNED: 5 });
  expect(await releaseDueMessages(db.database, 100)).toEqual([]);
  await db.sql("update message set due_at = now() where campaign_id = $1 and state = 'PLANNED'", [
    campaignId,
  ]);
  expect(await releaseDueMessages(db.database, 100)).toHaveLength(5);
  expect(await settled(db, campaignId)).toEqual({ SENT: 10 });
  expect(sink.accepted.filter(({ subject }) => subject === "Again")).toHaveLength(5);
  expect(await db.sql("select distinct state from enrollment where campaign_id = $1", [campaignId])).toEqual([
    { state: "FINISHED" },
  ]);
});

it("J5: refusals end where the table says, and hold nobody else up", async () => {
  const { campaignId } = await mailing(
    { leads: 60 },
    {
      onRecipient: (address) => {
        const n = numberOf(address);
        if (n <= 5) return { code: 550, message: "5.1.1 user unknown" };
        if (n <= 10) return { code: 552, message: "5.2.2 mailbox full" };
        if (n <= 15) return { code: 451, message: "4.7.1 greylisted" };
        return undefined;
      },
      onData: ({ to }) =>
        numberOf(to[0]!) > 55 ? { code: 554, message: "5.7.1 looks like spam" } : undefined,
    },
  );
  const expected = {
    SENT: 40,
    "BOUNCED_HARD BAD_ADDRESS": 5,
    "BOUNCED_SOFT MAILBOX_FULL": 5,
    DEFERRED: 5,
    "FAILED POLICY": 5,
  };
  await eventually(
    () => states(campaignId),
    (now) => !("QUEUED" in now) && !("SENDING" in now),
    30_000,
  );
  expect(await states(campaignId)).toEqual(expected);
  expect(
    await db.sql(
      "select mailability, count(*)::int from lead l join message m on m.lead_id = l.id where m.campaign_id = $1 group by 1 order by 1",
      [campaignId],
    ),
  ).toEqual([
    { mailability: "BOUNCED", count: 5 },
    { mailability: "MAILABLE", count: 55 },
  ]);
});

it("J5: accepted and then the line cut: UNCERTAIN, listed, and never sent again", async () => {
  const { campaignId } = await mailing(
    { leads: 50 },
    { cutAfterAccept: ({ to }) => numberOf(to[0]!) % 10 === 0 },
  );
  expect(await settled(db, campaignId)).toEqual({ SENT: 45, "UNCERTAIN NO_ANSWER": 5 });
  await sleep(3000); // longer than a lease
  expect(await states(campaignId)).toEqual({ SENT: 45, "UNCERTAIN NO_ANSWER": 5 });
  expect(await compare(db, campaignId, sink)).toMatchObject({
    twice: [],
    missing: 0,
    accepted: 50,
    uncertainAccepted: 5,
  });
});

it("a mail server that is away costs one deferral a lane; when it is back the rest goes out at once", async () => {
  const { campaignId } = await mailing({ leads: 40, status: "PAUSED" });
  const { port } = sink;
  await sink.stop();
  await setStatus(campaignId, "RUNNING");
  await eventually(async () => (await states(campaignId)).DEFERRED === 4);
  await sleep(1500);
  expect(await states(campaignId)).toEqual({ DEFERRED: 4, QUEUED: 36 });
  sink = await startSmtpSink({ port });
  await eventually(
    () => states(campaignId),
    (now) => now.SENT === 36,
    15_000,
  );
  await db.sql("update message set due_at = now() where campaign_id = $1 and state = 'DEFERRED'", [
    campaignId,
  ]);
  expect(await settled(db, campaignId)).toEqual({ SENT: 40 });
});

it("a server that hangs holds only its own lanes' mails: they are deferred, never UNCERTAIN before the body", async () => {
  const hanging = await startScriptedSmtp((moment) => (moment === "RCPT" ? "hang" : undefined));
  sink = await startSmtpSink();
  const { campaignId } = await seedCampaign(db.database, { leads: 4 });
  running.push(
    lanesFor(db, hanging.url, {
      lanes: 1,
      smtp: { connectTimeoutMs: 500, socketTimeoutMs: 300, mailTimeoutMs: 900 },
    }),
  );
  await eventually(async () => (await states(campaignId)).DEFERRED === 1);
  expect(Object.keys(await states(campaignId)).sort()).toEqual(["DEFERRED", "QUEUED"]);
  await hanging.stop();
});

it("J4: the database loses all connections again and again: nobody is missing, nobody gets it twice, nothing is in doubt", async () => {
  const { campaignId } = await mailing({ leads: 200 }, { onData: () => sleep(2) });
  const admin = await db.database.pool.connect();
  const [{ pid: own }] = (await admin.query("select pg_backend_pid() as pid")).rows as [{ pid: number }];
  for (let cut = 0; cut < 6; cut += 1) {
    await sleep(150);
    await admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> $1",
      [own],
    );
  }
  admin.release();
  expect(await settled(db, campaignId)).toEqual({ SENT: 200 });
  expect(await compare(db, campaignId, sink)).toMatchObject({
    twice: [],
    missing: 0,
    invented: 0,
    accepted: 200,
  });
});

it("J11: stop finishes what is on its way and gives back the rest; nothing stays claimed", async () => {
  const { campaignId, lanes } = await mailing({ leads: 100 }, { onData: () => sleep(20) });
  await eventually(() => sink.accepted.length >= 10);
  expect(lanes.busy()).toBeGreaterThan(0);
  await lanes.stop();
  expect(lanes.busy()).toBe(0);
  const sent = sink.accepted.length;
  expect(sent).toBeLessThan(100);
  expect(await states(campaignId)).toEqual({ SENT: sent, QUEUED: 100 - sent });
  await eventually(() => sink.connectionCount() === 0);
});

it("wake lets idle lanes look at once", async () => {
  const { lanes } = await mailing({ leads: 0 });
  await sleep(100);
  const { campaignId } = await seedCampaign(db.database, { leads: 1 });
  lanes.wake();
  expect(await settled(db, campaignId)).toEqual({ SENT: 1 });
});
