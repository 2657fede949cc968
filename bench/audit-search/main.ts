import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Pool } from "pg";
import { findFreePort } from "#platform/embedded/free-port.js";
import { waitUntil } from "#platform/embedded/wait-until.js";
import { openPoster } from "../harness/post.js";
import { percentile, publish } from "../harness/report.js";
import { startBenchServices } from "../harness/services.js";
import { fill } from "./fill.js";
import { questionsAbout, type Question } from "./questions.js";

// How many entries; another number on the command line makes a shorter run. A directory after it keeps what was filled,
// and the next run with it begins with the questions.
const ENTRIES = Number(process.argv[2] ?? 5_000_000);
const SIZE = {
  entries: ENTRIES,
  people: 500,
  campaigns: 20_000,
  months: 12,
  until: new Date().toISOString(),
};
const ROWS = 50;
const WARM_UP = 20;
const ROUNDS = 200;
const MOST_MS = 20;
const EMAIL = "admin@example.com";
const ENTRY = `id at action sentence actor { kind id email label } outcome reasonCode resourceType resourceId
  targets { type id label } changes { field before after } ip userAgent requestId sessionId seq isErased`;
const LIST = `query ($after: String, $filter: AuditLogFilter) { auditLogs(first: ${ROWS}, after: $after, filter: $filter) {
  pageInfo { endCursor } edges { node { ${ENTRY} } } } }`;

const TURN = `query ($after: String, $filter: AuditLogFilter) { auditLogs(first: 100, after: $after, filter: $filter) { pageInfo { endCursor } } }`;

interface Listed {
  readonly auditLogs: {
    readonly pageInfo: { readonly endCursor: string | null };
    readonly edges: readonly { readonly node: { readonly requestId: string; readonly resourceId: string } }[];
  };
}

/** What is known of a record that was filled and kept. */
interface Filled {
  readonly entries: number;
  readonly seconds: number;
  /** Of the administrator. */
  readonly password: string;
}

const KEPT = process.argv[3];
const services = await startBenchServices(KEPT);
const kept = KEPT === undefined ? null : await keptRecord(KEPT);
const password = kept?.password ?? randomBytes(16).toString("hex");
const port = await findFreePort();
const url = `http://127.0.0.1:${port}`;
const server = fork(fileURLToPath(new URL("../../server/main.js", import.meta.url)), {
  env: {
    NODE_ENV: "production",
    LOG_LEVEL: "warn",
    PORT: String(port),
    DATABASE_URL: services.databaseUrl,
    REDIS_URL: services.redisUrl,
    SMTP_URL: "smtp://127.0.0.1:9",
    JWT_SECRET: randomBytes(32).toString("hex"),
    RATE_LIMIT_PER_MINUTE: "1000000",
    POSTWATCH_ADMIN_EMAIL: EMAIL,
    POSTWATCH_ADMIN_PASSWORD: password,
  },
});
const isReady = () =>
  fetch(`${url}/api/health/readiness`).then(
    ({ ok }) => ok,
    () => false,
  );
await waitUntil(isReady, { timeoutMs: 60_000, everyMs: 200 });
const pool = new Pool({ connectionString: services.databaseUrl, max: 1 });
const [tenant] = (await pool.query<{ id: string }>("select id from tenant")).rows;
const filled = kept ?? (await fillRecord(tenant!.id));
const [disk] = (
  await pool.query<{ gib: string }>(
    "select round(pg_database_size(current_database()) / 2 ^ 30::numeric, 1) as gib",
  )
).rows;
const poster = openPoster(`${url}/graphql`);
let authorization = await signIn();

const floor = rowOf("nothing looked for", await measureFloor());
const rows = [];
for (const question of questionsAbout(await middle())) {
  authorization = await signIn();
  rows.push(rowOf(question.name, await measure(question)));
}
const slowest = Math.max(...rows.map(({ p99Ms }) => p99Ms));
publish({
  name: "audit-search",
  setting:
    `${filled.entries.toLocaleString("en")} entries of one organisation in ${SIZE.months} months (${disk!.gib} GiB, made in ${filled.seconds} s), ${ROWS} rows ` +
    `of all their fields over HTTP, ${ROUNDS} times each one after the other after ${WARM_UP} that do not count, until the answer is there. ` +
    "Nothing looked for: { __typename }, signed in, on the same way; it is no question of the goal.",
  rows: [floor, ...rows],
  goals: [
    {
      goal: `every question answers ${ROWS} rows with a p99 under ${MOST_MS} ms`,
      reached: slowest,
      isMet: slowest < MOST_MS,
    },
  ],
});
poster.close();
await pool.end();
server.kill("SIGTERM");
await once(server, "exit");
await services.stop();

async function fillRecord(tenantId: string): Promise<Filled> {
  const begun = performance.now();
  await fill(services.databaseUrl, tenantId, SIZE);
  const seconds = Math.round((performance.now() - begun) / 1000);
  const filled = { entries: ENTRIES, seconds, password };
  if (KEPT !== undefined) await writeFile(join(KEPT, "filled.json"), JSON.stringify(filled));
  return filled;
}

/** Null in a new directory. */
async function keptRecord(directory: string): Promise<Filled | null> {
  const text = await readFile(join(directory, "filled.json"), "utf8").catch(() => null);
  return text === null ? null : (JSON.parse(text) as Filled);
}

async function measure({ filter, pages = 0 }: Question): Promise<{ ms: number[]; rows: number }> {
  let after: string | null = null;
  for (let page = 0; page < pages; page += 1)
    after = (await ask<Listed>(TURN, { after, filter })).auditLogs.pageInfo.endCursor;
  const ms: number[] = [];
  let found = 0;
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    const since = performance.now();
    const answer = await poster.post({ query: LIST, variables: { after, filter } }, authorization);
    if (round >= WARM_UP) ms.push(performance.now() - since);
    found = dataOf<Listed>(answer).auditLogs.edges.length;
  }
  return { ms, rows: found };
}

/** An entry from the middle of the record. */
async function middle() {
  const filter = { to: new Date(Date.now() - 180 * 86_400_000).toISOString(), action: "campaign.launched" };
  return (await ask<Listed>(LIST, { after: null, filter })).auditLogs.edges[0]!.node;
}

async function signIn(): Promise<string> {
  const document = `mutation ($email: String!, $password: String!) { signIn(email: $email, password: $password) {
    ... on SignInSuccess { accessToken } } }`;
  const variables = { email: EMAIL, password };
  const answer = await poster.post({ query: document, variables }, "");
  const { signIn: signed } = dataOf<{ signIn: { accessToken: string } }>(answer);
  return `Bearer ${signed.accessToken}`;
}

async function ask<T>(query: string, variables: object): Promise<T> {
  return dataOf<T>(await poster.post({ query, variables }, authorization));
}

function dataOf<T>(answer: string): T {
  const { data, errors } = JSON.parse(answer) as { data: T | null; errors?: object[] };
  if (!data || errors) throw new Error(answer);
  return data;
}

/** What a request costs that looks for nothing. */
async function measureFloor(): Promise<{ ms: number[]; rows: number }> {
  const ms: number[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    const since = performance.now();
    await poster.post({ query: "{ __typename }" }, authorization);
    if (round >= WARM_UP) ms.push(performance.now() - since);
  }
  return { ms, rows: 0 };
}

function rowOf(name: string, { ms, rows: found }: { readonly ms: number[]; readonly rows: number }) {
  const [p50Ms, p99Ms] = [percentile(ms, 0.5), percentile(ms, 0.99)].map(rounded) as [number, number];
  const row = { name, rows: found, p50Ms, p99Ms, slowestMs: rounded(Math.max(...ms)) };
  console.error(JSON.stringify(row));
  return row;
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
