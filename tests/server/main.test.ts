import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { createSecretKey } from "node:crypto";
import { findFreePort } from "../../platform/embedded/free-port.js";
import { Tokens } from "../../server/auth/tokens.js";
import { freshDatabase, makeUser, type TestDatabase, type TestUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { KNOWN_SECRET } from "../support/forge.js";
import { TestSocket } from "../support/socket.js";

let db: TestDatabase;
let user: TestUser;
const running = new Set<ChildProcess>();
beforeAll(async () => {
  db = await freshDatabase();
  user = await makeUser(db.database);
});
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  running.clear();
});
afterAll(() => db.close());

interface Server {
  readonly child: ChildProcess;
  readonly url: string;
  output(): string;
  /** Resolves with the exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
}

/** The server as a process of its own, as it is built. */
async function launch(environment: Record<string, string> = {}): Promise<Server> {
  const port = environment.PORT ?? String(await findFreePort());
  const child = spawn(process.execPath, ["dist/server/main.js"], {
    env: {
      ...process.env,
      PORT: port,
      DATABASE_URL: db.url,
      REDIS_URL: inject("redisUrl"),
      SMTP_URL: "smtp://127.0.0.1:9",
      JWT_SECRET: KNOWN_SECRET,
      NODE_ENV: "development",
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  running.add(child);
  let text = "";
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (chunk) => (text += String(chunk)));
  const exited = once(child, "exit").then(([code]) => code as number | null);
  return { child, url: `http://127.0.0.1:${port}`, output: () => text, exited };
}

async function untilReady({ url, output }: Server): Promise<void> {
  const look = () =>
    fetch(`${url}/api/health/readiness`).then(
      (response) => response.status,
      () => output(),
    );
  await eventually(look, (seen) => seen === 200, 20_000);
}

const bearer = async () => {
  const tokens = new Tokens(createSecretKey(Buffer.from(KNOWN_SECRET)));
  return `Bearer ${(await tokens.issue(user)).accessToken}`;
};

describe("server/main", () => {
  test("S3 at SIGTERM sockets are told 1001, a request under way is answered, and it ends with 0", async () => {
    const server = await launch();
    await untilReady(server);
    const socket = await TestSocket.connect(server.url, await bearer());
    const id = socket.subscribe("subscription { healthUpdated(intervalMs: 200) { cursor } }");
    await socket.event(id, 0);
    const under = fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: await bearer() },
      body: JSON.stringify({
        query: 'mutation { signIn(email: "nobody@example.org", password: "wrong") { __typename } }',
      }),
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const started = performance.now();
    server.child.kill("SIGTERM");
    expect(await socket.closed).toEqual({ code: 1001, reason: "The server is going away" });
    expect(await (await under).json()).toEqual({ data: { signIn: { __typename: "InvalidCredentials" } } });
    expect(await server.exited).toBe(0);
    expect(performance.now() - started).toBeLessThan(8000);
  });

  test("behind https without a trusted proxy it says what to set, in one line; with one it says nothing", async () => {
    const told = (output: string) => output.split("\n").filter((line) => line.includes("TRUST_PROXY"));
    const PUBLIC_URL = "https://mail.example.com";
    const careless = await launch({ PUBLIC_URL });
    await untilReady(careless);
    expect(
      await eventually(
        () => told(careless.output()),
        (lines) => lines.length > 0,
      ),
    ).toHaveLength(1);
    const careful = await launch({ PUBLIC_URL, TRUST_PROXY: "127.0.0.1" });
    await untilReady(careful);
    await eventually(() => careful.output().includes('"listening"'));
    expect(told(careful.output())).toEqual([]);
  });

  test("it ends with its parent, when the line between them breaks", async () => {
    const server = await launch();
    await untilReady(server);
    server.child.disconnect();
    expect(await server.exited).toBe(0);
  });

  test("a taken port is one clear line that names PORT, without a stack", async () => {
    const port = await findFreePort();
    const other = createServer().listen(port, "127.0.0.1");
    await once(other, "listening");
    const server = await launch({ PORT: String(port), LOG_LEVEL: "error" });
    expect(await server.exited).toBe(1);
    expect(server.output().trim()).toBe(
      `postwatch server: Port ${port} of 127.0.0.1 is taken by another program. Set PORT to a free one.`,
    );
    other.close();
  });

  test("what it says is one JSON object a line, whatever stands in a message", async () => {
    const hostile = "a\r\nb\u001b[31m\u2028c";
    const server = await launch({ LOG_LEVEL: "debug", POSTWATCH_ADMIN_EMAIL: "first@example.com" });
    await untilReady(server);
    const socket = await TestSocket.connect(server.url, await bearer());
    socket.send(hostile);
    await socket.closed;
    await fetch(`${server.url}/graphql`, { method: "POST", body: hostile }).catch(() => {});
    server.child.kill("SIGTERM");
    await server.exited;
    const lines = server.output().trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({ role: "server", time: expect.stringMatching(/Z$/) });
      // oxlint-disable-next-line no-control-regex -- that there is none is the point
      expect(line).not.toMatch(/[\u0000-\u001f]/);
    }
  });

  test("what is missing in the environment is named, all of it at once", async () => {
    const server = await launch({ DATABASE_URL: "", REDIS_URL: "" });
    expect(await server.exited).toBe(1);
    expect(server.output()).toContain("DATABASE_URL must be set");
    expect(server.output()).toContain("REDIS_URL must be set");
    expect(server.output()).not.toContain("    at ");
  });

  test("with a password it makes the first administrator, once; the log does not have it", async () => {
    const own = await freshDatabase();
    try {
      const given = {
        DATABASE_URL: own.url,
        POSTWATCH_ADMIN_EMAIL: "first@example.com",
        POSTWATCH_ADMIN_PASSWORD: "correct horse battery",
      };
      for (const round of [1, 2]) {
        const server = await launch(given);
        await untilReady(server);
        expect(await own.sql("select email from app_user"), `start ${round}`).toEqual([
          { email: "first@example.com" },
        ]);
        expect(server.output()).not.toContain("correct horse battery");
        server.child.kill("SIGTERM");
        await server.exited;
      }
    } finally {
      await own.close();
    }
  });

  test("a database without tables is named in one line, with what to run", async () => {
    const own = await freshDatabase();
    try {
      await own.sql("drop schema public cascade");
      const server = await launch({ DATABASE_URL: own.url });
      expect(await server.exited).toBe(1);
      expect(server.output()).toBe(
        "postwatch server: the database has no tables of this version. Run npm run migrate first.\n",
      );
    } finally {
      await own.close();
    }
  });
});
