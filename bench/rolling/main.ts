import { randomBytes, randomUUID } from "node:crypto";
import { Pool } from "pg";
import { findFreePort } from "#platform/embedded/free-port.js";
import { atMost, publish, type Goal } from "../harness/report.js";
import { startBenchServices } from "../harness/services.js";
import { startBalancer } from "./balancer.js";
import { Crowd, type Call } from "./crowd.js";
import { openInbox } from "../harness/inbox.js";
import { Organisation } from "./organisation.js";
import { Role } from "../harness/role.js";

// How many times the four processes are started anew; another number on the command line makes a shorter run.
const ROUNDS = Number(process.argv[2] ?? 10);
const PEOPLE = 1_500 * ROUNDS;
const SLOW_MS = 200;
const CLIENTS = 30;
const PAUSE_MS = 300;
const SETTLED_WITHIN_MS = 120_000;
const ADMIN = { email: "admin@example.com", password: randomBytes(16).toString("hex") };

const services = await startBenchServices();
const inbox = await openInbox(SLOW_MS);
const pool = new Pool({ connectionString: services.databaseUrl, max: 2 });
const roles = await makeRoles();
for (const role of [...roles.servers, ...roles.workers]) await role.start();
const balancer = await startBalancer(roles.urls);
const organisation = await Organisation.signIn(balancer.url, pool, ADMIN);
const campaignId = await organisation.launch(PEOPLE);
const guests: string[] = [];
const teams: string[] = [];
const crowd = new Crowd({
  url: balancer.url,
  authorization: organisation.authorization,
  clients: CLIENTS,
  pauseMs: PAUSE_MS,
  next: () => nextCall(),
});

const begun = performance.now();
for (let round = 0; round < ROUNDS; round += 1)
  for (const role of [...roles.servers, ...roles.workers]) {
    await role.stop();
    await role.start();
  }
const seconds = (performance.now() - begun) / 1000;
await crowd.end();
await organisation.settled(campaignId, SETTLED_WITHIN_MS);
const figures = await account();
const all = [...roles.servers, ...roles.workers];
for (const role of all) await role.stop();
await balancer.stop();
await inbox.stop();
await pool.end();
await services.stop();

const faults = [...crowd.failures, ...all.flatMap((role) => role.faults)];
for (const fault of faults.slice(0, 20)) console.error(fault);
const longestEnd = Math.max(...all.flatMap(({ ends }) => ends));
const goals: Goal[] = [
  atMost("requests that failed", faults.length, 0),
  atMost("jobs lost", figures.jobsLost, 0),
  atMost("jobs done twice", figures.jobsDoubled, 0),
  atMost(
    "mails lost, doubled or unknown",
    figures.mailsLost + figures.mailsDoubled + figures.mailsUnknown,
    0,
  ),
  atMost("teams answered for and not there", figures.teamsLost, 0),
  atMost("seconds that the longest end took", longestEnd, 25),
];
publish({
  name: "rolling",
  setting:
    `${ROUNDS} rolling restarts of two servers and two workers, one process after the other by SIGTERM, in ${Math.round(seconds)} s, behind a balancer ` +
    `that asks for readiness and never tries again; ${CLIENTS} clients on kept lines read, make teams and invite; a campaign to ` +
    `${PEOPLE.toLocaleString("en")} people goes out meanwhile, ${SLOW_MS} ms a mail.`,
  rows: [
    {
      name: "all of it",
      requests: crowd.requests,
      failed: crowd.failures.length,
      slowestMs: Math.round(crowd.slowestMs),
      longestEndSeconds: Math.round(longestEnd * 10) / 10,
      jobs: guests.length,
      mails: PEOPLE,
      ...figures,
    },
  ],
  goals,
});
process.exitCode = goals.every(({ isMet }) => isMet) ? 0 : 1;

async function makeRoles() {
  const [ports, probes] = [await freePorts(2), await freePorts(2)];
  const shared = {
    DATABASE_URL: services.databaseUrl,
    REDIS_URL: services.redisUrl,
    SMTP_URL: inbox.url,
    JWT_SECRET: randomBytes(32).toString("hex"),
    POSTWATCH_ADMIN_EMAIL: ADMIN.email,
    POSTWATCH_ADMIN_PASSWORD: ADMIN.password,
    PUBLIC_URL: "https://postwatch.example",
    RATE_LIMIT_PER_MINUTE: "1000000",
  };
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const servers = ports.map(
    (port, n) => new Role("server", `${urls[n]}/api/health/readiness`, { ...shared, PORT: String(port) }),
  );
  const workers = probes.map(
    (port) =>
      new Role("worker", `http://127.0.0.1:${port}/api/health/readiness`, {
        ...shared,
        WORKER_HEALTH_PORT: String(port),
      }),
  );
  return { urls, servers, workers };
}

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await findFreePort());
  return [...ports];
}

/** Of ten calls one invites, two make a team, the others read. */
function nextCall(): Call {
  const turn = Math.random() * 10;
  if (turn < 1) {
    const email = `guest-${randomUUID()}@example.org`;
    return {
      document:
        "mutation ($email: String!) { did: inviteUser(input: { email: $email, role: USER }) { __typename } }",
      variables: { email },
      said: did("InviteUserSuccess", () => guests.push(email)),
    };
  }
  if (turn >= 3) return { document: "{ me { id } campaigns(first: 5) { edges { node { id status } } } }" };
  const name = randomUUID();
  return {
    document: "mutation ($name: String!) { did: createTeam(input: { name: $name }) { __typename } }",
    variables: { name },
    said: did("CreateTeamSuccess", () => teams.push(name)),
  };
}

function did(wanted: string, note: () => void) {
  return (result: Record<string, unknown>) => {
    const { __typename: answer } = result["did"] as { __typename: string };
    if (answer !== wanted) return `${answer} instead of ${wanted}`;
    note();
  };
}

async function account() {
  const copies = (address: string) => inbox.mails.get(address) ?? 0;
  const people = Array.from({ length: PEOPLE }, (_, n) => copies(`lead-${n + 1}@example.org`));
  const invited = guests.map(copies);
  const { rows: states } = await pool.query<{ unknown: number }>(
    "select count(*)::int as unknown from message where state <> 'SENT'",
  );
  const { rows: made } = await pool.query<{ count: number }>(
    "select count(*)::int as count from team where name = any($1)",
    [teams],
  );
  return {
    jobsLost: invited.filter((count) => count === 0).length,
    jobsDoubled: invited.filter((count) => count > 1).length,
    mailsLost: people.filter((count) => count === 0).length,
    mailsDoubled: people.filter((count) => count > 1).length,
    mailsUnknown: states[0]!.unknown,
    teamsLost: teams.length - made[0]!.count,
  };
}
