import { once } from "node:events";
import { createServer } from "node:net";
import { Redis } from "ioredis";
import { Client } from "pg";
import { StartError } from "./settings.js";

const TIMEOUT_MS = 5_000;

/** @throws StartError naming the variable, never its password */
export async function checkDatabase(
  url: string,
  variable: "DATABASE_URL" | "DATABASE_OWNER_URL" = "DATABASE_URL",
): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: TIMEOUT_MS });
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    throw new StartError(`${variable}: ${databaseReason(error as PostgresError, url)}`, { cause: error });
  } finally {
    await client.end().catch(() => {});
  }
}

type PostgresError = Error & { code?: string };

function databaseReason(error: PostgresError, url: string): string {
  const { host, pathname, username } = new URL(url);
  const database = decodeURIComponent(pathname.slice(1));
  const known: Record<string, string> = {
    "28P01": `PostgreSQL on ${host} refused the password of "${decodeURIComponent(username)}". Correct it, or unset the variable to use the built-in PostgreSQL.`,
    "28000": `PostgreSQL on ${host} does not let "${decodeURIComponent(username)}" in: ${error.message}.`,
    "3D000": `PostgreSQL on ${host} has no database "${database}". Create it: createdb ${database}`,
    ERR_INVALID_URL: "this is not a URL.",
  };
  return (
    known[error.code ?? ""] ??
    `no PostgreSQL could be reached on ${host} (${error.code ?? error.message}). ` +
      "Start it, correct the variable, or unset it to use the built-in PostgreSQL."
  );
}

/** @throws StartError naming REDIS_URL, never its password */
export async function checkRedis(url: string): Promise<void> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  let reason = "";
  client.on("error", (error: PostgresError) => {
    reason ||= error.code ?? error.message;
  });
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    const place = url.startsWith("/") ? url : new URL(url).host;
    throw new StartError(
      `REDIS_URL: no Redis could be used on ${place} (${reason || (error as Error).message}). ` +
        "Start it, correct the variable, or unset it to use the built-in Redis.",
      { cause: error },
    );
  } finally {
    client.disconnect();
  }
}

/** @throws StartError naming PORT or HOST when the server could not listen there */
export async function checkPort(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, "listening");
  } catch (error) {
    throw new StartError(portReason((error as PostgresError).code, host, port), { cause: error });
  }
  server.close();
  await once(server, "close");
}

function portReason(code: string | undefined, host: string, port: number): string {
  if (code === "EADDRINUSE")
    return `PORT ${port} on ${host} is taken by another program. Choose another one, for instance: PORT=${port + 10} npm start`;
  if (code === "EACCES") return `PORT ${port} needs more rights than this user has. Choose one above 1023.`;
  return `HOST "${host}" is not an address of this machine (${code}). Use 127.0.0.1, or 0.0.0.0 for all.`;
}
