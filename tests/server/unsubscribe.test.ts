import { simpleParser } from "mailparser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { unsubscribeToken } from "../../domain/emails/index.js";
import { newId } from "../../domain/ids.js";
import { seedCampaign, type SeededCampaign } from "../support/ledger-seed.js";
import { checksum, startApi, type Api } from "../support/api.js";
import { lanesFor, settled } from "../support/mail-run.js";
import { startSmtpSink, type SmtpSink } from "../support/smtp-sink.js";

let api: Api;
let sink: SmtpSink;
let campaign: SeededCampaign;
/** By the number of the lead. */
const links = new Map<number, string>();

// A real run: the links are those of mails that left.
beforeAll(async () => {
  api = await startApi();
  sink = await startSmtpSink();
  campaign = await seedCampaign(api.db.database, {
    leads: 3,
    tenantId: api.tenantId,
    steps: [{ html: "<p>Hi {{ first_name }}</p>" }, { delayMinutes: 600 }],
  });
  const lanes = lanesFor(api.db, sink.url, { publicUrl: api.url });
  await sink.waitFor(3);
  await lanes.stop();
  for (const { raw, to } of sink.accepted) {
    const { headers } = await simpleParser(raw);
    const list = headers.get("list") as unknown as { unsubscribe: { url: string } };
    links.set(Number(/\d+/.exec(to[0]!)![0]), list.unsubscribe.url);
  }
});
afterAll(async () => {
  await sink.stop();
  await api.close();
});

const pageOf = async (url: string, init?: RequestInit) => {
  const response = await fetch(url, { redirect: "manual", ...init });
  const html = await response.text();
  return {
    status: response.status,
    title: /<h1>(.*)<\/h1>/.exec(html)?.[1],
    html,
    headers: response.headers,
  };
};
// As Google documents it, to the byte.
const oneClick = {
  method: "POST",
  body: "List-Unsubscribe=One-Click",
  headers: { "content-type": "application/x-www-form-urlencoded" },
};
const standing = (n: number) =>
  api.db.sql(
    `select l.mailability, e.state, e.stop_reason, array_agg(m.step_position || ' ' || m.state order by m.step_position) as mails
     from lead l join enrollment e on e.lead_id = l.id join message m on m.enrollment_id = e.id
     where l.email = $1 and l.tenant_id = $2 group by 1, 2, 3`,
    [`lead-${n}@example.org`, api.tenantId],
  );
const GOING = [
  { mailability: "MAILABLE", state: "WAITING", stop_reason: null, mails: ["1 SENT", "2 PLANNED"] },
];
const OUT = [
  {
    mailability: "UNSUBSCRIBED",
    state: "STOPPED",
    stop_reason: "UNSUBSCRIBED",
    mails: ["1 SENT", "2 CANCELLED"],
  },
];

test("DC-01 every mail offers one press, and has the link in both parts", async () => {
  const raw = sink.accepted[0]!.raw.toString("latin1").replaceAll("\r\n ", " ");
  const url = links.get(Number(/\d+/.exec(sink.accepted[0]!.to[0]!)![0]))!;
  expect(url).toMatch(new RegExp(`^${api.url}/u/[\\w-]{86}$`));
  expect(raw).toContain(`List-Unsubscribe: <${url}>`);
  expect(raw).toContain("List-Unsubscribe-Post: List-Unsubscribe=One-Click");
  const { html, text } = await simpleParser(sink.accepted[0]!.raw);
  expect(html).toContain(`<a href="${url}"`);
  expect(text).toContain(`Unsubscribe: ${url}`);
});

test("DC-02 a thousand looks by a scanner change nothing; the button does", async () => {
  const before = await checksum(api.db);
  for (let n = 0; n < 1000; n += 50)
    await Promise.all(
      Array.from({ length: 50 }, (_, at) => fetch(links.get(1)!, { method: at % 2 ? "GET" : "HEAD" })),
    );
  expect(await checksum(api.db)).toBe(before);
  const { status, title, html, headers } = await pageOf(links.get(1)!);
  expect([status, title]).toEqual([200, "Unsubscribe"]);
  expect(html).toContain('<form method="post">');
  expect(html).not.toMatch(/example\.org|<script/);
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("set-cookie")).toBeNull();
  expect(await standing(1)).toEqual(GOING);

  const pressed = await pageOf(links.get(1)!, { method: "POST" });
  expect([pressed.status, pressed.title]).toEqual([200, "You are unsubscribed"]);
  expect(await standing(1)).toEqual(OUT);
});

test("DC-01 one press of a mail program: no cookie, no sign-in, no redirect; on record as the recipient's, once", async () => {
  for (let n = 0; n < 2; n += 1) expect((await pageOf(links.get(2)!, oneClick)).status).toBe(200);
  expect(await standing(2)).toEqual(OUT);
  expect(await standing(3)).toEqual(GOING);
  expect(
    await api.db.sql(
      `select action, actor_kind, reason_code from event where actor_kind = 'RECIPIENT' and tenant_id = $1 order by at`,
      [api.tenantId],
    ),
  ).toEqual(
    Array.from({ length: 2 }, () => ({
      action: "suppression.added",
      actor_kind: "RECIPIENT",
      reason_code: "UNSUBSCRIBED",
    })),
  );
  expect(
    await api.db.sql(
      `select x.type, x.source, m.step_position from message_event x join message m on m.id = x.message_id
       where x.campaign_id = $1 and x.type = 'unsubscribed'`,
      [campaign.campaignId],
    ),
  ).toEqual(
    Array.from({ length: 2 }, () => ({ type: "unsubscribed", source: "recipient", step_position: 1 })),
  );
});

test("Z18 A1 what is forged, cut, another's or another spelling is one neutral page, and changes nothing", async () => {
  const token = links.get(3)!.split("/").at(-1)!;
  const [row] = await api.db.sql<{ id: string }>("select id from lead where email = 'lead-3@example.org'");
  const forged = unsubscribeToken(Buffer.from("another key, of another house"), {
    tenantId: api.tenantId,
    campaignId: campaign.campaignId,
    leadId: row!.id,
  });
  const flipped = `${token.startsWith("A") ? "B" : "A"}${token.slice(1)}`;
  const before = await checksum(api.db);
  for (const wrong of [
    forged,
    flipped,
    token.slice(0, -1),
    `${token}A`,
    `${token}==`,
    "x",
    "%00",
    "a".repeat(99),
  ])
    for (const init of [{}, oneClick]) {
      const { status, title, html } = await pageOf(`${api.url}/u/${wrong}`, init);
      expect([wrong, status]).toEqual([wrong, 404]);
      expect(title).toBe("This link does not work");
      expect(html).not.toContain("example.org");
    }
  expect(await checksum(api.db)).toBe(before);
});

test("DC-03 the link works whatever became of the campaign, and of a test mail it changes nothing", async () => {
  await api.db.sql("update campaign set status = 'CANCELLED' where id = $1", [campaign.campaignId]);
  expect((await pageOf(links.get(3)!, oneClick)).title).toBe("You are unsubscribed");
  expect(await api.db.sql("select mailability from lead where email = 'lead-3@example.org'")).toEqual([
    { mailability: "UNSUBSCRIBED" },
  ]);
  const before = await checksum(api.db);
  for (const init of [{}, oneClick])
    expect((await pageOf(`${api.url}/u/sample`, init)).title).toBe("This was a test");
  // Somebody whose data is gone is told the same as somebody who is out.
  const [{ key }] = (await api.db.sql<{ key: Buffer }>("select message_id_key as key from installation")) as [
    { key: Buffer },
  ];
  const gone = unsubscribeToken(key, {
    tenantId: api.tenantId,
    campaignId: campaign.campaignId,
    leadId: newId(),
  });
  expect((await pageOf(`${api.url}/u/${gone}`, oneClick)).title).toBe("You are unsubscribed");
  const large = await pageOf(links.get(3)!, { ...oneClick, body: "x".repeat(2000) });
  expect(large.status).toBe(413);
  expect(await checksum(api.db)).toBe(before);
});

test("whose address is stopped for another reason is out for good by the link: lifting that reason changes nothing", async () => {
  const [lead] = await api.db.sql<{ id: string }>(
    `insert into lead (id, tenant_id, email, email_canonical, email_hash, source, mailability)
     select uuid_v7(), $1, a, a, sha256(convert_to(a, 'UTF8')), 'test', 'UNSUBSCRIBED' from (select 'both@example.org' as a) x returning id`,
    [api.tenantId],
  );
  await api.db.sql(
    `insert into suppression (id, tenant_id, email_hash, email, reason, source) select uuid_v7(), tenant_id, email_hash, email, 'MANUAL', 'test' from lead where id = $1`,
    [lead!.id],
  );
  const [{ key }] = (await api.db.sql<{ key: Buffer }>("select message_id_key as key from installation")) as [
    { key: Buffer },
  ];
  const token = unsubscribeToken(key, {
    tenantId: api.tenantId,
    campaignId: campaign.campaignId,
    leadId: lead!.id,
  });
  expect((await pageOf(`${api.url}/u/${token}`, oneClick)).status).toBe(200);
  expect(
    await api.db.sql(
      "select scope, reason, source from suppression where email = 'both@example.org' order by scope",
    ),
  ).toEqual([
    { scope: "ALL", reason: "MANUAL", source: "test" },
    { scope: "MARKETING", reason: "UNSUBSCRIBED", source: "RECIPIENT" },
  ]);
});

test("DC-04 whoever unsubscribes between plan and send gets nothing", async () => {
  const late = await seedCampaign(api.db.database, { leads: 4, tenantId: api.tenantId });
  const lanes = lanesFor(api.db, sink.url, { publicUrl: api.url });
  // 1 to 3 are out by now.
  expect(await settled(api.db, late.campaignId)).toEqual({ SENT: 1, "SKIPPED SUPPRESSED": 3 });
  await lanes.stop();
});
