import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import {
  cancelCampaign,
  completeCampaign,
  pauseCampaign,
  resolveMessage,
  resolveMessages,
} from "../../domain/campaigns/index.js";
import { recordOutcome, type Resolution } from "../../domain/emails/index.js";
import { InvalidTransitionError } from "../../domain/errors.js";
import { newId, type Id } from "../../domain/ids.js";
import type { Operation } from "../../domain/operation.js";
import { lookAt, PROMISES } from "../../domain/promises/index.js";
import { freshDatabase, makeTenant, makeUser, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { checksum, checksumBesideRefusals } from "../support/fingerprint.js";
import { SUPPRESS } from "../support/ledger-lane.js";
import { messageStates, seedCampaign, type SeededCampaign } from "../support/ledger-seed.js";
import { lanesFor } from "../support/mail-run.js";
import { startScriptedSmtp, type ScriptedSmtp } from "../support/scripted-smtp.js";
import { uncertainCampaign } from "../support/uncertain.js";

let db: TestDatabase;
let tenantId: Id;
let ana: Operation;
let ben: Operation;
const servers: ScriptedSmtp[] = [];
beforeAll(async () => {
  db = await freshDatabase({ poolSize: 12 });
});
beforeEach(async () => {
  tenantId = await makeTenant(db.database);
  ana = (await makeUser(db.database, { tenantId, role: "MANAGER" })).op;
  ben = (await makeUser(db.database, { tenantId, role: "ADMIN" })).op;
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await db.sql("update campaign set status = 'ARCHIVED', updated_at = now()");
});
afterAll(() => db.close());

const EVIDENCE = "postfix on mx1: 4Gz7x: to=<lead-1@example.org>, status=sent (250 2.0.0 OK)";
const states = ({ campaignId }: Pick<SeededCampaign, "campaignId">) => messageStates(db.database, campaignId);
const events = (messageId: Id) =>
  db.sql<{ type: string; source: string; evidence: string | null; by: Id | null }>(
    "select type, source, evidence, actor_id as by from message_event where message_id = $1 order by seq",
    [messageId],
  );
const enrollments = (campaignId: Id) =>
  db.sql("select state, stop_reason as reason from enrollment where campaign_id = $1 order by id", [
    campaignId,
  ]);
const userOf = (op: Operation) => (op.actor.kind === "USER" ? op.actor.userId : null);
const resolve = (op: Operation, messageId: Id, outcome: Resolution, evidence = EVIDENCE) =>
  op.run(resolveMessage, { messageId, outcome, evidence });
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => {
      throw new Error("was not refused");
    },
    (error: unknown) => error as Error & { code: string },
  );
/** What the promises over the ledger say, all rows looked at. */
async function broken(): Promise<string[]> {
  const looks = await Promise.all(
    PROMISES.filter(({ offending }) => offending.includes("touched")).map(async (promise) => {
      const { breaches } = await lookAt(db.database as never, promise, newId(), null);
      return breaches.flatMap((breach) => breach.offending.map(({ detail }) => `${promise.id}: ${detail}`));
    }),
  );
  return looks.flat();
}

/** A campaign of two steps, one lead; the server takes the first mail and breaks off, or takes nothing and breaks off. */
async function brokenOff(script: Parameters<typeof startScriptedSmtp>[0]) {
  const server = await startScriptedSmtp(script);
  servers.push(server);
  const campaign = await seedCampaign(db.database, { leads: 1, tenantId, steps: [{}, { delayMinutes: 90 }] });
  const lanes = lanesFor(db, server.url, { lanes: 1 });
  await eventually(
    () => states(campaign),
    (now) => now["UNCERTAIN NO_ANSWER"] === 1,
  );
  const [message] = await db.sql<{ id: Id }>("select id from message where campaign_id = $1", [
    campaign.campaignId,
  ]);
  return { ...campaign, server, lanes, messageId: message!.id };
}

it("N1 accepted after all: it counts as sent from when it left, on whose word, and the lead goes on to the next step", async () => {
  const { campaignId, messageId, lanes, server } = await brokenOff((moment) =>
    moment === "dot" ? "cut" : undefined,
  );
  try {
    expect(server.bodies).toHaveLength(1);
    await resolve(ana, messageId, "ACCEPTED", `  ${EVIDENCE} `);
    expect(await states({ campaignId })).toEqual({ PLANNED: 1, SENT: 1 });
    expect(
      await db.sql(
        `select m.sent_at = m.intent_at as "from then", m.attempt, m.server_reply as reply, m.reason, n.step_position as next,
           n.due_at - m.sent_at = interval '90 minutes' as "in time"
         from message m join message n on n.campaign_id = m.campaign_id and n.id <> m.id where m.id = $1`,
        [messageId],
      ),
    ).toEqual([{ "from then": true, attempt: 1, reply: null, reason: null, next: 2, "in time": true }]);
    expect((await events(messageId)).slice(1)).toEqual([
      { type: "uncertain", source: "lane", evidence: expect.stringMatching(/./), by: null },
      { type: "resolved", source: "person", evidence: EVIDENCE, by: userOf(ana) },
      { type: "sent", source: "person", evidence: null, by: userOf(ana) },
    ]);
    expect(await enrollments(campaignId)).toEqual([{ state: "WAITING", reason: null }]);
    expect(
      await db.sql(
        `select action, outcome, actor_id as by, targets->0->>'id' as campaign, targets->1->>'id' as message from event
         where action = 'campaign.mail_resolved' and tenant_id = $1`,
        [tenantId],
      ),
    ).toEqual([
      {
        action: "campaign.mail_resolved",
        outcome: "SUCCESS",
        by: userOf(ana),
        campaign: campaignId,
        message: messageId,
      },
    ]);
    expect(server.bodies).toHaveLength(1);
    expect(await broken()).toEqual([]);
  } finally {
    await lanes.stop();
  }
});

it("N1 certainly not accepted: one more attempt under the same Message-ID, also of a campaign that had completed meanwhile", async () => {
  const { campaignId, messageId, lanes, server } = await brokenOff((moment, time) =>
    moment === "dot" && time === 1 ? "cut" : undefined,
  );
  try {
    expect(
      await ben.as({ kind: "JOB", name: "test" }, tenantId).run(completeCampaign, { campaignId }),
    ).toEqual({
      completed: true,
    });
    await resolve(ben, messageId, "SEND_AGAIN", "mx1 was rebuilt from yesterday's image at 10:02");
    const header = (
      await db.sql<{ id: string }>("select message_id_header as id from message where id = $1", [messageId])
    )[0]!.id;
    await eventually(
      () => states({ campaignId }),
      (now) => now.SENT === 1,
    );
    const ids = server.bodies.map((body) => /^message-id:\s*(\S+)/im.exec(body)![1]!);
    expect(ids).toEqual([header, header]);
    expect(await db.sql("select attempt, state from message where id = $1", [messageId])).toEqual([
      { attempt: 2, state: "SENT" },
    ]);
    expect((await events(messageId)).map(({ type }) => type)).toEqual([
      "claimed",
      "uncertain",
      "resolved",
      "queued",
      "claimed",
      "sent",
    ]);
    expect(
      await db.sql(`select status, completed_at as over from campaign where id = $1`, [campaignId]),
    ).toEqual([{ status: "RUNNING", over: null }]);
    expect(await broken()).toEqual([]);
  } finally {
    await lanes.stop();
  }
});

it("N1 given up: it failed, on whose word, and its lead gets nothing more", async () => {
  const { campaignId, messageIds } = await uncertainCampaign(db, { tenantId, steps: [{}, {}] });
  await resolve(ana, messageIds[0]!, "GIVE_UP");
  expect(await states({ campaignId })).toEqual({ "FAILED NOT_ACCEPTED": 1 });
  expect((await events(messageIds[0]!)).slice(2)).toEqual([
    { type: "resolved", source: "person", evidence: EVIDENCE, by: userOf(ana) },
    { type: "failed", source: "person", evidence: null, by: userOf(ana) },
  ]);
  expect(await enrollments(campaignId)).toEqual([{ state: "FINISHED", reason: null }]);
});

it("N1 without evidence nothing is resolved, and what has stopped is not sent again: refused in words, and nothing changes", async () => {
  const stopped = await uncertainCampaign(db, { tenantId });
  await db.sql("update enrollment set state = 'STOPPED', stop_reason = 'REPLIED' where campaign_id = $1", [
    stopped.campaignId,
  ]);
  const cancelled = await uncertainCampaign(db, { tenantId });
  await ben.run(cancelCampaign, { campaignId: cancelled.campaignId });
  const suppressed = await uncertainCampaign(db, { tenantId, leads: 2 });
  await db.sql(SUPPRESS, [
    (
      await db.sql<{ id: Id }>("select lead_id as id from message where id = $1", [suppressed.messageIds[0]])
    )[0]!.id,
  ]);
  const awaited = await uncertainCampaign(db, { tenantId });
  await db.sql("update message set reason = 'LEASE_EXPIRED', lease_owner = $2 where campaign_id = $1", [
    awaited.campaignId,
    newId(),
  ]);
  const foreign = await uncertainCampaign(db);
  const before = await checksumBesideRefusals(db);
  const cases: readonly (readonly [Id, Resolution, string, string, RegExp])[] = [
    [awaited.messageIds[0]!, "SEND_AGAIN", " \n", "BAD_USER_INPUT", /evidence must say how it is known/],
    [awaited.messageIds[0]!, "ACCEPTED", "x".repeat(1001), "BAD_USER_INPUT", /at most 1000 characters/],
    [awaited.messageIds[0]!, "ACCEPTED", EVIDENCE, "CONFLICT", /may still know the answer/],
    [stopped.messageIds[0]!, "SEND_AGAIN", EVIDENCE, "CONFLICT", /sequence has ended \(REPLIED\)/],
    [cancelled.messageIds[0]!, "SEND_AGAIN", EVIDENCE, "CONFLICT", /cancelled or archived/],
    [suppressed.messageIds[0]!, "SEND_AGAIN", EVIDENCE, "CONFLICT", /address is suppressed/],
    [foreign.messageIds[0]!, "GIVE_UP", EVIDENCE, "NOT_FOUND", /no such message/],
    [newId(), "GIVE_UP", EVIDENCE, "NOT_FOUND", /no such message/],
  ];
  for (const [id, outcome, evidence, code, words] of cases) {
    const error = await refusal(resolve(ana, id, outcome, evidence));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(words)]);
  }
  expect(await checksumBesideRefusals(db)).toBe(before);
  const user = (await makeUser(db.database, { tenantId, role: "USER" })).op;
  expect(await refusal(resolve(user, stopped.messageIds[0]!, "GIVE_UP"))).toMatchObject({
    code: "FORBIDDEN",
  });
  // What has stopped can still be said to have arrived; nobody is mailed anything after it.
  await resolve(ana, cancelled.messageIds[0]!, "ACCEPTED");
  await resolve(ana, stopped.messageIds[0]!, "ACCEPTED");
  expect([await states(cancelled), await states(stopped)]).toEqual([{ SENT: 1 }, { SENT: 1 }]);
  expect(await enrollments(stopped.campaignId)).toEqual([{ state: "STOPPED", reason: "REPLIED" }]);
});

it("N1 two people and the lane that still knows: exactly one word counts", async () => {
  for (let round = 0; round < 6; round += 1) {
    const { campaignId, messageIds } = await uncertainCampaign(db, { tenantId, steps: [{}, {}] });
    const [messageId] = messageIds as [Id];
    const owner = newId();
    await db.sql(
      "update message set lease_owner = $2, intent_at = now() - interval '10 minutes', reason = 'LEASE_EXPIRED' where id = $1",
      [messageId, owner],
    );
    const lane = recordOutcome(
      db.database,
      { messageId, owner, attempt: 1 },
      { state: "SENT", reply: "250 ok" },
      { next: null, retryDelaySeconds: 30 },
    );
    const settled = await Promise.allSettled([
      resolve(ana, messageId, "ACCEPTED"),
      resolve(ben, messageId, "GIVE_UP"),
      lane.then((state) => {
        if (state === null) throw new InvalidTransitionError("late", "", "", []);
      }),
    ]);
    const refused = settled.filter((each) => each.status === "rejected");
    expect(refused).toHaveLength(2);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(InvalidTransitionError);
    const types = (await events(messageId)).map(({ type }) => type);
    expect(types.filter((type) => type === "resolved")).toHaveLength(1);
    expect(types).toHaveLength(4);
    const now = await states({ campaignId });
    expect(Object.values(now).reduce((sum, count) => sum + count)).toBe(
      settled[0]!.status === "fulfilled" ? 2 : 1,
    );
    const again = await refusal(resolve(ben, messageId, "SEND_AGAIN"));
    expect(again).toMatchObject({
      code: "INVALID_TRANSITION",
      message: expect.stringMatching(/only what is uncertain is resolved, and once/),
    });
  }
});

it("N1 in bulk: a thousand a call, one entry for all of them, what cannot be sent again stays; a paused campaign waits", async () => {
  const campaign = await uncertainCampaign(db, { tenantId, leads: 1003, steps: [{}, { delayMinutes: 5 }] });
  const { campaignId } = campaign;
  await ben.run(pauseCampaign, { campaignId });
  const people = await db.sql<{ id: Id }>(
    "select lead_id as id from message where campaign_id = $1 order by id limit 2",
    [campaignId],
  );
  for (const { id } of people) await db.sql(SUPPRESS, [id]);
  const all = { campaignId, evidence: "the relay's disk was lost" };
  expect(await ana.run(resolveMessages, { ...all, outcome: "SEND_AGAIN" })).toEqual({
    campaignId,
    resolved: 1000,
    left: 1,
    heldBack: 2,
  });
  expect(await ben.run(resolveMessages, { ...all, outcome: "SEND_AGAIN" })).toEqual({
    campaignId,
    resolved: 1,
    left: 0,
    heldBack: 2,
  });
  expect(await states(campaign)).toEqual({ QUEUED: 1001, "UNCERTAIN NO_ANSWER": 2 });
  const before = await checksum(db, ["campaign"]);
  expect(await ben.run(resolveMessages, { ...all, outcome: "SEND_AGAIN" })).toMatchObject({
    resolved: 0,
    heldBack: 2,
  });
  expect(await checksum(db, ["campaign"])).toBe(before);
  expect(await ben.run(resolveMessages, { ...all, outcome: "ACCEPTED" })).toMatchObject({
    resolved: 2,
    left: 0,
    heldBack: 0,
  });
  expect(await states(campaign)).toEqual({ PLANNED: 2, QUEUED: 1001, SENT: 2 });
  expect(
    await db.sql(
      `select c->'after' as messages, count(*)::int from event, jsonb_array_elements(changes) c where action = 'campaign.mail_resolved'
         and targets->0->>'id' = $1 and c->>'field' = 'messages' group by 1 order by 1`,
      [campaignId],
    ),
  ).toEqual([
    { messages: 1, count: 1 },
    { messages: 2, count: 1 },
    { messages: 1000, count: 1 },
  ]);
  expect(await broken()).toEqual([]);
});
