import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "#domain/ids.js";
import { fail } from "#domain/jobs/outcome.js";
import { createLogger } from "#platform/logger.js";
import { handle } from "#worker/job-handler.js";
import { openSlots } from "#worker/slots.js";
import { sweepOnce } from "#worker/sweep.js";
import { freshDatabase, makeUser, type TestDatabase, type TestUser } from "../support/database.js";
import { chore, enqueue } from "../support/jobs.js";

let db: TestDatabase;
let admin: TestUser;
let elsewhere: TestUser;
const told: string[] = [];
const bus = {
  publish: (channel: string) => void told.push(channel),
  subscribe: () => (async function* () {})(),
};
const log = createLogger("test", "silent");
beforeAll(async () => {
  db = await freshDatabase();
  admin = await makeUser(db.database);
  await makeUser(db.database, { tenantId: admin.tenantId, role: "MANAGER" });
  elsewhere = await makeUser(db.database);
});
afterAll(() => db.close());

const notifications = () =>
  db.sql<{ userId: string; title: string; detail: string; href: string }>(
    `select user_id as "userId", title, detail, href from notification order by created_at`,
  );

test("JB-06 a job that is dead is told to the administrators of its organisation, once in a while for each type", async () => {
  const slots = openSlots("campaigns", 1, {
    database: db.database,
    handlers: new Map([[chore.type, handle(chore, async () => fail("the disk is full"))]]),
    bus,
    log,
    workerId: newId(),
  });
  const options = { tenantId: admin.tenantId };
  const id = await enqueue(db.database, chore, { name: "a", ms: 0 }, options);
  await enqueue(db.database, chore, { name: "b", ms: 0 }, options);
  await slots.work();
  expect(await notifications()).toEqual([
    {
      userId: admin.userId,
      title: "campaigns.chore has failed for good",
      detail: "the disk is full",
      href: `/jobs/${id}`,
    },
  ]);
  expect(told.filter((channel) => channel.startsWith("person:"))).toEqual([`person:${admin.userId}`]);
  // By one transaction: whatever dies next, no job is dead and untold.
  expect(
    await db.sql("select n.xmin = j.xmin as one from notification n, job j where j.id = $1", [id]),
  ).toEqual([{ one: true }]);
});

test("J7 a quarantined job of the product itself is told to every organisation's administrators", async () => {
  await db.sql("delete from notification");
  await db.sql(
    `insert into job (id, type, queue, payload, max_attempts, state, attempts, crashes, lease_owner, lease_until)
     values ($1, 'analytics.own', 'analytics', '{}', 3, 'ACTIVE', 3, 2, $1, now() - interval '1 s')`,
    [newId()],
  );
  await sweepOnce({ database: db.database, bus, log });
  const found = await notifications();
  expect(found.map(({ userId }) => userId).sort()).toEqual([admin.userId, elsewhere.userId].sort());
  expect(found[0]).toMatchObject({
    title: "analytics.own has failed for good",
    detail: expect.stringMatching(/^Quarantined: its worker ended or fell silent 3 times while it ran\./),
  });
});
