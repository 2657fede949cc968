import { afterAll, beforeAll, expect, test } from "vitest";
import { checksum, checksumBesideRefusals, startApi, type Api } from "../support/api.js";
import { makeTenant, makeUser, type TestUser } from "../support/database.js";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const error = "... on Error { code message }";
const WAYS = {
  demote: `mutation ($id: ID!) { m: assignRole(userId: $id, role: USER) { __typename ${error} } }`,
  suspend: `mutation ($id: ID!) { m: suspendUser(id: $id) { __typename ${error} } }`,
  erase: `mutation ($id: ID!) { m: eraseUser(id: $id) { __typename ${error} } }`,
} as const;
const KINDS = Object.keys(WAYS) as (keyof typeof WAYS)[];
const REFUSED = {
  __typename: "LastAdmin",
  code: "LAST_ADMIN",
  message: "This is the organisation's last active administrator. Make somebody else administrator first.",
};

const adminOf = (tenantId: string) => makeUser(api.db.database, { tenantId });
async function act(from: TestUser, way: keyof typeof WAYS, to: TestUser) {
  const speaker = api.withHeader(`Bearer ${await api.tokenOf(from)}`);
  return speaker.ask<{ m: { __typename: string } }>(WAYS[way], { id: to.userId });
}
const admins = async (tenantId: string) =>
  (
    await api.db.sql<{ id: string }>(
      "select u.id from membership m join app_user u on u.id = m.user_id where m.tenant_id = $1 and m.role = 'ADMIN' and u.status = 'ACTIVE'",
      [tenantId],
    )
  ).length;

test.each(KINDS)(
  "RB-08 the last administrator cannot be lost: %s is refused with LAST_ADMIN, and nothing changes",
  async (way) => {
    const tenantId = await makeTenant(api.db.database);
    const alone = await adminOf(tenantId);
    // Somebody who is invited or suspended administers nothing.
    for (const status of ["INVITED", "SUSPENDED"]) {
      const other = await adminOf(tenantId);
      await api.db.sql("update app_user set status = $2 where id = $1", [other.userId, status]);
    }
    await makeUser(api.db.database, { tenantId, role: "MANAGER" });
    const before = await checksumBesideRefusals(api.db);
    expect((await act(alone, way, alone)).data).toEqual({ m: REFUSED });
    expect(await checksumBesideRefusals(api.db)).toBe(before);
  },
);

test.each(KINDS)("Z9 with another administrator there, nobody does it to themselves: %s", async (way) => {
  const tenantId = await makeTenant(api.db.database);
  const [ana, bo] = [await adminOf(tenantId), await adminOf(tenantId)];
  const before = await checksum(api.db, ["event", "pending_event"]);
  expect((await act(ana, way, ana)).errors[0]!.extensions).toMatchObject({
    code: "FORBIDDEN",
    explain: { scope: "OWN", roles: ["ADMIN"] },
  });
  expect(await checksum(api.db, ["event", "pending_event"])).toBe(before);
  expect((await act(bo, way, ana)).data!.m.__typename).toMatch(/Success$/);
  expect(await admins(tenantId)).toBe(1);
});

test("Z10 a hundred pairs take each other's rights over HTTP at the same moment: one is always left", async () => {
  const lost: string[] = [];
  for (let round = 0; round < 100; round += 10) {
    const ends = await Promise.all(
      Array.from({ length: 10 }, async (_, at) => {
        const tenantId = await makeTenant(api.db.database);
        const [ana, bo] = [await adminOf(tenantId), await adminOf(tenantId)];
        const [one, two] = [KINDS[(round / 10 + at) % 3]!, KINDS[at % 3]!];
        const answers = await Promise.all([act(ana, one, bo), act(bo, two, ana)]);
        return { left: await admins(tenantId), answers };
      }),
    );
    for (const { left, answers } of ends) {
      expect(left).toBe(1);
      const said = answers.map(({ data, errors }) => data?.m?.__typename ?? errors[0]!.extensions.code);
      expect(
        said.filter((end) => end.endsWith("Success")),
        said.join(),
      ).toHaveLength(1);
      lost.push(...said.filter((end) => !end.endsWith("Success")));
    }
  }
  // Whoever came second was the last one, or not signed in as an administrator any more.
  expect(lost).toHaveLength(100);
  expect(lost.filter((end) => !["LastAdmin", "UNAUTHENTICATED", "FORBIDDEN"].includes(end))).toEqual([]);
});

test("three who take each other's rights in a ring leave one", async () => {
  for (let round = 0; round < 10; round += 1) {
    const tenantId = await makeTenant(api.db.database);
    const ring = [await adminOf(tenantId), await adminOf(tenantId), await adminOf(tenantId)];
    await Promise.all(ring.map((from, at) => act(from, KINDS[(at + round) % 3]!, ring[(at + 1) % 3]!)));
    expect(await admins(tenantId)).toBeGreaterThanOrEqual(1);
  }
});

const BY_HAND = [
  "update membership set role = 'USER' where user_id = $1",
  "update app_user set status = 'SUSPENDED' where id = $1",
  "update app_user set status = 'ERASED' where id = $1",
  "update app_user set status = 'INVITED' where id = $1",
  "delete from membership where user_id = $1",
  "update membership m set tenant_id = (select id from tenant where id <> m.tenant_id limit 1) where user_id = $1",
];

test.each(BY_HAND)(
  "the database itself refuses to lose the last one, whatever the code does: %s",
  async (sql) => {
    const tenantId = await makeTenant(api.db.database);
    const alone = await adminOf(tenantId);
    await api.db.sql("delete from session where user_id = $1", [alone.userId]);
    const before = await checksumBesideRefusals(api.db);
    await expect(api.db.sql(sql, [alone.userId])).rejects.toMatchObject({
      code: "23514",
      constraint: "last_administrator",
    });
    expect(await checksumBesideRefusals(api.db)).toBe(before);
    // With another one it goes through.
    await adminOf(tenantId);
    await api.db.sql(sql, [alone.userId]);
    expect(await admins(tenantId)).toBe(1);
  },
);

test("fifty pairs of statements past all code at the same moment leave one, too", async () => {
  for (let round = 0; round < 50; round += 2) {
    const ends = await Promise.all(
      [0, 1].map(async (at) => {
        const tenantId = await makeTenant(api.db.database);
        const pair = [await adminOf(tenantId), await adminOf(tenantId)];
        await api.db.sql("delete from session where tenant_id = $1", [tenantId]);
        const [one, two] = [
          BY_HAND[(round + at) % BY_HAND.length]!,
          BY_HAND[(round + at * 2) % BY_HAND.length]!,
        ];
        const both = [api.db.sql(one, [pair[0]!.userId]), api.db.sql(two, [pair[1]!.userId])];
        return {
          tenantId,
          done: (await Promise.allSettled(both)).filter((end) => end.status === "fulfilled").length,
        };
      }),
    );
    for (const { tenantId, done } of ends) expect([done, await admins(tenantId)]).toEqual([1, 1]);
  }
});

test("one statement over everybody is refused as a whole", async () => {
  const tenantId = await makeTenant(api.db.database);
  for (let at = 0; at < 5; at += 1) await adminOf(tenantId);
  await expect(
    api.db.sql("update membership set role = 'USER' where tenant_id = $1", [tenantId]),
  ).rejects.toMatchObject({ constraint: "last_administrator" });
  expect(await admins(tenantId)).toBe(5);
});
