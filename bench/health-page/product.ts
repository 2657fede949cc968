import { createSecretKey, randomBytes } from "node:crypto";
import { Pool } from "pg";
import { findFreePort } from "#platform/embedded/free-port.js";
import { Tokens } from "#server/auth/tokens.js";
import { openInbox } from "../harness/inbox.js";
import { Role } from "../harness/role.js";
import { startBenchServices } from "../harness/services.js";

/** Server and worker as they are built, with everything that they depend on. */
export interface Product {
  readonly url: string;
  /** Of the first administrator. */
  readonly email: string;
  readonly password: string;
  readonly serverPid: number;
  readonly pool: Pool;
  readonly tokens: Tokens;
  stop(): Promise<void>;
}

export async function startProduct(): Promise<Product> {
  const [services, inbox] = await Promise.all([startBenchServices(), openInbox(0)]);
  const [port, probes] = [await findFreePort(), await findFreePort()];
  const url = `http://127.0.0.1:${port}`;
  const secret = randomBytes(32).toString("hex");
  const [email, password] = ["admin@example.com", randomBytes(16).toString("hex")];
  const environment = {
    DATABASE_URL: services.databaseUrl,
    REDIS_URL: services.redisUrl,
    SMTP_URL: inbox.url,
    JWT_SECRET: secret,
    POSTWATCH_ADMIN_EMAIL: email,
    POSTWATCH_ADMIN_PASSWORD: password,
    PUBLIC_URL: url,
    PORT: String(port),
    WORKER_HEALTH_PORT: String(probes),
    RATE_LIMIT_PER_MINUTE: "1000000",
    // For pages of many networks.
    TRUST_PROXY: "127.0.0.1",
  };
  const server = new Role("server", `${url}/api/health/readiness`, environment);
  const worker = new Role("worker", `http://127.0.0.1:${probes}/api/health/readiness`, environment);
  await server.start();
  await worker.start();
  const pool = new Pool({ connectionString: services.databaseUrl, max: 2 });
  return {
    url,
    email,
    password,
    serverPid: server.pid,
    pool,
    tokens: new Tokens(createSecretKey(Buffer.from(secret))),
    async stop() {
      await server.stop();
      await worker.stop();
      await pool.end();
      await inbox.stop();
      await services.stop();
    },
  };
}
