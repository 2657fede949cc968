import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { sendTransactional } from "../../domain/emails/index.js";
import { startImport } from "../../domain/leads/index.js";
import { makeUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { enqueue } from "../support/jobs.js";
import { seedCampaign } from "../support/ledger-seed.js";
import { compare, settled } from "../support/mail-run.js";
import { organisation, type Organisation } from "../support/organisation.js";
import { ownPostgres, type OwnPostgres } from "../support/own-postgres.js";
import { startSmtpSink, type SmtpSink } from "../support/smtp-sink.js";
import { buildFixture, type Fixture, type FixtureProcess } from "./fixtures/run-fixture.js";

const MAILS = 1200;
const LANES = 4;
const ROWS = 3000;
/** Of the database's return until mails and jobs go on. */
const RESUMED_MS = 5_000;

let postgres: OwnPostgres;
let sink: SmtpSink;
let fixture: Fixture;
let worker: FixtureProcess;
let org: Organisation;
beforeEach(async () => {
  [postgres, sink, fixture] = await Promise.all([
    ownPostgres(8, true),
    // Slow enough that there is work left whenever something happens.
    startSmtpSink({ keepRaw: false, onData: () => sleep(15).then(() => undefined) }),
    buildFixture("mail-worker"),
  ]);
  org = await organisation(postgres);
  worker = fixture.run({
    DATABASE_URL: postgres.url,
    REDIS_URL: inject("redisUrl"),
    SMTP_URL: sink.url,
    JWT_SECRET: "x".repeat(32),
    WORKER_LANES: String(LANES),
    LOG_LEVEL: "info",
  });
}, 120_000);
afterEach(async () => {
  worker.child.kill("SIGKILL");
  await worker.exited;
  postgres.thaw();
  await sink.stop();
  await Promise.all([postgres.close(), fixture.remove()]);
}, 60_000);

/** Jobs of both kinds: an import that commits batch by batch, and mails to people about their accounts. */
class Jobs {
  readonly ids: string[] = [];
  readonly addresses: string[] = [];
  private readonly imports: string[] = [];

  async add(): Promise<void> {
    for (let number = 0; number < 2; number += 1) {
      const name = `import-${this.imports.length}`;
      const rows = Array.from({ length: ROWS }, (_, row) => `${name}-${row}@example.net`);
      const csv = ["email", ...rows].join("\n");
      const { importId } = await org.as("ADMIN").run(startImport, { csv, listName: name });
      this.imports.push(importId);
    }
    await this.addMail();
    await this.addMail();
  }

  /** @returns the address that gets it */
  async addMail(): Promise<string> {
    const { userId, email } = await makeUser(postgres.database, { tenantId: org.tenantId });
    const payload = { notice: "PASSWORD_CHANGED" as const, userId };
    this.ids.push(await enqueue(postgres.database, sendTransactional, payload, { tenantId: org.tenantId }));
    this.addresses.push(email);
    return email;
  }

  /** Every one ended well in its first attempt, and did once what it is for. */
  async expectDoneOnce(): Promise<void> {
    const jobs = () =>
      postgres.sql<{ type: string; state: string; attempts: number; crashes: number }>(
        "select distinct type, state, attempts, crashes from job where type in ('campaigns.importLeads', 'emails.sendTransactional') order by 1",
      );
    await eventually(
      jobs,
      (rows) => !rows.some(({ state }) => ["WAITING", "ACTIVE"].includes(state)),
      60_000,
    );
    expect(await jobs()).toEqual([
      { type: "campaigns.importLeads", state: "SUCCEEDED", attempts: 1, crashes: 0 },
      { type: "emails.sendTransactional", state: "SUCCEEDED", attempts: 1, crashes: 0 },
    ]);
    const ended = await postgres.sql(
      "select distinct status, total, imported, updated, skipped, rejected from import_batch",
    );
    expect(ended).toEqual([
      { status: "COMPLETED", total: ROWS, imported: ROWS, updated: 0, skipped: 0, rejected: 0 },
    ]);
    const leads = await postgres.sql("select count(*) from lead where email like 'import-%'");
    expect(leads).toEqual([{ count: ROWS * this.imports.length }]);
    const received = sink.accepted.flatMap(({ to }) => to).filter((to) => this.addresses.includes(to));
    expect(received.sort()).toEqual([...this.addresses].sort());
  }
}

/** From now on: a mail of the campaign and a job are done in time. */
async function expectResumed(jobs: Jobs): Promise<void> {
  const begun = performance.now();
  const email = await jobs.addMail();
  const count = sink.accepted.length;
  await eventually(
    () => sink.accepted.length,
    (now) => now > count + 2 * LANES,
    20_000,
  );
  await eventually(() => sink.accepted.some(({ to }) => to.includes(email)), Boolean, 20_000);
  expect(performance.now() - begun).toBeLessThan(RESUMED_MS);
}

async function expectAllIsWell(campaignId: string, jobs: Jobs): Promise<void> {
  const { pid } = worker.child;
  await settled(postgres, campaignId, 120_000);
  await jobs.expectDoneOnce();
  const result = await compare(postgres, campaignId, { ...sink, accepted: ofCampaign() });
  console.log(JSON.stringify(result));
  expect(result).toMatchObject({ leads: MAILS, twice: [], missing: 0, invented: 0, foreign: 0 });
  expect(result.sent + result.uncertain).toBe(MAILS);
  expect(result.uncertain).toBeLessThanOrEqual(LANES);
  const impossible = await postgres.sql(
    `select m.id from message m left join message_event e on e.message_id = m.id and e.type = 'sent'
     group by m.id having count(e.id) <> (m.state = 'SENT')::int or (m.state = 'SENT') <> (m.sent_at is not null)
       or (m.state = 'SENT' and (m.intent_at is null or m.message_id_header is null))
     union all select id from job where (state = 'ACTIVE') <> (lease_owner is not null)
     union all select id from job where (state in ('WAITING', 'ACTIVE')) <> (finished_at is null)
     union all select e.id from enrollment e join message m on m.enrollment_id = e.id where m.state = 'SENT' and e.state = 'ACTIVE'`,
  );
  expect(impossible).toEqual([]);
  expect(worker.child).toMatchObject({ pid, exitCode: null, signalCode: null });
  expect(worker.output()).toContain("the database is back");
}

const ofCampaign = () => sink.accepted.filter(({ to }) => to.every((address) => address.startsWith("lead-")));
const untilMailed = (share: number) =>
  eventually(
    () => ofCampaign().length,
    (count) => count >= MAILS * share,
    60_000,
  );

test("J4, H1 PostgreSQL is stopped in the middle of mails and jobs, twice: the worker waits and goes on, and each is done once", async () => {
  const { campaignId } = await seedCampaign(postgres.database, { leads: MAILS });
  const jobs = new Jobs();
  for (const share of [0.1, 0.35]) {
    await untilMailed(share);
    await jobs.add();
    await sleep(150);
    await postgres.crashServer();
    await sleep(1_500);
    await postgres.startServer();
    await expectResumed(jobs);
  }
  await expectAllIsWell(campaignId, jobs);
}, 240_000);

test("J4, H2 PostgreSQL is frozen in the middle of mails and jobs: the worker waits and goes on, and each is done once", async () => {
  const { campaignId } = await seedCampaign(postgres.database, { leads: MAILS });
  const jobs = new Jobs();
  for (const share of [0.1, 0.35]) {
    await untilMailed(share);
    await jobs.add();
    await sleep(150);
    await postgres.freeze();
    await sleep(3_000);
    postgres.thaw();
    await expectResumed(jobs);
  }
  await expectAllIsWell(campaignId, jobs);
}, 240_000);
