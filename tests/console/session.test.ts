import { beforeEach, expect, test, vi } from "vitest";

interface Grant {
  data: { refreshSession: object };
}

const granted = (accessToken: string, lastsMs: number): Grant => ({
  data: {
    refreshSession: {
      kind: "RefreshSessionSuccess",
      accessToken,
      expiresAt: new Date(Date.now() + lastsMs).toISOString(),
    },
  },
});

const refused: Grant = { data: { refreshSession: { kind: "InvalidCredentials" } } };

/** Stands for the network; counts the requests that left. */
function network(...answers: (Grant | Error)[]) {
  const fetched = vi.fn(async () => {
    const next = answers.shift();
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (next instanceof Error || !next) throw next ?? new Error("no answer left");
    return new Response(JSON.stringify(next), { headers: { "content-type": "application/json" } });
  });
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

const fresh = async () => {
  vi.resetModules();
  return import("../../console/src/api/session");
};

beforeEach(() => vi.unstubAllGlobals());

test("ten callers with an expired token share one refresh and get the same token", async () => {
  const fetched = network(granted("first", 1_000), granted("second", 900_000));
  const session = await fresh();
  await session.refreshSession();
  expect(session.tokenIsStale()).toBe(true);
  const tokens = await Promise.all(Array.from({ length: 10 }, () => session.freshToken()));
  expect(new Set(tokens)).toEqual(new Set(["second"]));
  expect(fetched).toHaveBeenCalledTimes(2);
});

test("a token that is good for a while is used without a request", async () => {
  const fetched = network(granted("only", 900_000));
  const session = await fresh();
  await session.refreshSession();
  expect(await session.freshToken()).toBe("only");
  expect(fetched).toHaveBeenCalledTimes(1);
});

test("a refused refresh ends the session and says that it has expired", async () => {
  network(granted("first", 1_000), refused);
  const session = await fresh();
  await session.refreshSession();
  expect(session.session()).toBe("signedIn");
  expect(await session.freshToken()).toBeNull();
  expect(session.session()).toBe("signedOut");
  expect(session.expired()).toBe(true);
});

test("somebody who never signed in is signed out without a word about expiry", async () => {
  network(refused);
  const session = await fresh();
  await session.refreshSession();
  expect(session.session()).toBe("signedOut");
  expect(session.expired()).toBe(false);
});

test("a server that cannot be reached does not sign anybody out", async () => {
  network(granted("first", 1_000), new Error("offline"));
  const session = await fresh();
  await session.refreshSession();
  expect(await session.freshToken()).toBe("first");
  expect(session.session()).toBe("signedIn");
});

test("on the first visit an unreachable server is said, not taken for signed out", async () => {
  network(new Error("offline"));
  const session = await fresh();
  await session.refreshSession();
  expect(session.session()).toBe("unreachable");
});

const tooMany = (seconds: number) =>
  new Response(JSON.stringify({ errors: [] }), { status: 429, headers: { "retry-after": String(seconds) } });

test("a server that takes no more requests is not called unreachable: it says how long, and is asked again then", async () => {
  vi.useFakeTimers();
  const answers = [tooMany(23), new Response(JSON.stringify(granted("first", 900_000)))];
  vi.stubGlobal("fetch", () => Promise.resolve(answers.shift()));
  const session = await fresh();
  await session.refreshSession();
  expect(session.session()).toBe("unreachable");
  expect(session.trouble()).toEqual({
    message: "Too many requests came from your network.",
    until: Date.now() + 23_000,
  });
  await vi.advanceTimersByTimeAsync(22_900);
  expect(session.session()).toBe("unreachable");
  await vi.advanceTimersByTimeAsync(200);
  expect(session.session()).toBe("signedIn");
  vi.useRealTimers();
});
