import { describe, expect, test } from "vitest";
import {
  cancelCampaign,
  cloneCampaign,
  composeTest,
  dryRunCampaign,
  findCampaign,
  launchCampaign,
  senderOfLead,
  timetableOf,
  updateCampaign,
} from "../../domain/campaigns/index.js";
import {
  ConflictError,
  type InvalidInputError,
  InvalidTransitionError,
  type NotReadyError,
} from "../../domain/errors.js";
import { releaseDueMessages } from "../../domain/emails/index.js";
import type { Id } from "../../domain/ids.js";
import { archiveSender, findSenders, updateSender, updateSendingLimits } from "../../domain/senders/index.js";
import { eventually } from "../support/eventually.js";
import { lanesFor } from "../support/mail-run.js";
import { MAIL, SenderWorld } from "../support/sender-world.js";
import { startSmtpSink } from "../support/smtp-sink.js";

const LEADS = 60;
const world = new SenderWorld(LEADS);

describe("a sender", () => {
  test("has its address for itself until it is archived; limits are whole numbers from 1", async () => {
    const id = await world.sender({ address: "Ada@example.com", perDay: 80 });
    const again = await world.refused(() => world.sender({ address: "ada@EXAMPLE.com" }));
    expect(again).toBeInstanceOf(ConflictError);
    expect(again.message).toBe("There is a sender with the address ada@EXAMPLE.com already.");
    const wrong = await world.refused(() =>
      world.sender({ address: "x", name: " ", perHour: 0, gapSeconds: 4000 }),
    );
    expect((wrong as InvalidInputError).issues.map(({ path, message }) => [path.join("."), message])).toEqual(
      [
        ["address", "An e-mail address has an @ with a name before it."],
        ["name", "Enter a name: it stands before the address in every mail."],
        ["perHour", "perHour must be at least 1; leave it out for no limit."],
        ["gapSeconds", "gapSeconds must be at most 3600, an hour."],
      ],
    );
    await world.admin.run(archiveSender, { senderId: id });
    expect(
      await world.refused(() => world.admin.run(updateSender, { senderId: id, perDay: 1 })),
    ).toBeInstanceOf(InvalidTransitionError);
    const next = await world.sender({ address: "ada@example.com" });
    expect(
      (await findSenders(world.admin, world.admin.tenantId, [id, next])).map(({ state }) => state).toSorted(),
    ).toEqual(["ACTIVE", "ARCHIVED"]);
  });

  test("is not archived while a live campaign uses it, which is named; a draft that names it is not launched", async () => {
    const [one, other] = [await world.sender(), await world.sender()];
    const live = await world.launch(await world.draft({ name: "Live", senderIds: [one] }));
    const kept = await world.refused(() => world.admin.run(archiveSender, { senderId: one }));
    expect(kept).toBeInstanceOf(InvalidTransitionError);
    expect(kept.message).toMatch(/is still a sender of “Live”; end or cancel it first\.$/);
    await world.admin.run(cancelCampaign, { campaignId: live });
    const waiting = await world.draft({ senderIds: [one, other] });
    await world.admin.run(archiveSender, { senderId: one });
    const notReady = await world.refused(() => world.admin.run(launchCampaign, { campaignId: waiting }));
    expect((notReady as NotReadyError).issues.map(({ rule, path }) => [rule, path])).toEqual([
      ["sender_archived", ["senderIds"]],
    ]);
    const gone = await world.refused(() =>
      world.admin.run(updateCampaign, { campaignId: waiting, senderIds: [one] }),
    );
    expect((gone as InvalidInputError).issues[0]).toMatchObject({ path: ["senderIds"], value: one });
    const { campaignId: copy } = await world.admin.run(cloneCampaign, { campaignId: waiting });
    expect((await findCampaign(world.admin, world.admin.scope, copy))!.senderIds).toEqual([other]);
  });
});

test("CS-08 three senders rotate, and a lead's three mails carry the same From, as frozen; the dry run said so", async () => {
  const ids = [
    await world.sender({ replyTo: "desk@example.com", postalAddress: "Quay 1, Basel" }),
    await world.sender(),
    await world.sender(),
  ];
  const views = await findSenders(world.admin, world.admin.tenantId, ids);
  const campaignId = await world.draft({ senderIds: ids, steps: [MAIL, MAIL, MAIL] });
  const { rows: tried } = (await dryRunCampaign(world.admin, world.admin.scope, campaignId, {
    startAt: null,
    after: null,
    first: 1000,
  }))!;
  // So do the preview and a test, for any lead.
  for (const { leadId, fromEmail } of tried.slice(0, 30)) {
    const sender = await senderOfLead(world.admin, world.admin.tenantId, ids, leadId);
    const { campaign } = await composeTest(world.admin, world.admin.scope, {
      campaignId,
      leadId,
      step: 1,
      variant: null,
    });
    expect([sender?.address, campaign.fromEmail]).toEqual([fromEmail, fromEmail]);
  }
  await world.launch(campaignId);
  // What a sender becomes after the launch is not in what was launched.
  await world.admin.run(updateSender, { senderId: ids[0], name: "Renamed", postalAddress: null });
  const sink = await startSmtpSink();
  const lanes = lanesFor(world.db, sink.url);
  // Follow-ups are planned by the mail before them, and queued by the worker when they are due.
  const mailed = async () => {
    await releaseDueMessages(world.db.database, 1000);
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
  for (const leads of leadsOf.values()) expect(leads.size).toBeGreaterThan(LEADS / 20);
  const emails = new Map(
    (await world.db.sql<{ id: Id; email: string }>("select id, email from lead")).map(({ id, email }) => [
      id,
      email,
    ]),
  );
  const { rows } = (await timetableOf(world.admin, world.admin.scope, campaignId, {
    after: null,
    first: 1000,
  }))!;
  for (const told of [tried, rows])
    expect(
      told.map(({ leadId, fromEmail }) => [...fromOf.get(emails.get(leadId)!)!][0] === fromEmail),
    ).toEqual(Array.from({ length: LEADS * 3 }, () => true));
});

test("CS-07 with 80 a day and another campaign's mail under the sender's limit the dry run says whose limit it is, and what is cancelled frees it", async () => {
  const id = await world.sender({ perDay: LEADS });
  const first = await world.launch(await world.draft({ senderIds: [id] }));
  const second = await world.draft({ senderIds: [id] });
  const tryIt = async () =>
    (await dryRunCampaign(world.admin, world.admin.scope, second, {
      startAt: null,
      after: null,
      first: 1000,
    }))!;
  const held = await tryIt();
  expect(held.days.map(({ first: mails }) => mails)).toEqual([LEADS]);
  expect(held.firstAt!.slice(0, 10) > new Date().toISOString().slice(0, 10)).toBe(true);
  expect(new Set(held.rows.map(({ heldBy }) => heldBy))).toEqual(new Set(["SENDER"]));
  await world.admin.run(cancelCampaign, { campaignId: first });
  const free = await tryIt();
  expect(new Set(free.rows.map(({ heldBy }) => heldBy))).toEqual(new Set([null]));
  await world.admin.run(updateSendingLimits, { domains: [{ domain: "big.example", perDay: 5 }] });
  const { rows } = await tryIt();
  expect(rows.filter(({ heldBy }) => heldBy === "DOMAIN")).toHaveLength(LEADS / 3 - 5);
  await world.admin.run(updateSendingLimits, {});
});
