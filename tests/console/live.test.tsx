import { render } from "@solidjs/testing-library";
import { Provider } from "@urql/solid";
import { graphql as parse } from "../../console/src/api/graphql";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createConsoleClient } from "../../console/src/api/client";
import { epoch, setLink, type Link } from "../../console/src/api/link";
import { broken, onLive } from "../../console/src/api/live";
import { endRest } from "../../console/src/api/rest";

const Watched = parse(`
  subscription Watched {
    notifications {
      cursor
    }
  }
`);

const Followed = parse(`
  subscription Followed($after: String) {
    notifications(after: $after) {
      cursor
    }
  }
`);

type Sink = Parameters<Link["subscribe"]>[1];

/** A page with one stream, over a line of which the test is the server's end. */
function watch(document: typeof Watched | typeof Followed = Watched) {
  const opened: Sink[] = [];
  const payloads: unknown[] = [];
  const received: string[] = [];
  const subscribe = ((payload: unknown, sink: Sink) => {
    payloads.push(payload);
    opened.push(sink);
    return () => {};
  }) as Link["subscribe"];
  const Page = () => {
    onLive(
      document,
      () => ({}),
      ({ notifications }) => received.push(notifications.cursor),
    );
    return null;
  };
  const client = createConsoleClient({ subscribe } as Link);
  const page = render(() => (
    <Provider value={client}>
      <Page />
    </Provider>
  ));
  const send = (cursor: string) =>
    opened.at(-1)?.next({ data: { notifications: { __typename: "NotificationEvent", cursor } } });
  const breakOff = (code: string, more: object = {}) =>
    opened.at(-1)?.error([{ message: "It broke off.", extensions: { code, ...more } }]);
  /** What goes over the wire when the stream that was opened last is opened (again). */
  const asked = () => (JSON.parse(JSON.stringify(payloads.at(-1))) as { variables?: object }).variables;
  return { ...page, opened, received, send, breakOff, asked };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  setLink("live");
});
afterEach(() => {
  endRest();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test("a stream that breaks off is opened again, said meanwhile, and what was missed is fetched", async () => {
  const { opened, received, send, breakOff, unmount } = watch();
  await pass(1);
  send("1");
  const before = epoch();
  breakOff("INTERNAL_SERVER_ERROR");
  expect(broken()).toBe(1);
  await pass(900);
  expect(opened).toHaveLength(1);
  await pass(200);
  expect(opened).toHaveLength(2);
  expect(broken()).toBe(1);
  send("2");
  expect(broken()).toBe(0);
  expect(received).toEqual(["1", "2"]);
  expect(epoch()).toBe(before + 1);
  unmount();
});

test("the waits grow to 15 s, and a quiet stream counts as whole after two", async () => {
  const { opened, breakOff, unmount } = watch();
  await pass(1);
  const waits: number[] = [];
  for (let times = 0; times < 6; times++) {
    breakOff("SERVICE_UNAVAILABLE");
    const [at, many] = [Date.now(), opened.length];
    while (opened.length === many) await pass(100);
    waits.push(Math.round((Date.now() - at) / 1_000));
  }
  expect(waits).toEqual([1, 2, 4, 8, 15, 15]);
  await pass(2_100);
  expect(broken()).toBe(0);
  unmount();
});

test.each(["FORBIDDEN", "NOT_FOUND", "UNAUTHENTICATED", "BAD_USER_INPUT", "TOO_MANY_SUBSCRIPTIONS"])(
  "a stream that is refused with %s is left alone",
  async (code) => {
    const { opened, breakOff, unmount } = watch();
    await pass(1);
    breakOff(code);
    await pass(60_000);
    expect(opened).toHaveLength(1);
    expect(broken()).toBe(0);
    unmount();
  },
);

test("a stream that is refused for the number of requests waits as long as the server says", async () => {
  const { opened, breakOff, unmount } = watch();
  await pass(1);
  breakOff("RATE_LIMITED", { retryAfterSeconds: 20 });
  await pass(19_000);
  expect(opened).toHaveLength(1);
  await pass(4_000);
  expect(opened).toHaveLength(2);
  unmount();
});

test("a page that is left while its stream is broken counts no more", async () => {
  const { opened, breakOff, unmount } = watch();
  await pass(1);
  breakOff("INTERNAL_SERVER_ERROR");
  unmount();
  expect(broken()).toBe(0);
  await pass(60_000);
  expect(opened).toHaveLength(1);
});

test("a stream that takes a cursor goes on behind its last event, on a new line and when it is opened anew", async () => {
  const { asked, opened, received, send, breakOff, unmount } = watch(Followed);
  await pass(1);
  expect(asked()).toEqual({});
  send("1");
  send("2");
  // The line is lost: what asked is sent once more, as it is then.
  expect(asked()).toEqual({ after: "2" });
  breakOff("INTERNAL_SERVER_ERROR");
  await pass(1_100);
  expect(opened).toHaveLength(2);
  expect(asked()).toEqual({ after: "2" });
  send("3");
  expect(asked()).toEqual({ after: "3" });
  expect(received).toEqual(["1", "2", "3"]);
  unmount();
});

test("a stream that takes none is asked as before", async () => {
  const { asked, send, unmount } = watch();
  await pass(1);
  send("1");
  expect(asked()).toBeUndefined();
  unmount();
});
