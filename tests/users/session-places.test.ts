import { afterAll, beforeAll, expect, test } from "vitest";
import { eraseUser, findForSignIn } from "../../domain/users/index.js";
import { startApi, type Api } from "../support/api.js";
import { Browser } from "../support/browser.js";
import type { TestUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { GOOD_PASSWORD, makeUserWithPassword } from "../support/passwords.js";
import { TestSocket } from "../support/socket.js";

let api: Api;
beforeAll(async () => {
  api = await startApi({ environment: { TRUST_PROXY: "127.0.0.1" } });
});
afterAll(() => api.close());

const someone = () => makeUserWithPassword(api.db, { tenantId: api.tenantId });
const isKnown = async (user: TestUser, ip: string) =>
  (await findForSignIn(api.db.database, user.email, ip))!.isKnownHere;

test.each([
  ["192.0.2.7", "192.0.2.7", true],
  ["192.0.2.7", "192.0.2.8", false],
  ["192.0.2.7", "::ffff:192.0.2.7", true],
  ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true],
  ["2001:db8:1:2::1", "2001:DB8:0001:2::1", true],
  ["2001:db8:1:2::1", "2001:db8:1:3::1", false],
  ["192.0.2.7", "", false],
  ["", "", false],
  ["not an address", "not an address", false],
  [null, "192.0.2.7", false],
])("somebody who has signed in at %j is known at %j: %s", async (there, here, known) => {
  const user = await someone();
  await api.db.sql("update session set ip = $2 where user_id = $1", [user.userId, there]);
  expect(await isKnown(user, here)).toBe(known);
  await api.db.sql("update session set created_at = now() - interval '31 days' where user_id = $1", [
    user.userId,
  ]);
  expect(await isKnown(user, here)).toBe(false);
});

const SESSION = "{ sessions { ip device lastSeenAt createdAt } }";
interface Seen {
  readonly sessions: { ip: string; device: string; lastSeenAt: string; createdAt: string }[];
}
const FROM = { "x-forwarded-for": "198.51.100.9", "user-agent": "curl/8.5.0" };

async function signedIn() {
  const user = await someone();
  await api.db.sql("delete from session where user_id = $1", [user.userId]);
  const browser = new Browser(api);
  expect(await browser.signIn(user.email, GOOD_PASSWORD)).toBe("SignInSuccess");
  const look = async (headers: Record<string, string> = {}) =>
    (await browser.ask<Seen>(SESSION, {}, headers)).data!.sessions[0]!;
  const age = (seconds: number) =>
    api.db.sql(
      "update session set last_seen_at = now() - make_interval(secs => $2), created_at = created_at - make_interval(secs => $2) where user_id = $1",
      [user.userId, seconds],
    );
  return { user, browser, look, age };
}

test("AT-03 a session's last use is when and where it was used, not only when it was refreshed", async () => {
  const { user, look, age } = await signedIn();
  await age(61);
  const seen = await eventually(
    () => look(FROM),
    ({ ip }) => ip === "198.51.100.9",
  );
  expect(seen.device).toBe("curl");
  expect(Date.parse(seen.lastSeenAt) - Date.parse(seen.createdAt)).toBeGreaterThanOrEqual(61_000);
  expect(Math.abs(Date.now() - Date.parse(seen.lastSeenAt))).toBeLessThan(20_000);
  // Where they signed in is what the lock-out knows them by.
  expect([await isKnown(user, "127.0.0.1"), await isKnown(user, "198.51.100.9")]).toEqual([true, false]);
});

test("a use is written down at most once a minute", async () => {
  const { user, look, age } = await signedIn();
  await age(30);
  const rows = () =>
    api.db.sql("select xmin::text, last_seen_at from session where user_id = $1", [user.userId]);
  const before = await rows();
  for (let at = 0; at < 5; at += 1) await look(FROM);
  await new Promise((resolve) => setTimeout(resolve, 600));
  await look(FROM);
  expect(await rows()).toEqual(before);
});

test("a socket that only listens is a use too", async () => {
  const { user, browser, age } = await signedIn();
  const socket = await TestSocket.connect(api.url, `Bearer ${browser.accessToken}`);
  await age(61);
  // The look of the connection itself is half a second old by then.
  await new Promise((resolve) => setTimeout(resolve, 600));
  socket.subscribe("subscription { notifications { cursor } }");
  await eventually(
    () =>
      api.db.sql<{ seen: boolean }>(
        "select last_seen_at > now() - interval '30 seconds' as seen from session where user_id = $1",
        [user.userId],
      ),
    ([row]) => row!.seen,
  );
  await socket.close();
});

test("nothing of an erased person's places stays", async () => {
  const { user, look, age } = await signedIn();
  await age(61);
  await eventually(
    () => look(FROM),
    ({ ip }) => ip === "198.51.100.9",
  );
  await api.people.ADMIN.op.run(eraseUser, { userId: user.userId });
  await look(FROM).catch(() => {});
  expect(
    await api.db.sql("select ip, last_seen_ip, user_agent from session where user_id = $1", [user.userId]),
  ).toEqual([{ ip: null, last_seen_ip: null, user_agent: null }]);
});
