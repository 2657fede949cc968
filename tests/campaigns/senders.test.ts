import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  cancelCampaign,
  cloneCampaign,
  createCampaign,
  dryRunCampaign,
  FIRST_BATCH,
  findCampaign,
  launchCampaign,
  planAudience,
  timetableOf,
  updateCampaign,
} from "../../domain/campaigns/index.js";
import {
  ConflictError,
  InvalidInputError,
  InvalidTransitionError,
  NotReadyError,
} from "../../domain/errors.js";
import { releaseDueMessages } from "../../domain/emails/index.js";
import { newId, type Id } from "../../domain/ids.js";
import type { Operation } from "../../domain/operation.js";
import {
  archiveSender,
  createSender,
  findSenders,
  pauseSender,
  updateSender,
  updateSendingLimits,
} from "../../domain/senders/index.js";
import { checksumBesideRefusals } from "../support/fingerprint.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { endAllCampaigns } from "../support/ledger-lane.js";
import { eventually } from "../support/eventually.js";
import { lanesFor } from "../support/mail-run.js";
import { organisation, type Organisation } from "../support/organisation.js";
import { startSmtpSink } from "../support/smtp-sink.js";

let db: TestDatabase;
let org: Organisation;
let admin: Operation;
let list: Id;
const LEADS = 60;
beforeAll(async () => {
  db = await freshDatabase({ poolSize: 12 });
  org = await organisation(db);
  admin = org.as("ADMIN");
  list = newId();
  await db.sql("insert into lead_list (id, tenant_id, name) values ($1, $2, 'All')", [list, admin.tenantId]);
  await db.sql(
    `with people as (
       insert into lead (id, tenant_id, email, email_canonical, email_hash, source)
       select uuid_v7(), $1, a, a, sha256(convert_to(a, 'UTF8')), 'test'
       from generate_series(1, $3::int) n, lateral (select 'lead-' || n || '@' || (array['big', 'small', 'other'])[1 + n % 3] || '.example' as a) x returning id)
     insert into lead_list_member (tenant_id, list_id, lead_id) select $1, $2, id from people`,
    [admin.tenantId, list, LEADS],
  );
});
afterAll(() => db.close());
beforeEach(() => endAllCampaigns(db));

let count = 0;
const sender = async (more: object = {}): Promise<Id> => {
  count += 1;
  const own = { address: `sender-${count}@example.com`, name: `Sender ${count}`, ...more };
  return (await admin.run(createSender, own)).senderId;
};
const step = { delayMinutes: 0, subject: "Hello", html: "<p>Hello</p>" };
async function draft(more: object = {}): Promise<Id> {
  const fields = {
    name: "Spring",
    fromName: "Ada",
    fromEmail: "ada@example.com",
    steps: [step],
    audience: { listIds: [list] },
  };
  return (await admin.run(createCampaign, { ...fields, ...more })).campaignId;
}
async function launch(campaignId: Id): Promise<Id> {
  await admin.run(launchCampaign, { campaignId });
  const job = org.asJob("campaigns.plan");
  for (let after: string | null = FIRST_BATCH; after !== null;)
    after = (await job.run(planAudience, { campaignId, after })).last;
  return campaignId;
}
async function refused(work: () => Promise<unknown>): Promise<Error> {
  const before = await checksumBesideRefusals(db);
  const error = await work().then(
    () => Promise.reject(new Error("it was not refused")),
    (caught: Error) => caught,
  );
  expect(await checksumBesideRefusals(db)).toBe(before);
  return error;
}

describe("a sender", () => {
  test("has its address for itself until it is archived; limits are whole numbers from 1", async () => {
    const id = await sender({ address: "Ada@example.com", perDay: 80 });
    const again = await refused(() => sender({ address: "ada@EXAMPLE.com" }));
    expect(again).toBeInstanceOf(ConflictError);
    expect(again.message).toBe("There is a sender with the address ada@EXAMPLE.com already.");
    const wrong = await refused(() => sender({ address: "x", name: " ", perHour: 0, gapSeconds: 4000 }));
    expect((wrong as InvalidInputError).issues.map(({ path, message }) => [path.join("."), message])).toEqual(
      [
        ["address", "An e-mail address has an @ with a name before it."],
        ["name", "Enter a name: it stands before the address in every mail."],
        ["perHour", "perHour must be at least 1; leave it out for no limit."],
        ["gapSeconds", "gapSeconds must be at most 3600, an hour."],
      ],
    );
    await admin.run(archiveSender, { senderId: id });
    expect(await refused(() => admin.run(updateSender, { senderId: id, perDay: 1 }))).toBeInstanceOf(
      InvalidTransitionError,
    );
    const next = await sender({ address: "ada@example.com" });
    expect(
      (await findSenders(admin, admin.tenantId, [id, next])).map(({ state }) => state).toSorted(),
    ).toEqual(["ACTIVE", "ARCHIVED"]);
  });

  test("is not archived while a live campaign uses it, which is named; a draft that names it is not launched", async () => {
    const [one, other] = [await sender(), await sender()];
    const live = await launch(await draft({ name: "Live", senderIds: [one] }));
    const kept = await refused(() => admin.run(archiveSender, { senderId: one }));
    expect(kept).toBeInstanceOf(InvalidTransitionError);
    expect(kept.message).toMatch(/is still a sender of “Live”; end or cancel it first\.$/);
    await admin.run(cancelCampaign, { campaignId: live });
    const waiting = await draft({ senderIds: [one, other] });
    await admin.run(archiveSender, { senderId: one });
    const notReady = await refused(() => admin.run(launchCampaign, { campaignId: waiting }));
    expect((notReady as NotReadyError).issues.map(({ rule, path }) => [rule, path])).toEqual([
      ["sender_archived", ["senderIds"]],
    ]);
    const gone = await refused(() => admin.run(updateCampaign, { campaignId: waiting, senderIds: [one] }));
    expect((gone as InvalidInputError).issues[0]).toMatchObject({ path: ["senderIds"], value: one });
    const { campaignId: copy } = await admin.run(cloneCampaign, { campaignId: waiting });
    expect((await findCampaign(admin, admin.scope, copy))!.senderIds).toEqual([other]);
  });
});

test("CS-08 three senders rotate, and a lead's three mails carry the same From, as frozen; the dry run said so", async () => {
  const ids = [
    await sender({ replyTo: "desk@example.com", postalAddress: "Quay 1, Basel" }),
    await sender(),
    await sender(),
  ];
  const views = await findSenders(admin, admin.tenantId, ids);
  const campaignId = await draft({ senderIds: ids, steps: [step, step, step] });
  const { rows: tried } = (await dryRunCampaign(admin, admin.scope, campaignId, {
    startAt: null,
    after: null,
    first: 1000,
  }))!;
  await launch(campaignId);
  // What a sender becomes after the launch is not in what was launched.
  await admin.run(updateSender, { senderId: ids[0], name: "Renamed", postalAddress: null });
  const sink = await startSmtpSink();
  const lanes = lanesFor(db, sink.url);
  // Follow-ups are planned by the mail before them, and queued by the worker when they are due.
  const mailed = async () => {
    await releaseDueMessages(db.database, 1000);
    lanes.wake();
    return sink.accepted.length;
  };
  await eventually(mailed, (mails) => mails === LEADS * 3, 20_000);
  await lanes.stop();
  await sink.stop();
  const fromOf = new Map<string, Set<string>>();
  const leadsOf = new Map<string, Set<string>>();
  for (const { from, to, raw } of sink.accepted) {
    fromOf.set(to[0]!, (fromOf.get(to[0]!) ?? new Set()).add(from));
    leadsOf.set(from, (leadsOf.get(from) ?? new Set()).add(to[0]!));
    const head = raw.toString();
    expect(head).toContain(`From: ${views.find(({ address }) => address === from)!.name} <${from}>`);
    expect(head.includes("Reply-To: desk@example.com")).toBe(
      from === views.find(({ id }) => id === ids[0])!.address,
    );
    expect(head.includes("Quay 1, Basel")).toBe(from === views.find(({ id }) => id === ids[0])!.address);
  }
  expect(fromOf.size).toBe(LEADS);
  expect([...fromOf.values()].filter(({ size }) => size !== 1)).toEqual([]);
  expect([...leadsOf.keys()].toSorted()).toEqual(views.map(({ address }) => address).toSorted());
  for (const leads of leadsOf.values()) expect(leads.size).toBeGreaterThan(LEADS / 6);
  const emails = new Map(
    (await db.sql<{ id: Id; email: string }>("select id, email from lead")).map(({ id, email }) => [
      id,
      email,
    ]),
  );
  const { rows } = (await timetableOf(admin, admin.scope, campaignId, { after: null, first: 1000 }))!;
  for (const told of [tried, rows])
    expect(
      told.map(({ leadId, fromEmail }) => [...fromOf.get(emails.get(leadId)!)!][0] === fromEmail),
    ).toEqual(Array.from({ length: LEADS * 3 }, () => true));
});

test("CS-07 with 80 a day and another campaign's mail under the sender's limit the dry run says whose limit it is, and what is cancelled frees it", async () => {
  const id = await sender({ perDay: LEADS });
  const first = await launch(await draft({ senderIds: [id] }));
  const second = await draft({ senderIds: [id] });
  const tryIt = async () =>
    (await dryRunCampaign(admin, admin.scope, second, { startAt: null, after: null, first: 1000 }))!;
  const held = await tryIt();
  expect(held.days.map(({ first: mails }) => mails)).toEqual([LEADS]);
  expect(held.firstAt!.slice(0, 10) > new Date().toISOString().slice(0, 10)).toBe(true);
  expect(new Set(held.rows.map(({ heldBy }) => heldBy))).toEqual(new Set(["SENDER"]));
  await admin.run(cancelCampaign, { campaignId: first });
  const free = await tryIt();
  expect(new Set(free.rows.map(({ heldBy }) => heldBy))).toEqual(new Set([null]));
  await admin.run(updateSendingLimits, { domains: [{ domain: "big.example", perDay: 5 }] });
  const { rows } = await tryIt();
  expect(rows.filter(({ heldBy }) => heldBy === "DOMAIN")).toHaveLength(LEADS / 3 - 5);
  await admin.run(updateSendingLimits, {});
  await admin.run(pauseSender, { senderId: id });
});
