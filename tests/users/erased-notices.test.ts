import { pino } from "pino";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { listNotifications } from "../../domain/notifications/index.js";
import { pageRequest } from "../../domain/page.js";
import { eraseUser } from "../../domain/users/index.js";
import { openPubSub } from "../../platform/pubsub.js";
import { Counters } from "../../platform/rate-limits/counters.js";
import { MOST_REFUSALS_A_MINUTE, openRefusalWatch } from "../../platform/rate-limits/refusal-watch.js";
import { freshDatabase, makeUser, type TestDatabase, type TestUser } from "../support/database.js";

const log = pino({ level: "silent" });
let db: TestDatabase;
let admin: TestUser;
beforeAll(async () => {
  db = await freshDatabase();
  admin = await makeUser(db.database);
});
afterAll(() => db.close());

const titles = async () =>
  (await listNotifications(db.database, admin.tenantId, admin.userId, pageRequest({}))).rows.map(
    ({ title }) => title,
  );

test("what administrators were told about somebody names them by address, and no more once they are erased", async () => {
  const prefix = `test:${db.url.slice(-8)}`;
  const [counters, bus] = [
    new Counters(inject("redisUrl"), prefix, log),
    openPubSub(inject("redisUrl"), prefix, log),
  ];
  const watch = openRefusalWatch(counters, bus);
  const user = await makeUser(db.database, { tenantId: admin.tenantId, role: "USER" });
  for (let at = 0; at < MOST_REFUSALS_A_MINUTE; at += 1) await watch.note(user.op, "Query.health");
  await bus.close();
  counters.close();
  expect(await titles()).toEqual([`${user.email} was refused 50 times in a minute`]);
  const rows = await db.sql<{ row: string }>("select to_jsonb(n)::text as row from notification n");
  expect(rows).toHaveLength(1);
  expect(rows[0]!.row).not.toContain(user.email);
  await admin.op.run(eraseUser, { userId: user.userId });
  expect(await titles()).toEqual(["Erased person was refused 50 times in a minute"]);
});
