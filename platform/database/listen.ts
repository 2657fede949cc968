import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import type { Logger } from "../logger.js";

export interface Listening {
  close(): Promise<void>;
}

const RETRY_MS = 500;

/**
 * Calls `onNotice` for every NOTIFY on the channel, on a connection of its own, and once after each (re)connection,
 * because what was said meanwhile was missed. Notices are a convenience: whoever listens must also look by itself.
 */
export function listen(databaseUrl: string, channel: string, onNotice: () => void, log: Logger): Listening {
  const closing = new AbortController();
  let socket: Socket | null = null;

  const connect = async (): Promise<void> => {
    const line = (socket = new Socket());
    const client = new Client({
      connectionString: databaseUrl,
      application_name: `postwatch listening to ${channel}`,
      connectionTimeoutMillis: 3_000,
      keepAlive: true,
      stream: () => line,
    });
    const ended = new Promise<void>((resolve) => {
      client.on("error", () => resolve()).on("end", () => resolve());
    });
    client.on("notification", onNotice);
    try {
      await client.connect();
      await client.query(`listen ${client.escapeIdentifier(channel)}`);
      onNotice();
      await ended;
    } finally {
      // Not ended politely: a database that is frozen would never answer that.
      line.destroy();
    }
  };

  const run = (async () => {
    while (!closing.signal.aborted) {
      await connect().catch((error: Error) => log.debug({ channel, error: error.message }, "cannot listen"));
      await sleep(RETRY_MS, undefined, { signal: closing.signal }).catch(() => {});
    }
  })();

  return {
    async close() {
      closing.abort();
      socket?.destroy();
      await run;
    },
  };
}
