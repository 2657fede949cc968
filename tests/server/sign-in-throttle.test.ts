import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { RateLimitedError } from "../../domain/errors.js";
import { hashPassword, type SignInThrottle } from "../../domain/users/index.js";
import { Counters } from "../../platform/rate-limits/counters.js";
import { networkOf } from "../../platform/rate-limits/network.js";
import { openSignInThrottle } from "../../platform/rate-limits/sign-in-throttle.js";
import { startApi, type Api } from "../support/api.js";
import { makeUser } from "../support/database.js";

const log = pino({ level: "silent" });
const PASSWORD = "seven green herons";
let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

async function someone(): Promise<string> {
  const { email, userId } = await makeUser(api.db.database, { tenantId: api.tenantId, role: "USER" });
  await api.db.sql("update app_user set password_hash = $2 where id = $1", [
    userId,
    await hashPassword(PASSWORD),
  ]);
  return email;
}

const SIGN_IN = `mutation ($email: String!, $password: String!) { signIn(email: $email, password: $password) { kind: __typename } }`;
async function signIn(email: string, password: string, headers: Record<string, string> = {}) {
  const response = await (
    await api.as("ANONYMOUS")
  ).fetch("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query: SIGN_IN, variables: { email, password } }),
  });
  const body = (await response.json()) as {
    data?: { signIn: { kind: string } };
    errors?: { extensions: { code: string; retryAfterSeconds: number } }[];
  };
  const end = body.errors?.[0]?.extensions.code ?? body.data!.signIn.kind;
  return {
    end,
    status: response.status,
    wait: Number(response.headers.get("retry-after")),
    error: body.errors?.[0],
  };
}

test("A12 after five wrong passwords the right one is refused too, with the time to wait", async () => {
  const email = await someone();
  for (let at = 0; at < 5; at += 1) expect((await signIn(email, "wrong")).end).toBe("InvalidCredentials");
  const locked = await signIn(email, PASSWORD);
  expect(locked).toMatchObject({ end: "RATE_LIMITED", status: 429 });
  expect(locked.wait).toBeGreaterThan(890);
  expect(locked.error!.extensions.retryAfterSeconds).toBe(locked.wait);
  const [session] = await api.db.sql(
    "select s.id from session s join app_user u on u.id = s.user_id where u.email = $1 and s.ip is not null",
    [email],
  );
  expect(session).toBeUndefined();
});

test("A8 an address without an account is locked in the same way with the same words", async () => {
  const email = `nobody-${randomUUID()}@example.org`;
  const ends = [];
  for (let at = 0; at < 6; at += 1) ends.push((await signIn(email, "wrong")).end);
  expect(ends).toEqual([...Array(5).fill("InvalidCredentials"), "RATE_LIMITED"]);
});

test("A13, A14 a forged X-Forwarded-For or another letter case is no other caller", async () => {
  const email = await someone();
  const ends = [];
  for (let at = 0; at < 6; at += 1)
    ends.push(
      (
        await signIn(at % 2 ? email.toUpperCase() : email, "wrong", {
          "x-forwarded-for": `203.0.113.${at}`,
          "x-real-ip": `203.0.113.${at}`,
          forwarded: `for=203.0.113.${at}`,
          "cf-connecting-ip": `203.0.113.${at}`,
        })
      ).end,
    );
  expect(ends).toEqual([...Array(5).fill("InvalidCredentials"), "RATE_LIMITED"]);
});

test("success gives the tries back", async () => {
  const email = await someone();
  for (let round = 0; round < 3; round += 1) {
    for (let at = 0; at < 4; at += 1) expect((await signIn(email, "wrong")).end).toBe("InvalidCredentials");
    expect((await signIn(email, PASSWORD)).end).toBe("SignInSuccess");
  }
});

test("A14 of 200 tries at the same moment over two server processes exactly five get through", async () => {
  const prefix = `test:${randomUUID()}`;
  const servers = [1, 2].map(() => new Counters(inject("redisUrl"), prefix, log));
  const throttles = servers.map(openSignInThrottle);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const tries = await Promise.allSettled(
    Array.from({ length: 200 }, (_, at) => throttles[at % 2]!.admit("ana@example.org", "192.0.2.1", true)),
  );
  expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
  for (const { status, reason } of tries as PromiseRejectedResult[])
    if (status === "rejected") expect(reason).toBeInstanceOf(RateLimitedError);
  for (const server of servers) server.close();
});

test("A12 each lock is longer than the one before, up to an hour; a reset takes it off", async () => {
  const prefix = `test:${randomUUID()}`;
  const counters = new Counters(inject("redisUrl"), prefix, log);
  const throttle = openSignInThrottle(counters);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const refused = () =>
    throttle.admit("bo@example.org", "192.0.2.7", true).then(
      () => 0,
      (error: RateLimitedError) => error.retryAfterSeconds,
    );
  const waits = [];
  const { Redis } = await import("ioredis");
  const redis = new Redis(inject("redisUrl"));
  for (let lock = 0; lock < 4; lock += 1) {
    for (let at = 0; at < 5; at += 1) expect(await refused()).toBe(0);
    waits.push(await refused());
    const keys = (await redis.keys(`${prefix}:limit:sign-in:*`)).filter((key) => key.includes("192.0.2.7"));
    await redis.del(...keys, `${prefix}:limit:sign-in-network:192.0.2.7`);
  }
  expect(waits).toEqual([900, 1800, 3600, 3600]);
  for (let at = 0; at < 6; at += 1) await refused();
  expect(await refused()).toBeGreaterThan(0);
  await throttle.forgive("bo@example.org");
  await redis.del(`${prefix}:limit:sign-in-network:192.0.2.7`);
  expect(await refused()).toBe(0);
  redis.disconnect();
  counters.close();
});

test("what one server forgives, another that has refused it forgives too", async () => {
  const prefix = `test:${randomUUID()}`;
  const servers = [1, 2].map(() => new Counters(inject("redisUrl"), prefix, log));
  const [here, there] = servers.map(openSignInThrottle) as [SignInThrottle, SignInThrottle];
  await new Promise((resolve) => setTimeout(resolve, 200));
  const from = (at: number) => here.admit("cy@example.org", `198.51.100.${at}`, false);
  for (let at = 0; at < 20; at += 1) await from(at);
  // So far over the limit that a server which remembers by itself would.
  for (let at = 20; at < 23; at += 1) await expect(from(at)).rejects.toBeInstanceOf(RateLimitedError);
  await there.forgive("cy@example.org");
  await expect(from(30)).resolves.toBeTruthy();
  // The same for points that are given back: 49 failures of a network, and others that succeed elsewhere meanwhile.
  const spray = (throttle: SignInThrottle, who: string) => throttle.admit(who, "198.51.100.200", true);
  const tries = [];
  for (let at = 0; at < 50; at += 1) tries.push(await spray(there, `${at}@example.org`));
  for (let at = 0; at < 3; at += 1)
    await expect(spray(here, `late-${at}@example.org`)).rejects.toBeInstanceOf(RateLimitedError);
  for (const one of tries.slice(0, 5)) await one.succeeded();
  await expect(spray(here, "last@example.org")).resolves.toBeTruthy();
  for (const server of servers) server.close();
});

test("A16 strangers who guess from many networks do not lock somebody out of their own", async () => {
  const prefix = `test:${randomUUID()}`;
  const counters = new Counters(inject("redisUrl"), prefix, log);
  const throttle = openSignInThrottle(counters);
  await new Promise((resolve) => setTimeout(resolve, 100));
  for (let at = 0; at < 20; at += 1) await throttle.admit("admin@example.org", `198.51.100.${at}`, false);
  await expect(throttle.admit("admin@example.org", "198.51.100.99", false)).rejects.toBeInstanceOf(
    RateLimitedError,
  );
  await expect(throttle.admit("admin@example.org", "192.0.2.50", true)).resolves.toBeTruthy();
  counters.close();
});

test("A15 with Redis away each process still stops at five", async () => {
  const counters = new Counters("redis://127.0.0.1:1", `test:${randomUUID()}`, log);
  const throttle = openSignInThrottle(counters);
  const tries = await Promise.allSettled(
    Array.from({ length: 20 }, () => throttle.admit("ana@example.org", "192.0.2.1", true)),
  );
  expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
  counters.close();
});

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:DB8:0001:0002::1", "2001:db8:1:2::/64"],
  ["::1", "0:0:0:0::/64"],
])("A13 the network of %s is %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});
