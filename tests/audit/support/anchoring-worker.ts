import { setTimeout as sleep } from "node:timers/promises";
import { auditAnchorHandler } from "../../../worker/audit/anchors.js";
import { newId } from "../../../domain/ids.js";
import { Database } from "../../../platform/database/database.js";
import { openOperation } from "../../../platform/database/open-operation.js";
import { createLogger } from "../../../platform/logger.js";

/** A worker that does nothing but anchor, again and again, from the first message to the second; then says what it wrote. */
const [url, anchorFile, anchorUrl] = process.argv.slice(2) as [string, string, string];
const database = await Database.open(url, {
  poolSize: 1,
  statementTimeoutMs: 10_000,
  applicationName: "postwatch-test anchoring worker",
});
const anchor = auditAnchorHandler({ anchorFile, anchorUrl });
const next = () => new Promise<void>((resolve) => process.once("message", () => resolve()));
const wrote: number[] = [];
let isOver = false;

process.send!("ready");
await next();
void next().then(() => {
  isOver = true;
});
for (let isLast = false; !isLast;) {
  // Once more after it is over: what was sealed last is to be outside as well.
  isLast = isOver;
  await anchor({
    op: openOperation(database, { kind: "JOB", name: "audit" }, { requestId: newId() }),
    payload: { fireAt: new Date().toISOString() },
    signal: new AbortController().signal,
    progress: async (note) => void wrote.push((note as { anchored: number }).anchored),
    bus: { publish() {}, subscribe: () => Promise.reject(new Error("nobody listens")) } as never,
    log: createLogger("test", "silent"),
  });
  if (wrote.at(-1) === 0) await sleep(5);
}
process.send!(wrote);
await database.close();
process.disconnect();
