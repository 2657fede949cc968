/**
 * What a worker does with the record, in a process of its own: seals at its own pace while it is told to, and listens
 * as the relay does. Argument: the address of PostgreSQL.
 */
import { createSecretKey, randomBytes } from "node:crypto";
import { openSealingKey } from "#platform/audit-keys.js";
import { Database } from "#platform/database/database.js";
import { listen } from "#platform/database/listen.js";
import { createLogger } from "#platform/logger.js";
import type { Repetition } from "#platform/repeat.js";
import { startSealer } from "#worker/audit/sealer.js";

const [databaseUrl] = process.argv.slice(2) as [string];
const log = createLogger("sealer", "warn");
const database = await Database.open(databaseUrl, {
  poolSize: 2,
  statementTimeoutMs: 60_000,
  applicationName: "bench sealer",
});
const key = openSealingKey(undefined, createSecretKey(randomBytes(32)));
// Whoever hears of seals is not measured here.
const bus = { publish() {} };
listen(databaseUrl, "postwatch_relay", () => {}, log);

let sealer: Repetition | null = null;
process.on("message", (isToSeal: boolean) => void turn(isToSeal).then(() => process.send?.(isToSeal)));
process.on("disconnect", () => process.exit(0));
process.send?.("ready");

async function turn(isToSeal: boolean): Promise<void> {
  await sealer?.stop();
  sealer = isToSeal ? startSealer({ database, bus, log, key, previousKey: null }) : null;
}
