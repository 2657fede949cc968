import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Lanes } from "../../worker/emails/lanes.js";
import { freshDatabase, type TestDatabase } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { messageStates, seedCampaign } from "../support/ledger-seed.js";
import { compare, lanesFor, settled } from "../support/mail-run.js";
import { startSmtpSink, type SmtpSink } from "../support/smtp-sink.js";
import { buildFixture, type Fixture, type FixtureProcess } from "./fixtures/run-fixture.js";

let db: TestDatabase;
let sink: SmtpSink;
let fixture: Fixture;
let processes: FixtureProcess[] = [];
let rescuer: Lanes | undefined;
beforeAll(async () => {
  [db, fixture] = await Promise.all([freshDatabase({ poolSize: 12 }), buildFixture("lanes-process")]);
});
afterAll(() => Promise.all([db.close(), fixture.remove()]));
beforeEach(async () => {
  sink = await startSmtpSink({ keepRaw: false });
});
afterEach(async () => {
  await rescuer?.stop();
  rescuer = undefined;
  for (const { child } of processes) child.kill("SIGKILL");
  await Promise.all(processes.map(({ exited }) => exited));
  processes = [];
  await sink.stop();
});

async function launch(env: Record<string, string> = {}): Promise<FixtureProcess> {
  const started = fixture.run({ DATABASE_URL: db.url, SMTP_URL: sink.url, LEASE_SECONDS: "2", ...env });
  processes.push(started);
  await once(started.child, "message");
  return started;
}
const acceptedAtLeast = (wanted: number) =>
  eventually(
    () => sink.accepted.length,
    (count) => count >= wanted,
    60_000,
  );

it("J11: a process that is told to stop leaves nothing in doubt: 3 × SIGTERM, each mail exactly once", async () => {
  const { campaignId } = await seedCampaign(db.database, { leads: 300 });
  for (let stop = 1; stop <= 3; stop += 1) {
    const lanes = await launch();
    await acceptedAtLeast(70 * stop);
    const told = performance.now();
    lanes.child.kill("SIGTERM");
    expect(await lanes.exited).toBe(0);
    expect(performance.now() - told).toBeLessThan(5000);
    const states = await messageStates(db.database, campaignId);
    expect(states).toEqual({ QUEUED: 300 - sink.accepted.length, SENT: sink.accepted.length });
  }
  rescuer = lanesFor(db, sink.url);
  expect(await settled(db, campaignId)).toEqual({ SENT: 300 });
  expect(await compare(db, campaignId, sink)).toMatchObject({ twice: [], missing: 0, accepted: 300 });
}, 180_000);

it("J10: a process that was frozen past its lease sends nothing twice when it goes on", async () => {
  const { campaignId } = await seedCampaign(db.database, { leads: 400 });
  const frozen = await launch();
  await acceptedAtLeast(50);
  frozen.child.kill("SIGSTOP");
  rescuer = lanesFor(db, sink.url);
  await eventually(
    () => messageStates(db.database, campaignId),
    (states) => !("QUEUED" in states) && !("SENDING" in states),
    90_000,
  );
  frozen.child.kill("SIGCONT");
  await sleep(1500);
  await settled(db, campaignId);
  const result = await compare(db, campaignId, sink);
  expect(result).toMatchObject({ leads: 400, twice: [], missing: 0, invented: 0 });
  expect(result.sent + result.uncertain).toBe(400);
  expect(result.uncertain).toBeLessThanOrEqual(8);
}, 180_000);

describe("J2: a process that dies at its worst moment", () => {
  // One lane; it is the 3rd mail that it dies at.
  it.each([
    ["between claim and intent", "before:intend_messages:3", { SENT: 10 }],
    ["just after its claim", "after:claim_messages_10:1", { SENT: 10 }],
    [
      "between intent and the mail server",
      "after:intend_messages:3",
      { SENT: 9, "UNCERTAIN LEASE_EXPIRED": 1 },
    ],
    [
      "between 250 and writing it down",
      "before:record_sent_together:3",
      { SENT: 9, "UNCERTAIN LEASE_EXPIRED": 1 },
    ],
    ["just after writing it down", "after:record_sent_together:3", { SENT: 10 }],
  ])("%s: %s", async (_, fault, expected) => {
    const { campaignId } = await seedCampaign(db.database, { leads: 10 });
    const victim = fixture.run({
      DATABASE_URL: db.url,
      SMTP_URL: sink.url,
      LANES: "1",
      LEASE_SECONDS: "2",
      FAULT: fault,
    });
    processes.push(victim);
    expect(await victim.exited).toBe(137);
    rescuer = lanesFor(db, sink.url);
    expect(await settled(db, campaignId)).toEqual(expected);
    expect(await compare(db, campaignId, sink)).toMatchObject({ twice: [], missing: 0, invented: 0 });
  });

  it("while the server has the whole mail and has not answered: UNCERTAIN, not sent again", async () => {
    await sink.stop();
    let held = 0;
    let answer = () => {};
    const answered = new Promise<void>((resolve) => (answer = resolve));
    sink = await startSmtpSink({
      onData: async () => {
        held += 1;
        await answered;
      },
    });
    const { campaignId } = await seedCampaign(db.database, { leads: 3 });
    const victim = await launch({ LANES: "1" });
    await eventually(() => held === 1);
    expect(await messageStates(db.database, campaignId)).toEqual({ SENDING: 3 });
    victim.child.kill("SIGKILL");
    await victim.exited;
    answer();
    rescuer = lanesFor(db, sink.url);
    expect(await settled(db, campaignId)).toEqual({ SENT: 2, "UNCERTAIN LEASE_EXPIRED": 1 });
    expect(await compare(db, campaignId, sink)).toMatchObject({
      twice: [],
      missing: 0,
      accepted: 3,
      uncertainAccepted: 1,
    });
  });
});
