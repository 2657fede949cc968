import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The whole product as `npm start` brings it up, on a data directory and a port of its own. */
export interface RunningProduct {
  readonly url: string;
  readonly catcherUrl: string;
  readonly email: string;
  readonly password: string;
  /** Everything it has printed so far. */
  output(): string;
  /** Ctrl-C; answers the exit code. */
  stop(): Promise<number | null>;
}

/** @param settings environment variables beside the usual ones, such as a mail server of one's own. */
export async function startProduct(settings: Record<string, string> = {}): Promise<RunningProduct> {
  const home = await mkdtemp(join(tmpdir(), "postwatch-product-"));
  const port = await freePort();
  const child = spawn(process.execPath, ["dist/scripts/start.js"], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      POSTWATCH_HOME: home,
      PORT: String(port),
      LOG_LEVEL: "warn",
      ...settings,
      ...(process.env.REDIS_SERVER_BIN && { REDIS_SERVER_BIN: process.env.REDIS_SERVER_BIN }),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text: Buffer) => (printed += text.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const find = (pattern: RegExp) => pattern.exec(printed)?.[1] ?? "";
  const ready = new Promise<void>((resolve) => {
    child.stdout.on("data", () => printed.includes("Ctrl-C stops everything") && resolve());
  });
  const outcome = await Promise.race([ready.then(() => "ready"), ended.then(() => "ended"), later(90_000)]);
  if (outcome !== "ready") {
    child.kill("SIGTERM");
    throw new Error(`The product did not start (${outcome}):\n${printed}`);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    catcherUrl: find(/Mail catcher\s+(http\S+)/),
    email: find(/Sign in as\s+(\S+)/),
    password: find(/Password\s+(\S+)/),
    output: () => printed,
    async stop() {
      child.kill("SIGINT");
      const code = await ended;
      await rm(home, { recursive: true, force: true });
      return code;
    },
  };
}

function later(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve(`nothing in ${ms / 1000} s`), ms).unref());
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
