import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { expect, it } from "vitest";
import type { Statement } from "../../domain/operation.js";
import type { Database } from "../../platform/database/database.js";
import { eventually } from "../support/eventually.js";
import { MailRun, lanesFor, settled } from "../support/mail-run.js";
import { seedCampaign } from "../support/ledger-seed.js";
import { startSmtpSink } from "../support/smtp-sink.js";

const run = new MailRun();

/** Holds the leads of a tenant as an import's update does, until the answer is called. */
async function lockLeads(tenantId: string): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: run.db.url });
  await client.connect();
  await client.query("begin");
  await client.query("select from lead where tenant_id = $1 for no key update", [tenantId]);
  return async () => {
    await client.query("commit");
    await client.end();
  };
}

const waiting = async (): Promise<number> => {
  const [row] = await run.db.sql<{ n: number }>(
    "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  );
  return row!.n;
};

it("J13: lanes that wait for locked leads do not keep a pause waiting, and send nothing after it", async () => {
  run.sink = await startSmtpSink();
  const { campaignId, tenantId } = await seedCampaign(run.db.database, { leads: 20 });
  const unlock = await lockLeads(tenantId);
  run.running.push(lanesFor(run.db, run.sink.url, { lanes: 4 }));
  await eventually(waiting, (count) => count === 4);
  const asked = performance.now();
  await run.setStatus(campaignId, "PAUSED");
  expect(performance.now() - asked).toBeLessThan(500);
  await unlock();
  await eventually(async () => !("SENDING" in (await run.states(campaignId))), Boolean, 5000);
  await sleep(300);
  expect(run.sink.accepted).toHaveLength(0);
  expect(await run.states(campaignId)).toEqual({ QUEUED: 20 });
  await run.setStatus(campaignId, "RUNNING");
  expect(await settled(run.db, campaignId)).toEqual({ SENT: 20 });
  expect(run.sink.accepted).toHaveLength(20);
});

it("J10: a release whose answer got lost does not take the message from the lane that has it by now", async () => {
  let answer = () => {};
  const answered = new Promise<void>((resolve) => (answer = resolve));
  let begun = 0;
  run.sink = await startSmtpSink({
    onData: async () => {
      begun += 1;
      await answered;
    },
  });
  const { campaignId, tenantId } = await seedCampaign(run.db.database, { leads: 1 });
  const unlock = await lockLeads(tenantId);
  let releases = 0;
  const query = run.db.database.query.bind(run.db.database);
  // Written, but the connection breaks before the answer; meanwhile the other lane has begun the mail.
  const database = Object.create(run.db.database, {
    query: {
      value: async <T>(wanted: Statement<T>, values?: readonly unknown[]): Promise<T[]> => {
        const rows = await query(wanted, values);
        if (wanted.name !== "release_messages" || ++releases > 1) return rows;
        await run.setStatus(campaignId, "RUNNING");
        await eventually(() => begun === 1);
        throw Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
      },
    },
  }) as Database;
  run.running.push(lanesFor(run.db, run.sink.url, { lanes: 2, database }));
  await eventually(waiting, (count) => count === 1);
  await run.setStatus(campaignId, "PAUSED");
  await unlock();
  await eventually(() => releases === 2);
  await sleep(1000);
  expect(await run.states(campaignId)).toEqual({ SENDING: 1 });
  answer();
  expect(await settled(run.db, campaignId)).toEqual({ SENT: 1 });
  expect(begun).toBe(1);
  expect(run.sink.accepted).toHaveLength(1);
});
