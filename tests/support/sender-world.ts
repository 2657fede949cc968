import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import {
  createCampaign,
  FIRST_BATCH,
  launchCampaign,
  planAudience,
  planEdited,
} from "../../domain/campaigns/index.js";
import { newId, type Id } from "../../domain/ids.js";
import type { Operation } from "../../domain/operation.js";
import { done } from "../../domain/jobs/outcome.js";
import { createSender, wakePutOff, type PutOff } from "../../domain/senders/index.js";
import { createLogger } from "../../platform/logger.js";
import { wakePutOffHandler } from "../../worker/campaigns/wake-put-off.js";
import type { JobRun } from "../../worker/job-handler.js";
import { checksumBesideRefusals } from "./fingerprint.js";
import { freshDatabase, type TestDatabase } from "./database.js";
import { endAllCampaigns } from "./ledger-lane.js";
import { organisation, type Organisation } from "./organisation.js";

const HOUR_MS = 3_600_000;
const LONGEST_TEST_MS = 30_000;
export const MAIL = { delayMinutes: 0, subject: "Hello", html: "<p>Hello</p>" };

/** An organisation with leads of three domains, its senders and campaigns; made once, at the top of a file. */
export class SenderWorld {
  db!: TestDatabase;
  org!: Organisation;
  admin!: Operation;
  list!: Id;
  private senders = 0;

  constructor(readonly leads: number) {
    beforeAll(async () => {
      this.db = await freshDatabase({ poolSize: 12 });
      this.org = await organisation(this.db);
      this.admin = this.org.as("ADMIN");
      this.list = await this.listOf("all", leads);
    });
    beforeEach(async () => {
      await endAllCampaigns(this.db);
      // Limits are of hours: a test does not stand across the turn of one.
      const left = HOUR_MS - (Date.now() % HOUR_MS);
      if (left < LONGEST_TEST_MS) await sleep(left + 1_000);
    });
    afterAll(() => this.db.close());
  }

  /** A list with so many new leads, of three domains in turn. */
  async listOf(name: string, leads: number): Promise<Id> {
    const id = newId();
    const { tenantId } = this.admin;
    await this.db.sql("insert into lead_list (id, tenant_id, name) values ($1, $2, $3)", [
      id,
      tenantId,
      name,
    ]);
    await this.db.sql(
      `with people as (
         insert into lead (id, tenant_id, email, email_canonical, email_hash, source)
         select uuid_v7(), $1, a, a, sha256(convert_to(a, 'UTF8')), 'test'
         from generate_series(1, $3::int) n, lateral (select $4 || '-' || n || '@' || (array['big', 'small', 'other'])[1 + n % 3] || '.example' as a) x returning id)
       insert into lead_list_member (tenant_id, list_id, lead_id) select $1, $2, id from people`,
      [tenantId, id, leads, name],
    );
    return id;
  }

  async sender(more: object = {}): Promise<Id> {
    this.senders += 1;
    const own = { address: `sender-${this.senders}@example.com`, name: `Sender ${this.senders}`, ...more };
    return (await this.admin.run(createSender, own)).senderId;
  }

  async draft(more: object = {}): Promise<Id> {
    const fields = {
      name: "Spring",
      fromName: "Ada",
      fromEmail: "ada@example.com",
      steps: [MAIL],
      audience: { listIds: [this.list] },
    };
    return (await this.admin.run(createCampaign, { ...fields, ...more })).campaignId;
  }

  /** Launches it, and writes its audience down. */
  async launch(campaignId: Id): Promise<Id> {
    await this.admin.run(launchCampaign, { campaignId });
    const job = this.org.asJob("campaigns.plan");
    for (let after: string | null = FIRST_BATCH; after !== null;)
      after = (await job.run(planAudience, { campaignId, after })).last;
    return campaignId;
  }

  /** What a worker does with limits that were changed. @returns how much mail looks again, by job */
  async woken(): Promise<number[]> {
    const jobs = await this.db.sql<{ payload: PutOff }>(
      "update job set state = 'SUCCEEDED', finished_at = now() where type = $1 and state = 'WAITING' returning payload",
      [wakePutOff.type],
    );
    return Promise.all(jobs.map(({ payload }) => this.wake(payload)));
  }

  /** What a worker does with campaigns that are to be planned anew. @returns how many leads of each were */
  async planAnew(): Promise<number[]> {
    const wanted = await this.db.sql<{ id: Id }>(
      "select id from campaign where replan is not null order by launched_at",
    );
    const job = this.org.asJob("campaigns.plan");
    const leads: number[] = [];
    for (const { id: campaignId } of wanted) {
      let planned = 0;
      for (let batch = -1; batch !== 0; planned += batch) batch = await job.run(planEdited, { campaignId });
      leads.push(planned);
    }
    return leads;
  }

  async wake(payload: PutOff): Promise<number> {
    let woken = 0;
    const run = {
      op: this.org.asJob(wakePutOff.type),
      payload,
      signal: new AbortController().signal,
      progress: async (now: { woken: number }) => void ({ woken } = now),
      log: createLogger("test", "silent"),
    };
    expect(await wakePutOffHandler(run as unknown as JobRun<PutOff>)).toEqual(done);
    return woken;
  }

  /** What was refused has changed nothing. @returns the refusal */
  async refused(work: () => Promise<unknown>): Promise<Error> {
    const before = await checksumBesideRefusals(this.db);
    const error = await work().then(
      () => Promise.reject(new Error("it was not refused")),
      (caught: Error) => caught,
    );
    expect(await checksumBesideRefusals(this.db)).toBe(before);
    return error;
  }
}
