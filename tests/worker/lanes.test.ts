import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { releaseDueMessages } from "../../domain/emails/index.js";
import type { Id } from "../../domain/ids.js";
import { freezeSending, releaseSending } from "../../domain/sending/index.js";
import { makeUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { seedCampaign } from "../support/ledger-seed.js";
import { MailRun, compare, numberOf, settled } from "../support/mail-run.js";

const run = new MailRun();

it("sends each lead its own mail once, and writes down what the server said", async () => {
  const { campaignId } = await run.mailing({ leads: 40 });
  expect(await settled(run.db, campaignId)).toEqual({ SENT: 40 });
  expect(await compare(run.db, campaignId, run.sink)).toMatchObject({
    twice: [],
    missing: 0,
    invented: 0,
    foreign: 0,
  });
  for (const mail of run.sink.accepted) expect(mail.subject).toBe(`Hello Lead ${numberOf(mail.to[0]!)}`);
  const rows = await run.db.sql(
    "select distinct server_reply like '250%' as said, attempt, variant, length(body_digest) as digest from message where campaign_id = $1",
    [campaignId],
  );
  expect(rows).toEqual([{ said: true, attempt: 1, variant: 0, digest: 32 }]);
});

it("tells the campaign's channel, a few times a second at most, and who waits for the end of it", async () => {
  const idle: Id[][] = [];
  const { campaignId, lanes } = await run.mailing(
    { leads: 60 },
    {},
    { onIdle: (ids) => void idle.push([...ids]) },
  );
  const started = performance.now();
  await settled(run.db, campaignId);
  await eventually(() => idle.flat().includes(campaignId));
  await lanes.stop();
  const seconds = (performance.now() - started) / 1000;
  const hints = lanes.hints;
  expect(hints.length).toBeGreaterThan(0);
  expect(hints.length).toBeLessThanOrEqual(seconds * 5 + 2);
  expect(hints.every((hint) => hint.campaignId === campaignId && hint.messageId !== null)).toBe(true);
});

it("a lead without a variable that has no default is skipped with the reason; the others get their mail", async () => {
  const { campaignId } = await run.mailing({
    leads: 6,
    status: "PAUSED",
    steps: [{ html: '{{ company }} {{ title | default: "-" }}', subject: "{{ company }}" }],
  });
  await run.db.sql(
    "update lead set company = 'Acme' where id in (select lead_id from message where campaign_id = $1 limit 4)",
    [campaignId],
  );
  await run.setStatus(campaignId, "RUNNING");
  expect(await settled(run.db, campaignId)).toEqual({ SENT: 4, "SKIPPED MISSING_VARIABLE": 2 });
  expect(
    await run.db.sql(
      "select distinct type, evidence from message_event where campaign_id = $1 and type = 'skipped'",
      [campaignId],
    ),
  ).toEqual([{ type: "skipped", evidence: "company" }]);
  expect(run.sink.accepted.map(({ subject }) => subject)).toEqual(["Acme", "Acme", "Acme", "Acme"]);
});

it("the next step is planned for whoever got the first, and goes out when it is due", async () => {
  const { campaignId } = await run.mailing({ leads: 5, steps: [{}, { subject: "Again", delayMinutes: 30 }] });
  await eventually(async () => (await run.states(campaignId)).SENT === 5);
  expect(await run.states(campaignId)).toEqual({ SENT: 5, PLANNED: 5 });
  expect(await releaseDueMessages(run.db.database, 100)).toEqual([]);
  await run.db.sql("update message set due_at = now() where campaign_id = $1 and state = 'PLANNED'", [
    campaignId,
  ]);
  expect(await releaseDueMessages(run.db.database, 100)).toHaveLength(5);
  expect(await settled(run.db, campaignId)).toEqual({ SENT: 10 });
  const again = run.sink.accepted.filter(({ subject }) => subject === "Again");
  expect(again).toHaveLength(5);
  // CS-09 In each lead's mailbox the second mail stands under the first.
  const header = ({ raw }: (typeof again)[number], name: string) =>
    new RegExp(`^${name}: (<[^>]+>)\\r$`, "m").exec(raw.toString().replaceAll(/\r\n[ \t]+/g, " "))?.[1];
  for (const mail of again) {
    const first = run.sink.accepted.find(({ to, subject }) => to[0] === mail.to[0] && subject !== "Again")!;
    const own = header(first, "Message-ID");
    expect(own).toMatch(/^<c\./);
    expect([header(mail, "In-Reply-To"), header(mail, "References")]).toEqual([own, own]);
    expect(header(first, "In-Reply-To")).toBeUndefined();
  }
  expect(
    await run.db.sql("select distinct state from enrollment where campaign_id = $1", [campaignId]),
  ).toEqual([{ state: "FINISHED" }]);
});

it("CS-18 no MAIL FROM comes later than two seconds after a freeze; a release sends the rest, each once", async () => {
  const begun: number[] = [];
  const leads = 600;
  const { campaignId, tenantId } = await run.mailing(
    { leads },
    { onSender: () => void begun.push(performance.now()), onData: () => sleep(20).then(() => undefined) },
  );
  const { op } = await makeUser(run.db.database, { tenantId });
  await eventually(() => run.sink.accepted.length >= 50);
  await op.run(freezeSending, { reason: "Wrong price" });
  const frozenAt = performance.now();
  await sleep(3_000);
  expect(Math.max(...begun) - frozenAt).toBeLessThan(2_000);
  const { SENT: sent = 0 } = await run.states(campaignId);
  expect(sent).toBe(begun.length);
  expect(await run.states(campaignId)).toEqual({ SENT: sent, QUEUED: leads - sent });
  await op.run(releaseSending, { reason: "Mended" });
  expect(await settled(run.db, campaignId)).toEqual({ SENT: leads });
  expect(begun.length).toBe(leads);
});

it("wake lets idle lanes look at once", async () => {
  const { lanes } = await run.mailing({ leads: 0 });
  await sleep(100);
  const { campaignId } = await seedCampaign(run.db.database, { leads: 1 });
  lanes.wake();
  expect(await settled(run.db, campaignId)).toEqual({ SENT: 1 });
});
