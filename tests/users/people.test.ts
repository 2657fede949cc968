import { afterAll, beforeAll, expect, test } from "vitest";
import {
  assignRole,
  eraseUser,
  reactivateUser,
  suspendUser,
  updateProfile,
  updateUser,
} from "../../domain/users/index.js";
import { checksum, checksumBesideRefusals } from "../support/api.js";
import {
  freshDatabase,
  makeTenant,
  makeUser,
  type TestDatabase,
  type TestUser,
} from "../support/database.js";

let db: TestDatabase;
let tenantId: string;
let admin: TestUser;
let second: TestUser;
beforeAll(async () => {
  db = await freshDatabase({ poolSize: 10 });
  tenantId = await makeTenant(db.database);
  admin = await makeUser(db.database, { tenantId });
  second = await makeUser(db.database, { tenantId });
});
afterAll(() => db.close());

const user = () => makeUser(db.database, { tenantId, role: "USER" });
const row = async (userId: string) =>
  (
    await db.sql<{ status: string; role: string; name: string; email: string; version: number }>(
      "select u.status, m.role, u.name, u.email, m.version from app_user u join membership m on m.user_id = u.id where u.id = $1",
      [userId],
    )
  )[0]!;
const lastEvent = async () =>
  (await db.sql("select action, changes, targets from event order by at desc, id desc limit 1"))[0];

test("a suspended person loses sessions and links, and comes back by hand", async () => {
  const ken = await user();
  await admin.op.run(suspendUser, { userId: ken.userId });
  expect(await row(ken.userId)).toMatchObject({ status: "SUSPENDED", version: 2 });
  expect(
    await db.sql("select id from session where user_id = $1 and revoked_at is null", [ken.userId]),
  ).toEqual([]);
  expect(await lastEvent()).toMatchObject({
    action: "user.suspended",
    changes: [{ field: "status", before: "ACTIVE", after: "SUSPENDED" }],
    targets: [
      { type: "user", id: ken.userId },
      { type: "session", id: ken.sessionId },
    ],
  });
  await expect(admin.op.run(suspendUser, { userId: ken.userId })).rejects.toMatchObject({
    code: "INVALID_TRANSITION",
    from: "SUSPENDED",
  });
  await admin.op.run(reactivateUser, { userId: ken.userId });
  expect(await row(ken.userId)).toMatchObject({ status: "ACTIVE", version: 3 });
});

test("two administrators edit one person: the second is told of both versions, nothing is overwritten", async () => {
  const ken = await user();
  await admin.op.run(updateUser, { userId: ken.userId, name: "Ken Ito", expectedVersion: 1 });
  const before = await checksumBesideRefusals(db);
  await expect(
    second.op.run(updateUser, { userId: ken.userId, name: "Kenneth", expectedVersion: 1 }),
  ).rejects.toMatchObject({ code: "CONFLICT", versions: { expected: 1, current: 2 } });
  await expect(
    second.op.run(assignRole, { userId: ken.userId, role: "MANAGER", expectedVersion: 1 }),
  ).rejects.toMatchObject({ code: "CONFLICT", versions: { expected: 1, current: 2 } });
  expect(await checksumBesideRefusals(db)).toBe(before);
  expect((await row(ken.userId)).name).toBe("Ken Ito");
});

test("everybody names themselves, nobody another without the right", async () => {
  const ken = await user();
  await ken.op.run(updateProfile, { name: "  Ken  " });
  expect((await row(ken.userId)).name).toBe("Ken");
  await expect(ken.op.run(updateUser, { userId: admin.userId, name: "x" })).rejects.toMatchObject({
    code: "FORBIDDEN",
    explain: { permission: "USER_MANAGE", roles: ["ADMIN"], scope: "ROLE" },
  });
  await expect(ken.op.run(updateProfile, { name: "two\nlines" })).rejects.toMatchObject({
    code: "BAD_USER_INPUT",
  });
});

test.each([
  ["a role", assignRole, { role: "USER" }],
  ["a suspension", suspendUser, {}],
  ["an erasure", eraseUser, {}],
] as const)("Z9 nobody does it to themselves: %s", async (_what, command, more) => {
  const before = await checksum(db, ["event", "pending_event"]);
  await expect(
    admin.op.run(command as typeof suspendUser, { userId: admin.userId, ...more }),
  ).rejects.toMatchObject({
    code: "FORBIDDEN",
    explain: { scope: "OWN" },
  });
  expect(await checksum(db, ["event", "pending_event"])).toBe(before);
});

test("erasing leaves no name, address, password or device behind", async () => {
  const ken = await user();
  await db.sql("update session set ip = '192.0.2.9', user_agent = 'Kens browser' where user_id = $1", [
    ken.userId,
  ]);
  await admin.op.run(eraseUser, { userId: ken.userId });
  expect(await row(ken.userId)).toMatchObject({
    status: "ERASED",
    name: "Erased person",
    email: `erased-${ken.userId}@erased.invalid`,
  });
  const tables = [
    "app_user",
    "membership",
    "session",
    "refresh_token",
    "team_member",
    "one_time_token",
    "job",
    "idempotency_record",
  ];
  for (const table of tables) {
    const rows = await db.sql<{ text: string }>(`select t::text as text from ${table} t`);
    expect(rows.filter(({ text }) => text.includes(ken.email) || text.includes("192.0.2.9"))).toEqual([]);
  }
  await expect(admin.op.run(reactivateUser, { userId: ken.userId })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});

test("somebody of another organisation does not exist", async () => {
  const stranger = await makeUser(db.database);
  const before = await checksumBesideRefusals(db);
  for (const userId of [stranger.userId, crypto.randomUUID()])
    await expect(admin.op.run(suspendUser, { userId })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: "There is no such user.",
    });
  expect(await checksumBesideRefusals(db)).toBe(before);
});

test("the last administrator stays: by the command with a word, by SQL all the same", async () => {
  const alone = await makeUser(db.database);
  const helper = await makeUser(db.database, { tenantId: alone.tenantId, role: "MANAGER" });
  await expect(alone.op.run(suspendUser, { userId: alone.userId })).rejects.toMatchObject({
    code: "LAST_ADMIN",
  });
  await expect(alone.op.run(assignRole, { userId: alone.userId, role: "USER" })).rejects.toMatchObject({
    code: "LAST_ADMIN",
  });
  await expect(alone.op.run(eraseUser, { userId: alone.userId })).rejects.toMatchObject({
    code: "LAST_ADMIN",
  });
  for (const sql of [
    "update membership set role = 'USER' where user_id = $1",
    "update app_user set status = 'SUSPENDED' where id = $1",
    "update app_user set status = 'ERASED' where id = $1",
  ])
    await expect(db.sql(sql, [alone.userId])).rejects.toMatchObject({ constraint: "last_administrator" });
  await alone.op.run(assignRole, { userId: helper.userId, role: "ADMIN" });
  await helper.op.as({ ...(helper.op.actor as object), role: "ADMIN" } as never).run(assignRole, {
    userId: alone.userId,
    role: "USER",
  });
  expect(await row(alone.userId)).toMatchObject({ role: "USER" });
});

test("Z10 100 pairs of administrators take each other's role at the same moment: one stays each time", async () => {
  const commands = [
    (from: TestUser, to: TestUser) => from.op.run(assignRole, { userId: to.userId, role: "USER" }),
    (from: TestUser, to: TestUser) => from.op.run(suspendUser, { userId: to.userId }),
    (from: TestUser, to: TestUser) => from.op.run(eraseUser, { userId: to.userId }),
  ];
  for (let round = 0; round < 100; round += 10) {
    const pairs = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const ana = await makeUser(db.database);
        return [ana, await makeUser(db.database, { tenantId: ana.tenantId })] as const;
      }),
    );
    const ends = await Promise.all(
      pairs.flatMap(([ana, bo], at) => [
        Promise.allSettled([commands[at % 3]!(ana, bo), commands[(at + round) % 3]!(bo, ana)]),
      ]),
    );
    for (const [at, end] of ends.entries()) {
      const won = end.filter(({ status }) => status === "fulfilled").length;
      expect(won, JSON.stringify(end)).toBe(1);
      const refusals = end.flatMap((one) =>
        one.status === "rejected" ? [one.reason as { code: string }] : [],
      );
      // Whoever came second was no administrator any more, or the last one there is.
      expect(refusals.map(({ code }) => code)).toEqual(["LAST_ADMIN"]);
      const [left] = await db.sql<{ count: number }>(
        "select count(*) as count from membership m join app_user u on u.id = m.user_id where m.tenant_id = $1 and m.role = 'ADMIN' and u.status = 'ACTIVE'",
        [pairs[at]![0].tenantId],
      );
      expect(Number(left!.count)).toBe(1);
    }
  }
});
