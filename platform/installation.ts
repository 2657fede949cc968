import type { Id } from "#domain/ids.js";
import { statement, type Reader } from "#domain/operation.js";

const INSTALLATION = statement<{ id: Id }>("installation", "select id from installation");

/**
 * What the names of this installation in Redis start with, so that two can share a server. The braces keep all of
 * its keys in one slot of a cluster.
 * @throws Error when the database has no schema yet
 */
export async function readRedisPrefix(reader: Reader): Promise<string> {
  const [installation] = await reader.query(INSTALLATION);
  if (!installation) throw new Error("The database names no installation: run npm run migrate.");
  return `{pw:${installation.id}}`;
}
