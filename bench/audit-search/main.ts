import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Pool } from "pg";
import { findFreePort } from "#platform/embedded/free-port.js";
import { waitUntil } from "#platform/embedded/wait-until.js";
import { percentile, publish } from "../harness/report.js";
import { startBenchServices } from "../harness/services.js";
import { fill } from "./fill.js";
import { questionsAbout, type Question } from "./questions.js";

// How many entries; another number on the command line makes a shorter run.
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
const ADMIN = { email: "admin@example.com", password: randomBytes(16).toString("hex") };
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

const services = await startBenchServices();
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
    POSTWATCH_ADMIN_EMAIL: ADMIN.email,
    POSTWATCH_ADMIN_PASSWORD: ADMIN.password,
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
const begun = performance.now();
await fill(services.databaseUrl, tenant!.id, SIZE);
const fillSeconds = Math.round((performance.now() - begun) / 1000);
const [disk] = (
  await pool.query<{ gib: string }>(
    "select round(pg_database_size(current_database()) / 2 ^ 30::numeric, 1) as gib",
  )
).rows;
let authorization = "";
authorization = await signIn();

const rows = [];
for (const question of questionsAbout(await middle())) {
  authorization = await signIn();
  const times = await measure(question);
  const figures = { p50Ms: rounded(percentile(times.ms, 0.5)), p99Ms: rounded(percentile(times.ms, 0.99)) };
  rows.push({ name: question.name, rows: times.rows, ...figures, slowestMs: rounded(Math.max(...times.ms)) });
  console.error(JSON.stringify(rows.at(-1)));
}
const slowest = Math.max(...rows.map(({ p99Ms }) => p99Ms));
publish({
  name: "audit-search",
  setting:
    `${ENTRIES.toLocaleString("en")} entries of one organisation in ${SIZE.months} months (${disk!.gib} GiB, made in ${fillSeconds} s), ${ROWS} rows ` +
    `of all their fields over HTTP, ${ROUNDS} times each one after the other after ${WARM_UP} that do not count.`,
  rows,
  goals: [
    {
      goal: `every question answers ${ROWS} rows with a p99 under ${MOST_MS} ms`,
      reached: slowest,
      isMet: slowest < MOST_MS,
    },
  ],
});
await pool.end();
server.kill("SIGTERM");
await once(server, "exit");
await services.stop();

async function measure({ filter, pages = 0 }: Question): Promise<{ ms: number[]; rows: number }> {
  let after: string | null = null;
  for (let page = 0; page < pages; page += 1)
    after = (await ask<Listed>(TURN, { after, filter })).auditLogs.pageInfo.endCursor;
  const ms: number[] = [];
  let found = 0;
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    const since = performance.now();
    const { auditLogs } = await ask<Listed>(LIST, { after, filter });
    if (round >= WARM_UP) ms.push(performance.now() - since);
    found = auditLogs.edges.length;
  }
  return { ms, rows: found };
}

/** An entry from the middle of the record. */
async function middle() {
  const filter = { to: new Date(Date.now() - 180 * 86_400_000).toISOString(), action: "campaign.launched" };
  return (await ask<Listed>(LIST, { after: null, filter })).auditLogs.edges[0]!.node;
}

async function signIn(): Promise<string> {
  authorization = "";
  const document = `mutation ($email: String!, $password: String!) { signIn(email: $email, password: $password) {
    ... on SignInSuccess { accessToken } } }`;
  const { signIn: signed } = await ask<{ signIn: { accessToken: string } }>(document, ADMIN);
  return `Bearer ${signed.accessToken}`;
}

async function ask<T>(query: string, variables: object): Promise<T> {
  const headers = { "content-type": "application/json", ...(authorization && { authorization }) };
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers,
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: T | null; errors?: object[] };
  if (!data || errors) throw new Error(JSON.stringify(errors));
  return data;
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
