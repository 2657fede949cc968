import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { seedCampaign } from "../support/ledger-seed.js";
import { MailRun, compare, lanesFor, numberOf, settled } from "../support/mail-run.js";
import { startScriptedSmtp } from "../support/scripted-smtp.js";
import { startSmtpSink } from "../support/smtp-sink.js";

const run = new MailRun();

it("a template that is an attack fails its own mails, and other campaigns go on", async () => {
  const bomb = await run.mailing({
    leads: 3,
    steps: [{ html: "{% for a in (1..10000) %}{% for b in (1..10000) %}x{% endfor %}{% endfor %}" }],
  });
  const sound = await seedCampaign(run.db.database, { leads: 20 });
  expect(await settled(run.db, bomb.campaignId)).toEqual({ "FAILED TEMPLATE": 3 });
  expect(await settled(run.db, sound.campaignId)).toEqual({ SENT: 20 });
});

it("J5: refusals end where the table says, and hold nobody else up", async () => {
  const { campaignId } = await run.mailing(
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
    () => run.states(campaignId),
    (now) => !("QUEUED" in now) && !("SENDING" in now),
    30_000,
  );
  expect(await run.states(campaignId)).toEqual(expected);
  expect(
    await run.db.sql(
      "select mailability, count(*)::int from lead l join message m on m.lead_id = l.id where m.campaign_id = $1 group by 1 order by 1",
      [campaignId],
    ),
  ).toEqual([
    { mailability: "BOUNCED", count: 5 },
    { mailability: "MAILABLE", count: 55 },
  ]);
});

it("J5: accepted and then the line cut: UNCERTAIN, listed, and never sent again", async () => {
  const { campaignId } = await run.mailing(
    { leads: 50 },
    { cutAfterAccept: ({ to }) => numberOf(to[0]!) % 10 === 0 },
  );
  expect(await settled(run.db, campaignId)).toEqual({ SENT: 45, "UNCERTAIN NO_ANSWER": 5 });
  await sleep(3000); // longer than a lease
  expect(await run.states(campaignId)).toEqual({ SENT: 45, "UNCERTAIN NO_ANSWER": 5 });
  expect(await compare(run.db, campaignId, run.sink)).toMatchObject({
    twice: [],
    missing: 0,
    accepted: 50,
    uncertainAccepted: 5,
  });
});

it("a mail server that is away costs one deferral a lane; when it is back the rest goes out at once", async () => {
  const { campaignId } = await run.mailing({ leads: 40, status: "PAUSED" });
  const { port } = run.sink;
  await run.sink.stop();
  await run.setStatus(campaignId, "RUNNING");
  await eventually(async () => (await run.states(campaignId)).DEFERRED === 4);
  await sleep(1500);
  expect(await run.states(campaignId)).toEqual({ DEFERRED: 4, QUEUED: 36 });
  run.sink = await startSmtpSink({ port });
  await eventually(
    () => run.states(campaignId),
    (now) => now.SENT === 36,
    15_000,
  );
  await run.db.sql("update message set due_at = now() where campaign_id = $1 and state = 'DEFERRED'", [
    campaignId,
  ]);
  expect(await settled(run.db, campaignId)).toEqual({ SENT: 40 });
});

it("a server that hangs holds only its own lanes' mails: they are deferred, never UNCERTAIN before the body", async () => {
  const hanging = await startScriptedSmtp((moment) => (moment === "RCPT" ? "hang" : undefined));
  run.sink = await startSmtpSink();
  const { campaignId } = await seedCampaign(run.db.database, { leads: 4 });
  run.running.push(
    lanesFor(run.db, hanging.url, {
      lanes: 1,
      smtp: { connectTimeoutMs: 500, socketTimeoutMs: 300, mailTimeoutMs: 900 },
    }),
  );
  await eventually(
    () => run.states(campaignId),
    (now) => now.DEFERRED === 1 && now.QUEUED === 3,
  );
  expect(hanging.bodies).toEqual([]);
  await hanging.stop();
});

it("J4: the database loses all connections again and again: nobody is missing, nobody gets it twice, nothing is in doubt", async () => {
  const { campaignId } = await run.mailing({ leads: 200 }, { onData: () => sleep(2) });
  const admin = await run.db.database.pool.connect();
  try {
    const [{ pid: own }] = (await admin.query("select pg_backend_pid() as pid")).rows as [{ pid: number }];
    for (let cut = 0; cut < 6; cut += 1) {
      await sleep(150);
      await admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> $1",
        [own],
      );
    }
  } finally {
    // Whatever fails here: a connection that is not given back would keep the file from ending.
    admin.release();
  }
  expect(await settled(run.db, campaignId)).toEqual({ SENT: 200 });
  expect(await compare(run.db, campaignId, run.sink)).toMatchObject({
    twice: [],
    missing: 0,
    invented: 0,
    accepted: 200,
  });
});
