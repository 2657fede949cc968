import { Worker } from "node:worker_threads";

export interface EventLoopGuard {
  stop(): Promise<unknown>;
}

const LOOKS = 20;

// A thread of its own, because a loop that never ends lets nothing run in its own one: no timer, no signal handler, no
// probe. What it counts are looks, not time: a process that was frozen as a whole is not at fault. Plain text, so that
// one thing runs whatever the sources were made into.
const GUARD = `
  const { workerData } = require("node:worker_threads");
  const { writeSync } = require("node:fs");
  const { turns, everyMs, looks, line } = workerData;
  let [seen, still] = [-1, 0];
  setInterval(() => {
    const now = Atomics.load(turns, 0);
    still = now === seen ? still + 1 : 0;
    seen = now;
    if (still < looks) return;
    try { writeSync(1, line); } catch {} // nobody reads the log
    process.kill(process.pid, "SIGKILL");
  }, everyMs);
`;

/**
 * Kills this process when its event loop has not turned for `limitMs`, so that it is started anew. There is no way to
 * end it in order: whatever it held is taken over when the leases run out.
 */
export function guardEventLoop(role: string, limitMs: number): EventLoopGuard {
  const everyMs = limitMs / LOOKS;
  const turns = new Int32Array(new SharedArrayBuffer(4));
  const turning = setInterval(() => Atomics.add(turns, 0, 1), everyMs);
  turning.unref();
  const line = `${JSON.stringify({
    level: "fatal",
    role,
    pid: process.pid,
    msg: `the event loop has not turned for ${limitMs / 1_000} s; killed, to be started anew`,
  })}\n`;
  const thread = new Worker(GUARD, {
    eval: true,
    workerData: { turns, everyMs, looks: LOOKS, line },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
    stdin: false,
    execArgv: [],
    env: {},
  });
  thread.unref();
  return {
    stop() {
      clearInterval(turning);
      return thread.terminate();
    },
  };
}
