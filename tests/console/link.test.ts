import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { link, openLink, type Link } from "../../console/src/api/link";
import { adopt } from "../../console/src/api/session";

/** The browser's end of a line; the test is the server's. */
class Line {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;
  readonly OPEN = 1;
  readyState = 1;
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: (event: { code: number; reason: string }) => void;
  constructor() {
    lines.push(this);
    queueMicrotask(() => this.onopen?.());
  }
  send(text: string) {
    if (isSilent) return;
    const { type } = JSON.parse(text) as { type: string };
    const answer = { connection_init: "connection_ack", ping: "pong" }[type];
    if (answer) queueMicrotask(() => this.onmessage?.({ data: JSON.stringify({ type: answer }) }));
  }
  close(code = 1000, reason = "") {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }
}

let lines: Line[] = [];
/** The server takes what is said and answers nothing. */
let isSilent = false;
let open: Link;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(async () => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  vi.stubGlobal("WebSocket", Line);
  lines = [];
  isSilent = false;
  adopt({ accessToken: "mine", expiresAt: new Date(Date.now() + 9_000_000).toISOString() });
  open = openLink();
  await pass(1);
});
afterEach(() => {
  open.dispose();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test.each([1013, 1001, 1006, 1012, 4403])(
  "a line that the server closes with %i is opened again, and is not called live meanwhile",
  async (code) => {
    expect(link()).toBe("live");
    await pass(20_000);
    lines.at(-1)?.close(code);
    expect(link()).toBe("connecting");
    await pass(500);
    expect(link()).toBe("live");
    expect(lines).toHaveLength(2);
  },
);

test("a close that is final by protocol waits for the person", async () => {
  await pass(20_000);
  lines.at(-1)?.close(4429);
  await pass(60_000);
  expect(lines).toHaveLength(1);
  expect(link()).toBe("closed");
  open.reconnect();
  await pass(1);
  expect(link()).toBe("live");
});

test("a server that takes the line and drops it at once is asked more and more seldom", async () => {
  const waits: number[] = [];
  for (let times = 0; times < 8; times++) {
    const many = lines.length;
    lines.at(-1)?.close(1013);
    let waited = 0;
    for (; lines.length === many; waited += 100) await pass(100);
    waits.push(waited);
  }
  expect(waits).toEqual([800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000, 15_000]);
});

test("AC-08 a line that goes silent is not called live after 3.5 s, is again when it answers, and is given up after seven", async () => {
  isSilent = true;
  await pass(3_600);
  expect(link()).toBe("connecting");
  expect(lines).toHaveLength(1);
  lines.at(-1)?.onmessage?.({ data: JSON.stringify({ type: "pong" }) });
  expect(link()).toBe("live");
  await pass(3_600);
  expect(link()).toBe("connecting");
  isSilent = false;
  await pass(5_000);
  expect(link()).toBe("live");
  expect(lines).toHaveLength(2);
});
