import { expect, test } from "vitest";
import { claimMessages, releaseDueMessages } from "../../domain/emails/index.js";
import { newId, type Id } from "../../domain/ids.js";
import {
  archiveSender,
  pauseSender,
  resumeSender,
  updateSender,
  updateSendingLimits,
  type PutOff,
} from "../../domain/senders/index.js";
import { MAIL, SenderWorld } from "../support/sender-world.js";

const LEADS = 10;
const MANY = 12_000;
const world = new SenderWorld(LEADS);

/** So much mail that waits until tomorrow for this sender. */
async function putOff(campaignId: Id, count: number, reason: string): Promise<void> {
  // Of one lead, in as many places: what is woken is the message and whose it is.
  await world.db.sql(
    `insert into message (id, tenant_id, campaign_id, version_id, enrollment_id, step_id, step_position, lead_id, state, reason, planned_at, due_at)
     select uuid_v7(), m.tenant_id, m.campaign_id, m.version_id, m.enrollment_id, uuid_v7(), 2, m.lead_id, 'PLANNED', $3, now(), now() + interval '1 day'
     from (select * from message where campaign_id = $1 order by id limit 1) m, generate_series(1, $2::int)`,
    [campaignId, count, reason],
  );
}
/** Of a campaign: how much waits until later, and when anything of it was written last. */
const ledger = async (campaignId: Id) =>
  (
    await world.db.sql<{ waiting: number; written: string }>(
      `select count(*) filter (where due_at > now() and state = 'PLANNED')::int as waiting, md5(string_agg(xmin::text, ',' order by id)) as written
       from message where campaign_id = $1`,
      [campaignId],
    )
  )[0]!;
const jobs = () =>
  world.db.sql<{ state: string; payload: PutOff }>(
    "select state, payload from job where type = 'campaigns.wakePutOff' order by id",
  );

test("a sender with any backlog is paused, changed and resumed at once; its mail comes back after, batch by batch, once", async () => {
  const [sender, beside] = [await world.sender(), await world.sender()];
  const campaignId = await world.launch(await world.draft({ senderIds: [sender] }));
  const others = await world.launch(await world.draft({ senderIds: [beside] }));
  await putOff(campaignId, MANY / 2, "SENDER_PAUSED");
  await putOff(others, 1500, "SENDER_PAUSED");
  await putOff(campaignId, MANY / 2, "SENDER_LIMIT");
  await putOff(campaignId, 1, "ORGANISATION_LIMIT");
  const [before, othersBefore] = [await ledger(campaignId), await ledger(others)];
  expect(before.waiting).toBe(MANY + 1);
  await world.admin.run(pauseSender, { senderId: sender });
  await world.admin.run(updateSender, { senderId: sender, perHour: 50_000 });
  // Its mail has nothing to look for; its campaign is planned anew.
  const paused = { reasons: [], senderId: sender, before: expect.any(String), isPlannedAnew: true };
  expect(await jobs()).toEqual([{ state: "WAITING", payload: paused }]);
  await world.admin.run(resumeSender, { senderId: sender });
  expect(await ledger(campaignId)).toEqual(before);
  const [, job] = await jobs();
  const payload = {
    reasons: ["SENDER_LIMIT", "SENDER_PAUSED"],
    senderId: sender,
    before: expect.any(String),
    isPlannedAnew: false,
  };
  expect(await jobs()).toEqual([
    { state: "WAITING", payload: paused },
    { state: "WAITING", payload },
  ]);

  // What is put off after the change waits rightly.
  await putOff(campaignId, 7, "SENDER_LIMIT");
  expect(await world.woken()).toEqual([0, MANY]);
  const after = await ledger(campaignId);
  expect(after.waiting).toBe(7 + 1);
  expect(await ledger(others)).toEqual(othersBefore);
  expect(await world.wake(job!.payload)).toBe(0);
  expect(await ledger(campaignId)).toEqual(after);
  await world.planAnew();
  expect(await releaseDueMessages(world.db.database, 1000)).toHaveLength(1000);
});

test("of a message that somebody holds the job comes back; of limits of the organisation everybody's mail looks again", async () => {
  const sender = await world.sender();
  const campaignId = await world.launch(await world.draft({ senderIds: [sender] }));
  await putOff(campaignId, 3, "ORGANISATION_LIMIT");
  await putOff(campaignId, 2, "DOMAIN_LIMIT");
  await putOff(campaignId, 1, "SENDER_LIMIT");
  await world.admin.run(updateSendingLimits, { perHour: 40_000 });
  expect((await ledger(campaignId)).waiting).toBe(6);
  const { payload } = (await jobs()).find(({ state }) => state === "WAITING")!;
  const holder = await world.db.database.pool.connect();
  try {
    await holder.query("begin");
    await holder.query("select from message where campaign_id = $1 and reason = 'DOMAIN_LIMIT' for update", [
      campaignId,
    ]);
    await expect(world.wake(payload)).rejects.toThrow(/snooze/);
    expect((await ledger(campaignId)).waiting).toBe(2 + 1);
  } finally {
    await holder.query("rollback");
    holder.release();
  }
  expect(await world.woken()).toEqual([2]);
  expect((await ledger(campaignId)).waiting).toBe(1);
  await world.db.sql("update campaign set status = 'COMPLETED' where id = $1", [campaignId]);
  await world.admin.run(archiveSender, { senderId: sender });
  expect(await world.woken()).toEqual([]);
});

test("CS-07 of the mail that a claim looks at follow-ups take the places that are left, of a shared limit and of the campaign's own", async () => {
  const sender = await world.sender();
  const claimed = async (campaignId: Id) => {
    await world.db.sql(
      `update message m set state = 'QUEUED', due_at = now() - make_interval(mins => 10 - place), step_position = case when place > 3 and place < 6 then 2 else 1 end
       from (select id, (row_number() over (order by id))::int as place from message where campaign_id = $1) p where p.id = m.id and place < 10`,
      [campaignId],
    );
    const all = await claimMessages(world.db.database, [newId()], 5, 60);
    const sending = all.filter(({ state }) => state === "SENDING").map(({ id }) => id);
    const places = await world.db.sql(
      "select step_position as step, count(*)::int as n from message where id = any($1::uuid[]) group by 1 order by 1",
      [sending],
    );
    return places;
  };
  const shared = await world.launch(
    await world.draft({ senderIds: [sender], steps: [MAIL, { ...MAIL, delayMinutes: 60 }] }),
  );
  await world.admin.run(updateSender, { senderId: sender, perHour: 3 });
  expect(await claimed(shared)).toEqual([
    { step: 1, n: 1 },
    { step: 2, n: 2 },
  ]);
  await world.db.sql("update campaign set status = 'COMPLETED' where id = $1", [shared]);
  const own = await world.launch(await world.draft({ steps: [MAIL, { ...MAIL, delayMinutes: 60 }] }));
  await world.db.sql(
    "insert into campaign_pace (campaign_id, tenant_id, per_hour, gap_seconds, timezone) values ($1, $2, 1, 0, 'UTC')",
    [own, world.admin.tenantId],
  );
  expect(await claimed(own)).toEqual([{ step: 2, n: 1 }]);
});
