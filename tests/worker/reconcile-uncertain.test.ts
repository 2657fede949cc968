import { once } from "node:events";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { createConnection, createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { EvidenceSource } from "../../domain/emails/index.js";
import { newId, type Id } from "../../domain/ids.js";
import { openOperation } from "../../platform/database/open-operation.js";
import { createLogger } from "../../platform/logger.js";
import { startMailCatcher, type MailCatcher } from "../../platform/mail-catcher/mail-catcher.js";
import { evidenceSources } from "../../platform/mail/evidence-sources.js";
import { reconcileUncertainHandler, type AskLimits } from "../../worker/emails/reconcile-uncertain.js";
import { freshDatabase, makeTenant, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { checksum } from "../support/fingerprint.js";
import { SUPPRESS } from "../support/ledger-lane.js";
import { messageStates, seedCampaign } from "../support/ledger-seed.js";
import { lanesFor, numberOf } from "../support/mail-run.js";
import { uncertainCampaign } from "../support/uncertain.js";

let db: TestDatabase;
let directory: string;
let tenantId: Id;
beforeAll(async () => {
  db = await freshDatabase({ poolSize: 12 });
  directory = await mkdtemp(join(tmpdir(), "evidence-"));
});
beforeEach(async () => {
  tenantId = await makeTenant(db.database);
});
afterEach(() => db.sql("update campaign set status = 'ARCHIVED', updated_at = now()"));
afterAll(async () => {
  await db.close();
  await rm(directory, { recursive: true });
});

/** One tick of the job; signal: how far it gets. */
async function tick(
  sources: readonly EvidenceSource[],
  signal = new AbortController().signal,
  limits?: AskLimits,
): Promise<void> {
  const op = openOperation(
    db.database,
    { kind: "JOB", name: "emails.reconcileUncertain" },
    { requestId: newId() },
  );
  const bus = { publish: () => {}, subscribe: () => Promise.reject(new Error("nobody listens")) };
  const run = {
    op,
    payload: { fireAt: "" },
    signal,
    progress: async () => {},
    bus,
    log: createLogger("worker", "silent"),
  };
  await reconcileUncertainHandler(sources, limits)(run as never);
}
const states = (campaignId: Id) => messageStates(db.database, campaignId);
const old = (campaignId: Id) =>
  db.sql("update message set intent_at = now() - interval '10 minutes' where campaign_id = $1", [campaignId]);
/** The last two. */
const eventsOf = async (messageId: Id) =>
  (
    await db.sql<{ type: string; source: string; evidence: string | null }>(
      "select type, source, evidence from message_event where message_id = $1 order by seq desc limit 2",
      [messageId],
    )
  ).toReversed();

/** Between lanes and the catcher: breaks off before the mail is taken, or after it and before the lanes hear of it. */
async function breakingLine(target: number): Promise<Server & { readonly url: string }> {
  const server = createServer((near) => {
    const far = createConnection({ host: "127.0.0.1", port: target });
    let mail = "";
    near.on("error", () => {}).on("close", () => far.end());
    far.on("error", () => {}).on("close", () => near.destroy());
    near.on("data", (said) => {
      mail += said.toString("latin1");
      const n = /RCPT TO:<(lead-\d+@)/.exec(mail);
      if (n && numberOf(n[1]!) % 3 === 0 && mail.includes("\r\n.\r\n")) return void near.destroy();
      far.write(said);
    });
    far.on("data", (said) => {
      const n = /RCPT TO:<(lead-\d+@)/.exec(mail);
      if (!String(said).includes("Caught as")) return void near.write(said);
      if (n && numberOf(n[1]!) % 3 === 1) return void near.destroy();
      mail = "";
      near.write(said);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(server, { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

it("N1 the mail catcher knows: what it has counts as sent, what it lacks is sent again, and everybody has it once", async () => {
  const catcher: MailCatcher = await startMailCatcher({ directory: join(directory, "mail") });
  const line = await breakingLine(Number(new URL(catcher.smtpUrl).port));
  const settings = { catcherUrl: catcher.webUrl, logFile: undefined };
  const sources = evidenceSources(settings, catcher.smtpUrl);
  const { campaignId } = await seedCampaign(db.database, { leads: 9, tenantId });
  const lanes = lanesFor(db, line.url, { lanes: 2 });
  await eventually(
    () => states(campaignId),
    (now) => now.SENT === 3 && now["UNCERTAIN NO_ANSWER"] === 6,
    20_000,
  );
  await lanes.stop();
  line.close();
  // What has just left may still be on its way: nothing is asked for it.
  await tick(sources);
  expect(await states(campaignId)).toEqual({ SENT: 3, "UNCERTAIN NO_ANSWER": 6 });
  await old(campaignId);
  // Nor is what left before this catcher ran missed by it.
  await tick(sources);
  expect(await states(campaignId)).toEqual({ SENT: 6, "UNCERTAIN NO_ANSWER": 3 });
  const since = Date.now() - 3_600_000;
  const long = ([source]: readonly EvidenceSource[]): EvidenceSource => ({
    ...source!,
    ask: (mails) =>
      source!.ask(
        mails.map((mail) => ({ ...mail, handedOverAt: new Date(since + 2 * 3_600_000).toISOString() })),
      ),
  });
  const [stopped] = await db.sql<{ id: Id; leadId: Id }>(
    `select id, lead_id as "leadId" from message where campaign_id = $1 and state = 'UNCERTAIN' order by id limit 1`,
    [campaignId],
  );
  await db.sql(SUPPRESS, [stopped!.leadId]);
  // Where mail goes elsewhere, also by another name or port of this machine, its lacking a mail says nothing.
  const { port } = new URL(catcher.smtpUrl);
  for (const other of [line.url, `smtp://127.0.0.2:${port}`, `smtp://relay.example.com:${port}`])
    await tick([long(evidenceSources(settings, other))]);
  expect(await states(campaignId)).toEqual({ SENT: 6, "UNCERTAIN NO_ANSWER": 3 });
  await tick([long(sources)]);
  expect(await states(campaignId)).toEqual({ "FAILED NOT_ACCEPTED": 1, QUEUED: 2, SENT: 6 });
  expect(await eventsOf(stopped!.id)).toEqual([
    {
      type: "resolved",
      source: "mail catcher",
      evidence: expect.stringMatching(/^The mail catcher, which has every mail since/),
    },
    { type: "failed", source: "mail catcher", evidence: null },
  ]);
  const again = lanesFor(db, catcher.smtpUrl, { lanes: 2 });
  await eventually(
    () => states(campaignId),
    (now) => now.SENT === 8,
  );
  await again.stop();
  const caught = catcher.store.list({}, 100).messages;
  const ledger = await db.sql<{ id: string; state: string; reply: string | null; email: string }>(
    `select message_id_header as id, state, server_reply as reply, l.email from message m join lead l on l.id = m.lead_id where campaign_id = $1`,
    [campaignId],
  );
  expect(caught.map(({ messageId }) => messageId).toSorted()).toEqual(
    ledger
      .filter(({ state }) => state === "SENT")
      .map(({ id }) => id)
      .toSorted(),
  );
  for (const { email, reply } of ledger.filter(({ state }) => state === "SENT"))
    expect([email, reply]).toEqual([
      email,
      `250 2.0.0 Caught as ${caught.find(({ to }) => to[0] === email)!.id}`,
    ]);
  expect(await db.sql("select evidence - 'at' as evidence from installation")).toEqual([
    { evidence: { sources: ["mail catcher"], unreachable: [] } },
  ]);
  await catcher.stop();
  const held = await uncertainCampaign(db);
  await old(held.campaignId);
  await tick(sources);
  expect(await states(held.campaignId)).toEqual({ "UNCERTAIN NO_ANSWER": 1 });
  expect(await db.sql("select evidence->'unreachable' as missed from installation")).toEqual([
    { missed: ["mail catcher"] },
  ]);
});

it("N1 a Postfix log proves what was accepted, in its queue or further, and nothing else; forged lines and lacking ones prove nothing", async () => {
  const { campaignId, messageIds } = await uncertainCampaign(db, { tenantId, leads: 7 });
  await old(campaignId);
  const log = join(directory, "mail.log");
  const id = (n: number) => `<${messageIds[n]}@postwatch.example>`;
  const at = "Nov 27 10:02:11 mx1 postfix";
  const rotated = [
    `${at}/cleanup[124]: 4Gz7xYk0: message-id=${id(0)}`,
    `${at}/qmgr[99]: 4Gz7xYk0: from=<news@postwatch.example>, size=1234, nrcpt=1 (queue active)`,
    `${at}/smtp[125]: 4Gz7xYk0: to=<lead-1@example.org>, relay=mx.example.org[192.0.2.1]:25, delay=0.4, delays=0.1/0/0.2/0.1, dsn=2.0.0, status=sent (250 2.0.0 OK)`,
  ];
  const lines = [
    "2026-11-27T10:02:11.123456+01:00 mx1 postfix/submission/smtpd[12]: 5AAAAAA1: client=app[192.0.2.7]",
    `2026-11-27T10:02:11.123456+01:00 mx1 postfix/cleanup[124]: 5AAAAAA1: message-id=${id(1)}`,
    "2026-11-27T10:02:12.123456+01:00 mx1 postfix/qmgr[99]: 5AAAAAA1: from=<news@postwatch.example>, size=1234, nrcpt=1 (queue active)",
    // The line broke while it came in: it has no place in the queue.
    `${at}/cleanup[124]: 5AAAAAA2: message-id=${id(2)}`,
    `${at}/smtpd[12]: lost connection after DATA (812 bytes) from app[192.0.2.7]`,
    // Somebody else's server may say what it likes.
    `${at}/smtp[125]: 5BBBBBB1: to=<x@example.org>, relay=evil[192.0.2.9]:25, delay=1, delays=1/0/0/0, dsn=4.0.0, status=deferred (host said: 450 postfix/cleanup[1]: 5BBBBBB2: message-id=${id(3)})`,
    `Nov 27 10:02:11 mx1 other[9]: ${at}/cleanup[124]: 5BBBBBB3: message-id=${id(4)}`,
    `${at}/qmgr[99]: 5BBBBBB3: from=<a@example.org>, size=1, nrcpt=1 (queue active)`,
    // The queue id is another mail's by then.
    `${at}/cleanup[124]: 5CCCCCC1: message-id=${id(5)}`,
    `${at}/cleanup[124]: 5CCCCCC1: message-id=<other@example.net>`,
    `${at}/qmgr[99]: 5CCCCCC1: from=<a@example.org>, size=1, nrcpt=1 (queue active)`,
    `${at}/cleanup[124]: 5DDDDDD1: message-id=${id(6)}`,
    `${at}/cleanup[124]: 5DDDDDD1: message-id=<>`,
    `${at}/qmgr[99]: 5DDDDDD1: from=<a@example.org>, size=1, nrcpt=1 (queue active)`,
    `${at}/cleanup[124]: 5EEEEEE1: message-id=${id(2)}`,
    `${at}/qmgr[99]: 5EEEEEE1: removed`,
    `${at}/qmgr[99]: 5EEEEEE1: from=<a@example.org>, size=1, nrcpt=1 (queue active)`,
  ];
  await writeFile(`${log}.1`, `${rotated.join("\n")}\n`);
  await writeFile(log, `${lines.join("\n")}\n`);
  const sources = evidenceSources({ catcherUrl: undefined, logFile: log }, "smtp://127.0.0.1:25");
  // A file that ended long before the mails left is not even read.
  await utimes(`${log}.1`, new Date(0), new Date(0));
  await tick(sources);
  expect(await states(campaignId)).toEqual({ SENT: 1, "UNCERTAIN NO_ANSWER": 6 });
  await utimes(`${log}.1`, new Date(), new Date());
  await tick(sources);
  expect(await states(campaignId)).toEqual({ SENT: 2, "UNCERTAIN NO_ANSWER": 5 });
  expect(await eventsOf(messageIds[0]!)).toEqual([
    { type: "resolved", source: "Postfix log", evidence: `The Postfix log: ${rotated[2]}` },
    { type: "sent", source: "Postfix log", evidence: null },
  ]);
  expect(await eventsOf(messageIds[1]!)).toEqual([
    { type: "resolved", source: "Postfix log", evidence: `The Postfix log: ${lines[2]}` },
    { type: "sent", source: "Postfix log", evidence: null },
  ]);
  expect(
    await db.sql(
      `select actor_kind as kind, actor_label as label, changes->1->'after' as messages from event where tenant_id = $1 order by at`,
      [tenantId],
    ),
  ).toEqual([
    { kind: "JOB", label: "emails.reconcileUncertain", messages: 1 },
    { kind: "JOB", label: "emails.reconcileUncertain", messages: 1 },
  ]);
  // Again: nothing left to do, and nothing is done twice.
  const before = await checksum(db, ["installation"]);
  await Promise.all([tick(sources), tick(sources), tick([])]);
  expect(await checksum(db, ["installation"])).toBe(before);
});

it("N1 every source is asked once a tick; who has a mail is believed before who lacks it, and nobody lacks it before all have answered", async () => {
  await db.sql("update message set intent_at = now() - interval '8 days' where state = 'UNCERTAIN'");
  const { campaignId, messageIds } = await uncertainCampaign(db, { tenantId, leads: 8 });
  await old(campaignId);
  await db.sql("update message set intent_at = now() - interval '8 days' where id = $1", [messageIds[2]]);
  const nth = new Map(messageIds.map((id, n) => [`<${id}@postwatch.example>`, n]));
  let asked: number[][] = [];
  /** @param words of the first mails, one each */
  const saying = (name: string, ...words: boolean[]): EvidenceSource => ({
    name,
    async ask(mails) {
      asked.push(mails.map(({ messageIdHeader }) => nth.get(messageIdHeader)!));
      return new Map(
        [...nth].flatMap(([header, n]) =>
          n < words.length ? [[header, { isAccepted: words[n]!, evidence: name, reply: null }]] : [],
        ),
      );
    },
  });
  const away: EvidenceSource = { name: "away", ask: () => Promise.reject(new Error("away")) };
  const both = [saying("denies", false, false, false), saying("knows", true)];
  await tick([...both, away]);
  expect(await states(campaignId)).toEqual({ SENT: 1, "UNCERTAIN NO_ANSWER": 7 });
  await tick(both);
  expect(await states(campaignId)).toEqual({ QUEUED: 1, SENT: 1, "UNCERTAIN NO_ANSWER": 6 });
  expect((await eventsOf(messageIds[0]!))[0]).toMatchObject({ source: "knows", evidence: "knows" });
  // The third has left longer ago than logs are kept.
  const rest = [3, 4, 5, 6, 7];
  expect(asked).toEqual([
    [0, 1, ...rest],
    [0, 1, ...rest],
    [1, ...rest],
    [1, ...rest],
  ]);
  // In pages, each source once; the next tick goes on where this one had enough, then it begins again.
  asked = [];
  for (let n = 0; n < 3; n += 1) await tick([saying("none")], undefined, { mails: 4, page: 2 });
  expect(asked).toEqual([[3, 4, 5, 6], [7], [3, 4, 5, 6]]);
  asked = [];
  await tick([saying("none")], AbortSignal.abort(), { mails: 4, page: 2 });
  await tick([saying("none")], undefined, { mails: 9, page: 2 });
  expect(asked).toEqual([[], [7]]);
});

it("J19 reconciliation that is killed on the way leaves whole campaigns behind, and the next one settles the rest, once", async () => {
  const campaigns = [
    await uncertainCampaign(db, { tenantId, leads: 3 }),
    await uncertainCampaign(db, { leads: 3 }),
  ];
  for (const { campaignId } of campaigns) await old(campaignId);
  const knowing: EvidenceSource = {
    name: "oracle",
    ask: async (mails) =>
      new Map(
        mails.map(({ messageIdHeader }) => [
          messageIdHeader,
          { isAccepted: true, evidence: "seen", reply: null },
        ]),
      ),
  };
  const all = async () => Promise.all(campaigns.map(({ campaignId }) => states(campaignId)));
  // It waits for the second campaign in the middle of its transaction, and its connection dies there.
  const holder = await db.database.pool.connect();
  await holder.query("begin");
  await holder.query("select from campaign where id = $1 for update", [campaigns[1]!.campaignId]);
  const killed = tick([knowing]).catch((error: Error) => error);
  await eventually(async () => {
    // Not by the holder: a transaction sees who is there once.
    const rows = await db.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock' and query ilike '%campaign%'`,
    );
    return rows.length > 0;
  });
  expect(await killed).toBeInstanceOf(Error);
  await holder.query("rollback");
  holder.release();
  expect(await all()).toEqual([{ SENT: 3 }, { "UNCERTAIN NO_ANSWER": 3 }]);
  await Promise.all([tick([knowing]), tick([knowing]), tick([knowing])]);
  expect(await all()).toEqual([{ SENT: 3 }, { SENT: 3 }]);
  const resolved = await db.sql(
    `select count(*)::int as times, count(distinct message_id)::int as messages from message_event e join campaign c on c.id = e.campaign_id
     where type = 'resolved' and c.id = any($1::uuid[])`,
    [campaigns.map(({ campaignId }) => campaignId)],
  );
  expect(resolved).toEqual([{ times: 6, messages: 6 }]);
});
