import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readDatabaseSignals } from "../../domain/health/index.js";
import { newId } from "../../domain/ids.js";
import { openOperation } from "../../platform/database/open-operation.js";
import { createLogger } from "../../platform/logger.js";
import { auditAnchorHandler } from "../../worker/audit/anchors.js";
import { auditVerifyHandler } from "../../worker/audit/verify.js";
import type { JobHandler } from "../../worker/job-handler.js";
import { SCHEDULE } from "../../worker/schedule.js";
import { freshDatabase, makeUser, type TestDatabase } from "../support/database.js";
import { seal, tamper } from "./proof-support.js";

let db: TestDatabase;
let directory: string;
beforeAll(async () => {
  db = await freshDatabase();
  directory = await mkdtemp(join(tmpdir(), "check-"));
});
afterAll(async () => {
  await db.close();
  await rm(directory, { recursive: true });
});

const notes: object[] = [];
const published: string[] = [];
async function run(handler: JobHandler<{ fireAt: string }>): Promise<void> {
  await handler({
    op: openOperation(db.database, { kind: "JOB", name: "audit" }, { requestId: newId() }),
    payload: { fireAt: new Date().toISOString() },
    signal: new AbortController().signal,
    progress: async (note) => void notes.push(note),
    bus: {
      publish: (channel) => void published.push(channel),
      subscribe: () => expect.fail("nobody listens"),
    },
    log: createLogger("test", "silent"),
  });
}
const told = () =>
  db.sql("select user_id, title, detail, href from notification order by created_at, user_id");
const faultsInHealth = async () => (await readDatabaseSignals(db.database)).values.AUDIT_FAULTS;

test("a sound record is noted as such; a cut end is critical and told to whom it concerns", async () => {
  const settings = { anchorFile: join(directory, "anchors.jsonl"), anchorUrl: undefined };
  const check = () => run(auditVerifyHandler(settings));
  const [hers, his] = [await makeUser(db.database), await makeUser(db.database)];
  await makeUser(db.database, { tenantId: hers.tenantId, role: "MANAGER" });
  for (const { op } of [hers, his, hers]) {
    await op.record("auth.logout", { targets: [] });
    await seal(db);
  }
  await run(auditAnchorHandler(settings));
  notes.length = 0;
  await check();
  expect(notes).toEqual([{ entries: 3, seals: 3, faults: 0 }]);
  expect(await faultsInHealth()).toBe(0);
  expect(await told()).toEqual([]);

  await tamper(
    db,
    [
      "delete from event e using event_leaf l where l.event_id = e.id and l.chain_id = $1 and l.seq = 2",
      [hers.tenantId],
    ],
    ["delete from event_leaf where chain_id = $1 and seq = 2", [hers.tenantId]],
    ["delete from audit_seal where chain_id = $1 and number = 2", [hers.tenantId]],
  );
  await check();
  expect(await faultsInHealth()).toBe(1);
  expect(await told()).toEqual([
    {
      user_id: hers.userId,
      title: "The audit record is not intact",
      detail: expect.stringContaining("seal 2") as string,
      href: "/audit",
    },
  ]);
  expect(published).toEqual([`person:${hers.userId}`]);
  const [stored] = await db.sql<{ faults: { chain: string; kind: string }[] }>(
    "select faults from audit_check order by finished_at desc limit 1",
  );
  expect(stored!.faults.map(({ chain, kind }) => [chain, kind])).toEqual([[hers.tenantId, "end-cut"]]);
});

test("it is due every night", () => {
  expect(SCHEDULE.find(({ name }) => name === "analytics.auditVerify")?.schedule.pattern).toBe("40 3 * * *");
});
