import { fork, type ChildProcess } from "node:child_process";
import { createSecretKey, randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Command } from "#domain/command.js";
import { newId } from "#domain/ids.js";
import type { Database } from "#platform/database/database.js";
import { openOperation } from "#platform/database/open-operation.js";
import { findFreePort } from "#platform/embedded/free-port.js";
import { waitUntil } from "#platform/embedded/wait-until.js";
import { Tokens } from "#server/auth/tokens.js";
import { openPoster } from "../harness/post.js";
import { cpuOfTrees } from "../harness/process-cpu.js";
import type { BenchServices } from "../harness/services.js";
import { MUTATIONS, type Client, type Mutation } from "./mutation.js";

/** How a client gives its draft another name. */
export interface Way {
  /** Has what is done from now on be this one. */
  choose(mutation: Mutation): Promise<void>;
  /** Of these clients, once: what each needs to begin. */
  admit(clients: readonly Client[]): Promise<void>;
  rename(client: Client, name: string): Promise<void>;
  /** CPU time in ms, so far, of the process that runs the command. */
  cpuMs(): number;
}

const USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/** The command by itself, in the process of the clients: a part of a mutation. */
export function inProcess(database: Database): Way {
  let command: Command<never, unknown> = MUTATIONS.withEntry as never;
  return {
    async choose(mutation) {
      command = MUTATIONS[mutation] as never;
    },
    async admit() {},
    async rename({ tenantId, userId, sessionId, campaignId }, name) {
      const actor = {
        kind: "USER",
        userId,
        email: `${userId}@example.com`,
        role: "ADMIN",
        sessionId,
        tenantId,
        teamIds: [],
        masksAddresses: false,
        viewedBy: null,
      } as const;
      const facts = { requestId: newId(), ip: "192.0.2.17", userAgent: USER_AGENT };
      await openOperation(database, actor, facts).run(command, { campaignId, name });
    },
    cpuMs() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
  };
}

const DOCUMENT = `mutation Rename($input: UpdateCampaignInput!) { updateCampaign(input: $input) {
  __typename ... on UpdateCampaignSuccess { campaign { id name version } } } }`;

/** The mutation of the product, as the console asks for it: GraphQL over HTTP, in a server of its own. */
export async function throughTheApi(services: BenchServices): Promise<Way & { stop(): Promise<void> }> {
  const secret = randomBytes(32).toString("hex");
  const port = await findFreePort();
  const server = fork(fileURLToPath(new URL("server.js", import.meta.url)), {
    env: {
      NODE_ENV: "production",
      LOG_LEVEL: "error",
      PORT: String(port),
      DATABASE_URL: services.databaseUrl,
      REDIS_URL: services.redisUrl,
      SMTP_URL: "smtp://127.0.0.1:9",
      JWT_SECRET: secret,
      RATE_LIMIT_PER_MINUTE: "1000000",
      POSTWATCH_ADMIN_EMAIL: "admin@example.com",
      POSTWATCH_ADMIN_PASSWORD: randomBytes(16).toString("hex"),
    },
  });
  const readiness = `http://127.0.0.1:${port}/api/health/readiness`;
  const isReady = () =>
    fetch(readiness).then(
      ({ ok }) => ok,
      () => false,
    );
  await waitUntil(isReady, { timeoutMs: 60_000, everyMs: 200 });
  const tokens = new Tokens(createSecretKey(Buffer.from(secret)));
  const authorization = new Map<Client, string>();
  const poster = openPoster(`http://127.0.0.1:${port}/graphql`);
  return {
    async choose(mutation) {
      server.send(mutation);
      await once(server, "message");
    },
    async admit(clients) {
      for (const client of clients) {
        const { accessToken } = await tokens.issue(client);
        authorization.set(client, `Bearer ${accessToken}`);
      }
    },
    async rename(client, name) {
      const variables = { input: { id: client.campaignId, name } };
      const answer = await poster.post({ query: DOCUMENT, variables }, authorization.get(client)!, {
        "user-agent": USER_AGENT,
      });
      const { data } = JSON.parse(answer) as { data?: { updateCampaign?: { campaign?: { name: string } } } };
      if (data?.updateCampaign?.campaign?.name !== name) throw new Error(answer);
    },
    cpuMs: () => cpuOfTrees([server.pid!]) ?? Number.NaN,
    async stop() {
      poster.close();
      await end(server);
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
