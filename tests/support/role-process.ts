import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { findFreePort } from "../../platform/embedded/free-port.js";
import { eventually } from "./eventually.js";
import { KNOWN_SECRET } from "./forge.js";

export interface RoleProcess {
  readonly child: ChildProcess;
  /** Of a server. */
  readonly url: string;
  output(): string;
  /** Resolves with the exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** SIGTERM, and its end. */
  stop(): Promise<number | null>;
}

/** Server or worker as it is built, as a process of its own that ends with this one. */
export async function launchRole(
  role: "server" | "worker",
  databaseUrl: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<RoleProcess> {
  const port = String(await findFreePort());
  const child = spawn(process.execPath, [`dist/${role}/main.js`], {
    env: {
      PATH: process.env.PATH,
      PORT: port,
      DATABASE_URL: databaseUrl,
      REDIS_URL: inject("redisUrl"),
      SMTP_URL: "smtp://127.0.0.1:9",
      JWT_SECRET: KNOWN_SECRET,
      RATE_LIMIT_PER_MINUTE: "1000000",
      // Swept with what a run leaves (services.ts).
      AUDIT_ANCHOR_FILE: join(tmpdir(), `postwatch-test-${process.pid}-anchors.jsonl`),
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let text = "";
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (chunk) => (text += String(chunk)));
  const exited = once(child, "exit").then(([code]) => code as number | null);
  return {
    child,
    url: `http://127.0.0.1:${port}`,
    output: () => text,
    exited,
    stop() {
      child.kill("SIGTERM");
      return exited;
    },
  };
}

/** Until a server says that it is ready, or a worker that it runs. */
export async function untilReady({ url, output }: RoleProcess): Promise<void> {
  const look = async () => {
    if (output().includes('"the worker runs"')) return true;
    const { status } = await fetch(`${url}/api/health/readiness`).catch(() => ({ status: 0 }));
    return status === 200;
  };
  await eventually(look, Boolean, 40_000);
}
