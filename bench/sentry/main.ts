import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { newId } from "#domain/ids.js";
import { Database } from "#platform/database/database.js";
import { median, publish } from "../harness/report.js";
import { startBenchServices } from "../harness/services.js";
import { measure, startContestant, type Contestant, type Way } from "./contestant.js";

/** What error tracking costs a request that goes well: one field, and a list of a hundred rows. */
const ROUNDS = 16;
const WORK = {
  field: { document: "query Field { me { id } }", count: 500 },
  list: {
    document: `query List { leads(first: 100) { edges { node {
      id email firstName lastName company title timezone stage mailability createdAt tags customFields } } } }`,
    count: 100,
  },
} as const;
type Task = keyof typeof WORK;
/** Before anything counts: one in ten must have met the compiler too, or its code is measured as it never runs for long. */
const WARM_UP = 8000;
/** At 10 % a request may cost so much more. */
const MOST = 1.05;
const EMAIL = "bench@example.com";
const PASSWORD = randomBytes(18).toString("hex");
/** The same for all, so that they are one installation. */
const JWT_SECRET = randomBytes(32).toString("hex");

const services = await startBenchServices();
const sink = fork(fileURLToPath(new URL("./sink.js", import.meta.url)));
const [sinkPort] = (await once(sink, "message")) as [number];
const dsn = `http://bench@127.0.0.1:${sinkPort}/1`;
const at = (rate: number) => ({ SENTRY_DSN: dsn, SENTRY_TRACES_SAMPLE_RATE: String(rate) });
const WAYS: readonly Way[] = [
  { name: "no DSN", environment: {} },
  { name: "errors alone (rate 0)", environment: at(0) },
  { name: "rate 0.1", environment: at(0.1) },
  { name: "rate 1", environment: at(1) },
  { name: "the SDK's own tracing at 0.1", environment: {}, ownTracing: dsn },
];

const contestants: Contestant[] = [];
for (const way of WAYS)
  contestants.push(
    await startContestant(way, {
      NODE_ENV: "production",
      LOG_LEVEL: "warn",
      DATABASE_URL: services.databaseUrl,
      REDIS_URL: services.redisUrl,
      SMTP_URL: "smtp://127.0.0.1:9",
      JWT_SECRET,
      RATE_LIMIT_PER_MINUTE: "1000000",
      POSTWATCH_ADMIN_EMAIL: EMAIL,
      POSTWATCH_ADMIN_PASSWORD: PASSWORD,
    }),
  );
await addLeads(200);
// A transaction in each, so that what the first one sets up is there in all.
for (const contestant of contestants) await signIn(contestant);

const costs = new Map<string, Record<Task, number[]>>(
  WAYS.map(({ name }) => [name, { field: [], list: [] }]),
);
const first = await signIn(contestants[0]!);
for (const contestant of contestants)
  await measure(contestant, { document: WORK.field.document, count: WARM_UP, bearer: first });
for (let round = 0; round < ROUNDS; round += 1) {
  const bearer = await signIn(contestants[0]!);
  for (const task of ["field", "list"] as const)
    for (const contestant of rotated(contestants, round))
      costs.get(contestant.name)![task].push(await measure(contestant, { ...WORK[task], bearer }));
}

sink.send("taken");
const [taken] = (await once(sink, "message")) as [number];
const plain = costs.get("no DSN")!;
/** Of the same round, so that what the machine does beside it counts for both. */
const ratio = (name: string, task: Task) =>
  median(costs.get(name)![task].map((cost, round) => cost / plain[task][round]!));
publish({
  name: "sentry",
  setting:
    `CPU µs of the server process for a request, ${ROUNDS} interleaved rounds of ${WORK.field.count} queries of one field and ` +
    `${WORK.list.count} lists of 100 × 12; medians, and the median of the ratios to no DSN in the same round, ` +
    `after a warm-up of ${WARM_UP}; ${taken} envelopes were taken on loopback.`,
  rows: WAYS.map(({ name }) => ({
    name,
    fieldMicroseconds: Math.round(median(costs.get(name)!.field)),
    fieldLeast: Math.round(Math.min(...costs.get(name)!.field)),
    fieldRatio: rounded(ratio(name, "field")),
    listMicroseconds: Math.round(median(costs.get(name)!.list)),
    listLeast: Math.round(Math.min(...costs.get(name)!.list)),
    listRatio: rounded(ratio(name, "list")),
  })),
  goals: (["field", "list"] as const).map((task) => {
    const reached = ratio("rate 0.1", task);
    return {
      goal: `at 10 % a ${task} costs at most ${MOST} of one without`,
      reached,
      isMet: reached <= MOST,
    };
  }),
});
for (const { child } of contestants) child.kill("SIGTERM");
await Promise.all(contestants.map(({ child }) => once(child, "exit")));
sink.disconnect();
await services.stop();

/** Nobody is always the first, or always the one after the heaviest. */
function rotated<T>(all: readonly T[], by: number): T[] {
  const start = by % all.length;
  return [...all.slice(start), ...all.slice(0, start)];
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

async function signIn({ port }: Contestant): Promise<string> {
  const query = `mutation { signIn(email: "${EMAIL}", password: "${PASSWORD}") { ... on SignInSuccess { accessToken } } }`;
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  const { data } = (await response.json()) as { data: { signIn: { accessToken: string } } };
  return `Bearer ${data.signIn.accessToken}`;
}

async function addLeads(count: number): Promise<void> {
  const database = await Database.open(services.databaseUrl, {
    poolSize: 1,
    statementTimeoutMs: 10_000,
    applicationName: "bench",
  });
  const [tenant] = (await database.pool.query("select id from tenant")).rows as { id: string }[];
  for (let i = 0; i < count; i += 1)
    await database.pool.query(
      `insert into lead (id, tenant_id, email, email_canonical, email_hash, first_name, last_name, company, title, source)
       values ($1, $2, $3, $3, sha256($3::text::bytea), 'Ada', 'Lovelace', 'Analytical Engines', 'Countess', 'bench')`,
      [newId(), tenant!.id, `lead${i}@example.com`],
    );
  await database.close();
}
