import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { type Server, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTransport } from "nodemailer";
import { Client } from "pg";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { findFreePort } from "../../platform/embedded/free-port.js";
import { waitUntil } from "../../platform/embedded/wait-until.js";
import { freshDatabase } from "../support/database.js";
import { startSmtpSink } from "../support/smtp-sink.js";
import { untilNoneIsLeft } from "./support/processes-of.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = join(root, "dist", "scripts", "start.js");
const PATIENCE_MS = 90_000;

interface Run {
  readonly child: ChildProcess;
  /** Everything printed so far. */
  text(): string;
  readonly ended: Promise<number | null>;
}

let home: string;
let port: number;
const children: ChildProcess[] = [];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "pw-start-"));
  port = await findFreePort();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await untilNoneIsLeft(home, 40_000);
  await rm(home, { recursive: true, force: true });
});

/** As `npm start` calls it, in a working directory without a file .env. */
function start(env: NodeJS.ProcessEnv = {}): Run {
  const own = { POSTWATCH_HOME: home, PORT: String(port), NODE_ENV: "development" };
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [PROGRAM], { cwd: tmpdir(), env: { PATH, HOME, ...own, ...env } });
  children.push(child);
  let text = "";
  child.stdout.on("data", (chunk) => (text += String(chunk)));
  child.stderr.on("data", (chunk) => (text += String(chunk)));
  const ended = once(child, "exit").then(([code]) => code as number | null);
  return { child, text: () => text, ended };
}

async function untilReady(run: Run): Promise<string> {
  const isReady = await waitUntil(async () => run.text().includes("Ctrl-C stops everything."), {
    timeoutMs: PATIENCE_MS,
    everyMs: 20,
    giveUp: () => run.child.exitCode !== null,
  });
  if (!isReady) throw new Error(`npm start did not get ready:\n${run.text()}`);
  return run.text();
}

const address = (text: string, name: string): string =>
  new RegExp(`^ {2}${name} +(\\S+)`, "m").exec(text)?.[1] ?? "";

async function signIn(email: string, password: string): Promise<string> {
  const query = `mutation($email: String!, $password: String!) { signIn(email: $email, password: $password) { kind: __typename } }`;
  const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables: { email, password } }),
  });
  return ((await answer.json()) as { data: { signIn: { kind: string } } }).data.signIn.kind;
}

/** Who is connected to the database of its own, but for us. */
async function connectedRoles(): Promise<unknown[]> {
  const password = (await readFile(join(home, "postgres", "password"), "utf8")).trim();
  const { postgres } = JSON.parse(await readFile(join(home, "ports.json"), "utf8")) as { postgres: number };
  const client = new Client(`postgresql://postwatch:${password}@127.0.0.1:${postgres}/postwatch`);
  await client.connect();
  try {
    const { rows } = await client.query<{ usename: string }>(
      "select distinct usename from pg_stat_activity where datname = 'postwatch' and pid <> pg_backend_pid() and usename is not null",
    );
    return rows.map(({ usename }) => usename);
  } finally {
    await client.end();
  }
}

test(
  "the first start brings everything up and shows the administrator's password; Ctrl-C stops all; the second start finds the data and shows none",
  { timeout: 4 * PATIENCE_MS },
  async () => {
    const first = start();
    const text = await untilReady(first);
    const [email, password] = [address(text, "Sign in as"), address(text, "Password")];
    expect(await signIn(email, password)).toBe("SignInSuccess");
    expect(text).not.toContain("warn");
    expect(text).not.toContain("nobody can sign in");
    const catcher = address(text, "Mail catcher");
    await createTransport(address(text, "SMTP")).sendMail({
      from: "a@example.org",
      to: "b@example.net",
      subject: "kept",
    });
    expect((await fetch(`http://127.0.0.1:${port}/api/health/readiness`)).status).toBe(200);
    expect(await connectedRoles()).toEqual(["postwatch_app"]);

    const second = start({ PORT: String(await findFreePort()) });
    expect(await second.ended).toBe(1);
    expect(second.text()).toBe(
      `postwatch: Postwatch already runs on ${home} (pid ${first.child.pid}). Stop that one first, or set POSTWATCH_HOME to another directory.\n`,
    );

    first.child.kill("SIGINT");
    expect(await first.ended).toBe(0);
    await untilNoneIsLeft(home, 1_000);

    const begun = performance.now();
    const again = start();
    const repeated = await untilReady(again);
    console.log(`the second start was ready after ${Math.round(performance.now() - begun)} ms`);
    expect(repeated).not.toContain("Password");
    expect(address(repeated, "Mail catcher")).toBe(catcher);
    expect(await (await fetch(`${catcher}/messages`)).json()).toMatchObject({
      total: 1,
      messages: [{ subject: "kept" }],
    });
    expect(await signIn(email, password)).toBe("SignInSuccess");

    again.child.kill("SIGKILL");
    console.log(`all of it was gone ${Math.round(await untilNoneIsLeft(home, 40_000))} ms after kill -9`);
  },
);

test(
  "with DATABASE_URL, REDIS_URL and SMTP_URL set nothing of its own is started",
  { timeout: 2 * PATIENCE_MS },
  async () => {
    const database = await freshDatabase();
    const sink = await startSmtpSink();
    const run = start({ DATABASE_URL: database.url, REDIS_URL: inject("redisUrl"), SMTP_URL: sink.url });
    try {
      const text = await untilReady(run);
      expect(text).not.toContain("Mail catcher");
      expect((await readdir(home)).filter((name) => ["postgres", "redis", "mail"].includes(name))).toEqual(
        [],
      );
      expect(await database.sql("select count(*)::int as count from app_user")).toEqual([{ count: 1 }]);
    } finally {
      run.child.kill("SIGTERM");
      await run.ended;
      await database.close();
      await sink.stop();
    }
    expect(await run.ended).toBe(0);
  },
);

/** Starts, expects it to fail, and that nothing is left running. */
async function refusal(env: NodeJS.ProcessEnv): Promise<string> {
  const run = start(env);
  expect(await run.ended).toBe(1);
  await untilNoneIsLeft(home, 1_000);
  return run.text();
}

test(
  "a taken PORT is named with the way out before anything is started",
  { timeout: PATIENCE_MS },
  async () => {
    const other: Server = createServer().listen(port, "127.0.0.1");
    await once(other, "listening");
    expect(await refusal({})).toBe(
      `postwatch: PORT ${port} on 127.0.0.1 is taken by another program. Choose another one, for instance: PORT=${port + 10} npm start\n`,
    );
    expect(existsSync(join(home, "postgres"))).toBe(false);
    other.close();
  },
);

test(
  "a DATABASE_URL that does not work is named without its password",
  { timeout: 3 * PATIENCE_MS },
  async () => {
    const dead = await findFreePort();
    expect(await refusal({ DATABASE_URL: `postgresql://ada:hunter2secret@127.0.0.1:${dead}/x` })).toContain(
      `DATABASE_URL: no PostgreSQL could be reached on 127.0.0.1:${dead} (ECONNREFUSED)`,
    );
    const wrong = new URL(inject("databaseUrl"));
    wrong.password = "hunter2secret";
    const refused = await refusal({ DATABASE_URL: wrong.toString() });
    expect(refused).toContain(
      `DATABASE_URL: PostgreSQL on ${wrong.host} refused the password of "postwatch"`,
    );
    expect(refused).not.toContain("hunter2secret");
  },
);

test("faults of the environment are all named at once", { timeout: PATIENCE_MS }, async () => {
  const text = await refusal({ PORT: "many", DATABASE_URL: "mysql://x:hunter2secret@y/z" });
  expect(text).toMatch(/PORT must be a port number, but is "many"/);
  expect(text).toMatch(/DATABASE_URL must be a URL starting with postgres/);
  expect(text).not.toContain("hunter2secret");
  expect(await readFile(join(home, "lock"), "utf8").catch(() => "none")).toBe("none");
});
