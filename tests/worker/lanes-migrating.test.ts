import { expect, test } from "vitest";
import type { OwnerQuery } from "../../platform/database/app-role.js";
import { holdLedger } from "../../platform/database/hold-ledger.js";
import { eventually } from "../support/eventually.js";
import { lanesFor } from "../support/mail-run.js";
import { SenderWorld } from "../support/sender-world.js";
import { startSmtpSink } from "../support/smtp-sink.js";

const LEADS = 200;
const world = new SenderWorld(LEADS);

test("while eight lanes send, a migration gets the ledger again and again; every mail leaves once", async () => {
  const sender = await world.sender({ perHour: 40_000 });
  const campaignId = await world.launch(await world.draft({ senderIds: [sender] }));
  await world.db.sql("update message set state = 'QUEUED', due_at = now() where campaign_id = $1", [
    campaignId,
  ]);
  const sink = await startSmtpSink();
  const lanes = lanesFor(world.db, sink.url, { lanes: 8, leaseSeconds: 15 });
  lanes.wake();
  const migration = await world.db.database.pool.connect();
  const query = (async (sql: string) => (await migration.query(sql)).rows) as OwnerQuery;
  let held = 0;
  try {
    while (sink.accepted.length < LEADS) {
      await migration.query("begin");
      await holdLedger(query);
      await migration.query("commit");
      held += 1;
      const before = sink.accepted.length;
      await eventually(
        async () => sink.accepted.length,
        (now) => now > before || now === LEADS,
      );
    }
  } finally {
    migration.release(true);
    await lanes.stop();
    await sink.stop();
  }
  expect(held).toBeGreaterThan(1);
  expect(new Set(sink.accepted.map(({ to }) => to[0])).size).toBe(LEADS);
  expect(sink.accepted).toHaveLength(LEADS);
  expect(
    await world.db.sql(
      "select state, count(*)::int as n from message where campaign_id = $1 group by state",
      [campaignId],
    ),
  ).toEqual([{ state: "SENT", n: LEADS }]);
});
