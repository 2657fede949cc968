import { once } from "node:events";
import { createServer } from "node:net";

/**
 * A port of 127.0.0.1 that was free a moment ago. Whoever uses it must be ready for another program being faster.
 * @param preferred taken when it is free, so that an address in a bookmark keeps working between starts.
 */
export async function findFreePort(preferred = 0): Promise<number> {
  const server = createServer();
  try {
    server.listen({ port: preferred, host: "127.0.0.1", exclusive: true });
    await once(server, "listening");
  } catch (error) {
    if (preferred === 0) throw error;
    return findFreePort();
  }
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("A TCP server has no port.");
  return address.port;
}
