import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { findFreePort } from "#platform/embedded/free-port.js";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** One way to run the server, measured as its users would meet it. */
export interface Contestant {
  readonly name: string;
  readonly child: ChildProcess;
  readonly port: number;
}

export interface Way {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Where the peer sends what its own tracing makes. */
  readonly ownTracing?: string;
}

/** A server as it is built and deployed, in a process of its own; it ends with this one. */
export async function startContestant(
  { name, environment, ownTracing }: Way,
  shared: Readonly<Record<string, string>>,
): Promise<Contestant> {
  const port = await findFreePort();
  const preloaded = ["./meter.js", ...(ownTracing ? ["./own-tracing.js"] : [])];
  const child = fork(at("../../server/main.js"), ownTracing ? [`--dsn=${ownTracing}`] : [], {
    env: { PATH: process.env["PATH"], ...shared, ...environment, PORT: String(port) },
    execArgv: preloaded.flatMap((file) => ["--import", at(file)]),
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  for (let tries = 0; tries < 600; tries += 1) {
    const { status } = await fetch(`http://127.0.0.1:${port}/api/health/readiness`).catch(() => ({
      status: 0,
    }));
    if (status === 200) return { name, child, port };
    if (child.exitCode !== null) break;
    await sleep(50);
  }
  throw new Error(`${name} did not start`);
}

export async function cpuMicroseconds({ child }: Contestant): Promise<number> {
  child.send("cpu");
  const [usage] = (await once(child, "message")) as [NodeJS.CpuUsage];
  return usage.user + usage.system;
}

/** Requests that are on their way at the same time. */
const CONCURRENCY = 8;
/** What is still to be sent, such as a trace, is the request's cost too. */
const SETTLE_MS = 100;
const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });

/** @returns CPU microseconds of the server for each of `count` requests */
export async function measure(
  contestant: Contestant,
  { document, count, bearer }: { document: string; count: number; bearer: string },
): Promise<number> {
  const body = Buffer.from(JSON.stringify({ query: document }));
  let left = count;
  const before = await cpuMicroseconds(contestant);
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (left-- > 0) await post(contestant.port, body, bearer);
    }),
  );
  await sleep(SETTLE_MS);
  return ((await cpuMicroseconds(contestant)) - before) / count;
}

function post(port: number, body: Buffer, bearer: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      "content-type": "application/json",
      "content-length": body.byteLength,
      authorization: bearer,
    };
    const call = request({ agent, host: "127.0.0.1", port, path: "/graphql", method: "POST", headers });
    call.on("response", (response) => {
      let size = 0;
      response.on("data", (chunk: Buffer) => (size += chunk.byteLength));
      response.on("end", () =>
        response.statusCode === 200 && size > 20
          ? resolve()
          : reject(new Error(`status ${response.statusCode}`)),
      );
    });
    call.on("error", reject).end(body);
  });
}
