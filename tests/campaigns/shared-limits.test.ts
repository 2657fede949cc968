import { beforeEach, describe, expect, test } from "vitest";
import { accountingOf, launchCampaign, timetableOf } from "../../domain/campaigns/index.js";
import {
  asksForLess,
  claimMessages,
  findSlowedDomains,
  postponeMessages,
  reapExpiredMessages,
  releaseDueMessages,
  releaseMessages,
  type ClaimedMessage,
  type SmtpPhase,
} from "../../domain/emails/index.js";
import { newId, type Id } from "../../domain/ids.js";
import { pauseSender, resumeSender, updateSender, updateSendingLimits } from "../../domain/senders/index.js";
import { eventually } from "../support/eventually.js";
import { endAllCampaigns } from "../support/ledger-lane.js";
import { lanesFor } from "../support/mail-run.js";
import { MAIL, SenderWorld } from "../support/sender-world.js";
import { startSmtpSink } from "../support/smtp-sink.js";

const LEADS = 60;
const world = new SenderWorld(LEADS);
beforeEach(() => world.admin.run(updateSendingLimits, {}));

/** Launched when its limits were not there yet: all of its mail is due now, whatever a plan would say. */
async function dueAtOnce(senderIds: readonly Id[], more: object = {}): Promise<Id> {
  const campaignId = await world.launch(await world.draft({ senderIds, ...more }));
  await world.db.sql("update message set state = 'QUEUED', due_at = now() where campaign_id = $1", [
    campaignId,
  ]);
  return campaignId;
}

/** Eight lanes at once, until none finds anything. */
async function drained(lease = 60): Promise<ClaimedMessage[]> {
  const all: ClaimedMessage[] = [];
  const lane = async () => {
    for (;;) {
      const claimed = await claimMessages(world.db.database, [newId()], 5, lease);
      all.push(...claimed.filter(({ state }) => state === "SENDING"));
      if (claimed.length === 0) return;
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  return all;
}
const paces = (kind: string) =>
  world.db.sql<{ key: string; used: number }>(
    "select key, used_in_hour as used from pace where tenant_id = $1 and kind = $2 and used_in_hour > 0 order by key",
    [world.admin.tenantId, kind],
  );
const domainOf = ({ email }: ClaimedMessage) => email.slice(email.indexOf("@") + 1);
const countBy = <T>(rows: readonly T[], by: (row: T) => string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[by(row)] = (counts[by(row)] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1)));
};
const anHourPasses = () =>
  world.db.sql(
    "update pace set hour = hour - interval '1 hour', free_at = '-infinity', booked_at = '-infinity' where isfinite(hour)",
  );

describe("CS-07 eight lanes at once take no more than a limit that campaigns share", () => {
  test("of a sender: what is over it is put off, spread over the hours that it takes, with its reason", async () => {
    const [small, large] = [await world.sender(), await world.sender()];
    const campaigns = [await dueAtOnce([small, large]), await dueAtOnce([small])];
    await world.admin.run(updateSender, { senderId: small, perHour: 7 });
    const sent = await drained();
    const ofLarge = (
      await world.db.sql<{ n: number }>("select count(*)::int as n from enrollment where sender_id = $1", [
        large,
      ])
    )[0]!.n;
    expect(countBy(sent, (message) => (message.sender_id === small ? "small" : "large"))).toEqual({
      large: ofLarge,
      small: 7,
    });
    expect(await paces("SENDER")).toContainEqual({ key: small, used: 7 });
    const [waiting] = await world.db.sql(
      `select count(*)::int as mails, count(*) filter (where due_at >= date_trunc('hour', now(), 'UTC') + interval '1 hour')::int as later,
         max(mails_of_hour)::int as most
       from message m join (select date_trunc('hour', due_at, 'UTC') as hour, count(*) as mails_of_hour from message
         where reason = 'SENDER_LIMIT' and due_at < now() + interval '22 hours' group by 1) h on h.hour = date_trunc('hour', m.due_at, 'UTC')
       where m.state = 'PLANNED' and reason = 'SENDER_LIMIT'`,
    );
    const over = 2 * LEADS - ofLarge - 7;
    expect(waiting).toEqual({ mails: over, later: over, most: 7 });
    // Nothing is left to look at: the queue is empty.
    const accounting = await accountingOf(world.admin, world.admin.scope, campaigns);
    const buckets = [...accounting.values()].flatMap((one) =>
      one.buckets.map(({ bucket, reason }) => [bucket, reason]),
    );
    expect(new Set(buckets.map((one) => one.join(" ")))).toEqual(
      new Set(["PLANNED SENDER_LIMIT", "SENDING "]),
    );
    const { rows } = (await timetableOf(world.admin, world.admin.scope, campaigns[1]!, {
      after: null,
      first: 100,
    }))!;
    expect(rows.filter(({ reason }) => reason === "SENDER_LIMIT").length).toBeGreaterThan(0);
    // Raising it wakes them; so does the next hour.
    await world.admin.run(updateSender, { senderId: small, perHour: 9 });
    await world.woken();
    await world.planAnew();
    await releaseDueMessages(world.db.database, 1000);
    expect(await drained()).toHaveLength(2);
    await anHourPasses();
    await world.db.sql("update message set state = 'QUEUED', due_at = now() where state = 'PLANNED'");
    expect(await drained()).toHaveLength(9);
  });

  test("of the organisation and of destination domains, listed or not; rows of domains are made by the claims", async () => {
    const campaigns = [await dueAtOnce([]), await dueAtOnce([])];
    await world.admin.run(updateSendingLimits, {
      perHour: 23,
      domainPerHour: 8,
      domains: [{ domain: "BIG.example", perHour: 11, perDay: 4 }],
    });
    const sent = await drained();
    expect(countBy(sent, domainOf)).toEqual({ "big.example": 4, "other.example": 8, "small.example": 8 });
    expect(await paces("DOMAIN")).toEqual([
      { key: "big.example", used: 4 },
      { key: "other.example", used: 8 },
      { key: "small.example", used: 8 },
    ]);
    expect(await paces("TENANT")).toEqual([{ key: "", used: 20 }]);
    await world.admin.run(updateSendingLimits, { perHour: 23 });
    await world.woken();
    await world.planAnew();
    await releaseDueMessages(world.db.database, 1000);
    expect(await drained()).toHaveLength(3);
    const accounting = await accountingOf(world.admin, world.admin.scope, campaigns);
    const counts: Record<string, number> = {};
    for (const { buckets } of accounting.values())
      for (const { bucket, reason, count } of buckets)
        counts[`${bucket} ${reason}`] = (counts[`${bucket} ${reason}`] ?? 0) + count;
    // The rest has new places: it is put off no more.
    expect(counts).toEqual({ "PLANNED null": 97, "SENDING null": 23 });
  });

  test("of a gap: one at a time; and a full sender keeps no other campaign waiting", async () => {
    const [slow, quick] = [await world.sender(), await world.sender()];
    const waiting = await dueAtOnce([slow]);
    const other = await dueAtOnce([quick]);
    await world.admin.run(updateSender, { senderId: slow, gapSeconds: 600 });
    const sent = await drained();
    expect(countBy(sent, ({ campaign_id }) => (campaign_id === other ? "other" : "slow"))).toEqual({
      other: LEADS,
      slow: 1,
    });
    // Each has a turn of its own, ten minutes after the one before it.
    const [turns] = await world.db.sql(
      `select min(gap) >= 599 as apart from (select extract(epoch from due_at - lag(due_at) over (order by due_at)) as gap
         from message where campaign_id = $1 and state = 'PLANNED' and due_at < now() + interval '23 hours') g`,
      [waiting],
    );
    expect(turns).toEqual({ apart: true });
  });
});

test("what is given back, put off to another window or lost with its worker counts against no limit", async () => {
  const id = await world.sender({ perHour: 10 });
  await dueAtOnce([id]);
  const used = async () => (await paces("SENDER")).find(({ key }) => key === id)?.used ?? 0;
  const owner = newId();
  const own = (await claimMessages(world.db.database, [owner], 5, 60)).filter(
    ({ state }) => state === "SENDING",
  );
  expect([own.length, await used()]).toEqual([5, 5]);
  await releaseMessages(world.db.database, owner, own.slice(0, 2));
  expect(await used()).toBe(3);
  const later = own.slice(2, 3).map((message) => ({ ...message, dueAt: new Date(Date.now() + 3_600_000) }));
  await postponeMessages(world.db.database, owner, later, null);
  expect(await used()).toBe(2);
  await world.db.sql(
    "update message set lease_until = now() - interval '1 second' where state = 'SENDING' and lease_owner = $1",
    [owner],
  );
  await reapExpiredMessages(world.db.database);
  expect(await used()).toBe(0);
  expect(await drained()).toHaveLength(10);
});

test("mail of a paused sender waits and is given to no other; resumed, it goes on", async () => {
  const [paused, other] = [await world.sender(), await world.sender()];
  const campaignId = await dueAtOnce([paused, other]);
  await world.admin.run(pauseSender, { senderId: paused });
  const sent = await drained();
  expect(new Set(sent.map(({ sender_id }) => sender_id))).toEqual(new Set([other]));
  const { buckets } = (await accountingOf(world.admin, world.admin.scope, [campaignId])).get(campaignId)!;
  expect(buckets).toEqual([
    { bucket: "PLANNED", reason: "SENDER_PAUSED", count: LEADS - sent.length },
    { bucket: "SENDING", reason: null, count: sent.length },
  ]);
  await world.db.sql(
    "update enrollment set planned_times = array[now() - interval '10 minutes'] where campaign_id = $1",
    [campaignId],
  );
  const { rows } = (await timetableOf(world.admin, world.admin.scope, campaignId, {
    after: null,
    first: 100,
  }))!;
  expect(rows.filter(({ difference }) => difference === "SENDER_PAUSED")).toHaveLength(LEADS - sent.length);
  await world.admin.run(resumeSender, { senderId: paused });
  await world.woken();
  await releaseDueMessages(world.db.database, 1000);
  const resumed = await drained();
  expect(resumed).toHaveLength(LEADS - sent.length);
  expect(new Set(resumed.map(({ sender_id }) => sender_id))).toEqual(new Set([paused]));
});

test("CS-07 a sender whose day is full of follow-ups sends no first mail that day, and the timetable says whose limit it is", async () => {
  const sender = await world.sender({ perDay: 40 });
  const twenty = await world.listOf("twenty", 20);
  const steps = [MAIL, MAIL];
  const first = await world.launch(
    await world.draft({ senderIds: [sender], steps, audience: { listIds: [twenty] } }),
  );
  const second = await world.launch(await world.draft({ senderIds: [sender] }));
  const sink = await startSmtpSink();
  const lanes = lanesFor(world.db, sink.url);
  const mailed = async () => {
    await releaseDueMessages(world.db.database, 1000);
    lanes.wake();
    return sink.accepted.length;
  };
  await eventually(mailed, (mails) => mails === 40, 20_000);
  await eventually(
    () =>
      world.db.sql<{ n: number }>(
        "select count(*)::int as n from message where state = 'SENDING' and campaign_id = $1",
        [first],
      ),
    ([row]) => row!.n === 0,
  );
  await lanes.stop();
  await sink.stop();
  expect(
    await world.db.sql(
      "select campaign_id, step_position, count(*)::int as n from message where sent_at is not null and campaign_id = any($1) group by 1, 2 order by 2",
      [[first, second]],
    ),
  ).toEqual([
    { campaign_id: first, step_position: 1, n: 20 },
    { campaign_id: first, step_position: 2, n: 20 },
  ]);
  const { rows } = (await timetableOf(world.admin, world.admin.scope, second, { after: null, first: 100 }))!;
  const today = new Date().toISOString().slice(0, 10);
  expect(
    countBy(rows, ({ plannedAt, heldBy, difference }) =>
      [new Date(plannedAt!).toISOString().slice(0, 10) > today, heldBy, difference].join(" "),
    ),
  ).toEqual({ "true SENDER NOT_YET": LEADS });
});

test("a launch while a lane works under the same limits, and limits that change meanwhile, stop nobody", async () => {
  const senders = [await world.sender({ perHour: 1000 }), await world.sender({ perHour: 1000 })];
  await world.admin.run(updateSendingLimits, { perHour: 1000, domainPerHour: 1000 });
  const campaigns = [await dueAtOnce(senders), await dueAtOnce(senders.toReversed())];
  const next = await world.draft({ senderIds: senders });
  const change = async () => {
    for (let n = 0; n < 10; n += 1) {
      await world.admin.run(updateSender, { senderId: senders[n % 2], perHour: 1001 + n });
      await world.admin.run(updateSendingLimits, { perHour: 1001 + n, domainPerHour: 1001 + n });
    }
  };
  const giveBack = async () => {
    for (let n = 0; n < 10; n += 1) {
      const owner = newId();
      const own = await claimMessages(world.db.database, [owner], 5, 60);
      await releaseMessages(world.db.database, owner, own);
    }
  };
  await Promise.all([
    change(),
    giveBack(),
    giveBack(),
    drained(),
    world.admin.run(launchCampaign, { campaignId: next }),
  ]);
  await drained();
  const sending = await world.db.sql<{ n: number }>(
    "select count(*)::int as n from message where state = 'SENDING' and campaign_id = any($1)",
    [campaigns],
  );
  expect(sending).toEqual([{ n: 2 * LEADS }]);
  const ofBoth = (await paces("SENDER")).filter(({ key }) => senders.includes(key));
  expect(ofBoth.map(({ used }) => used).reduce((a, b) => a + b)).toBe(2 * LEADS);
  expect(await paces("TENANT")).toEqual([{ key: "", used: 2 * LEADS }]);
});

test("DC-14 only what the destination says of itself counts, not a relay that goes away or refuses us", () => {
  const refused = (phase: SmtpPhase, code: number, enhancedCode: string | null) =>
    asksForLess({ kind: "refused", phase, code, enhancedCode, reply: "" });
  expect([
    refused("rcpt", 421, null),
    refused("dot", 450, "4.7.28"),
    refused("connect", 421, "4.7.28"),
    refused("connect", 421, null),
    refused("mail", 451, "4.7.0"),
    refused("rcpt", 450, "4.2.1"),
    refused("dot", 550, "5.7.1"),
    refused("rcpt", 421, "4.3.2"),
    refused("rcpt", 451, "4.7.1"),
    asksForLess({ kind: "notSent", reason: "421 4.7.28" }),
  ]).toEqual([true, true, true, false, false, false, false, false, false, false]);
});

test("DC-14 a 4.7.28 halves what its domain gets for the organisation; others flow, and it recovers by the hour", async () => {
  const sink = await startSmtpSink({
    onRecipient: (address) =>
      address.endsWith("@big.example") && sink.accepted.length >= 30
        ? { code: 450, message: "4.7.28 Our system has detected an unusual rate of mail" }
        : undefined,
  });
  const first = await dueAtOnce([]);
  const lanes = lanesFor(world.db, sink.url, { lanes: 1 });
  const sentTo = () => countBy(sink.accepted, ({ to }) => to[0]!.slice(to[0]!.indexOf("@") + 1));
  const waits = async () =>
    (
      await world.db.sql<{ n: number }>(
        "select count(*)::int as n from message where campaign_id = $1 and state in ('QUEUED', 'SENDING') and due_at <= now()",
        [first],
      )
    )[0]!.n;
  await eventually(waits, (open) => open === 0, 25_000);
  await lanes.stop();
  await sink.stop();
  const { "big.example": big = 0, ...others } = sentTo();
  expect(others).toEqual({ "other.example": LEADS / 3, "small.example": LEADS / 3 });
  expect(big).toBeLessThan(LEADS / 3);
  // Half of what it took in the last hour, also of campaigns before, but not less than ten.
  const [took] = await world.db.sql<{ n: number }>(
    "select count(*)::int as n from message m join lead l on l.id = m.lead_id where m.sent_at is not null and l.email like '%@big.example'",
  );
  const perHour = Math.max(10, Math.floor(took!.n / 2));
  expect(await findSlowedDomains(world.db.database, world.admin.tenantId)).toEqual([
    { domain: "big.example", perHour, since: expect.anything() },
  ]);
  // From then on so many an hour; the limits of others are not touched, and setting limits does not forget it.
  await world.admin.run(updateSendingLimits, { perHour: 10_000 });
  await endAllCampaigns(world.db);
  await world.db.sql("update pace set used_in_hour = 0, free_at = '-infinity' where kind = 'DOMAIN'");
  await dueAtOnce([]);
  expect(countBy(await drained(), domainOf)).toEqual({
    "big.example": perHour,
    "other.example": LEADS / 3,
    "small.example": LEADS / 3,
  });
  const later = async (hours: number) => {
    await world.db.sql(
      "update pace set slowed_at = now() - make_interval(hours => $1) where slowed_at is not null",
      [hours],
    );
    return (await findSlowedDomains(world.db.database, world.admin.tenantId)).map((one) => one.perHour);
  };
  expect([await later(1), await later(3), await later(12)]).toEqual([[2 * perHour], [8 * perHour], []]);
}, 60_000);
