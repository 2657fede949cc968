import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { buildFixture, type Fixture, type FixtureProcess } from "../worker/fixtures/run-fixture.js";
import { eventually } from "./eventually.js";
import { seedCampaign } from "./ledger-seed.js";
import { compare, settled } from "./mail-run.js";
import { ownPostgres } from "./own-postgres.js";
import { ownRedis } from "./redis.js";
import { startSmtpSink } from "./smtp-sink.js";

/** What happens to one campaign while it is sent. */
export interface ChaosPlan {
  readonly seed: number;
  readonly mails: number;
  readonly lanes: number;
  /** Of the only worker; each is followed by another worker. */
  readonly kills: number;
  readonly signal: "SIGKILL" | "SIGTERM";
  readonly redisKills: number;
  readonly flushes: number;
  /** Immediate stops of PostgreSQL, each followed by a start that recovers. */
  readonly databaseCrashes: number;
  /** Shares of the mails, 0 to 1: answered 451; accepted, and the line cut before the 250. */
  readonly refused: number;
  readonly cut: number;
}

export interface ChaosResult {
  readonly seed: number;
  readonly mails: number;
  readonly sent: number;
  /** Neither with the mail server nor listed as unknown. */
  readonly lost: number;
  /** Leads with two copies or more. */
  readonly doubled: number;
  /** Rows that say sent and were not, or the other way round. */
  readonly lies: number;
  readonly unknown: number;
  /** Lanes × kills, and a lane for each cut line. */
  readonly unknownAtMost: number;
  readonly seconds: number;
  readonly status: string;
}

type Fault = "kill" | "redis" | "flush" | "database";

/** Sends one campaign through all of it, on a PostgreSQL, a Redis, a mail server and workers of its own. */
export async function runChaos(plan: ChaosPlan): Promise<ChaosResult> {
  const dice = seeded(plan.seed);
  let cuts = 0;
  const refusedOnce = new Set<string>();
  const [postgres, redis, sink, fixture] = await Promise.all([
    ownPostgres(8, true),
    ownRedis(),
    startSmtpSink({
      keepRaw: false,
      onData({ to }) {
        // A refused mail is let in when it comes again: whoever is unlucky for 48 hours is not what is looked for here.
        if (refusedOnce.has(to[0]!) || dice() >= plan.refused) return undefined;
        refusedOnce.add(to[0]!);
        return { code: 451, message: "4.7.1 come again" };
      },
      cutAfterAccept() {
        const isCut = dice() < plan.cut;
        if (isCut) cuts += 1;
        return isCut;
      },
    }),
    buildFixture("mail-worker"),
  ]);
  let worker: FixtureProcess | undefined;
  const startWorker = () => runWorker(fixture, postgres.url, redis.url, sink.url, plan.lanes);
  try {
    const { campaignId } = await seedCampaign(postgres.database, { leads: plan.mails });
    const started = performance.now();
    const faults = shuffled<Fault>(
      [
        ...Array<Fault>(plan.kills).fill("kill"),
        ...Array<Fault>(plan.redisKills).fill("redis"),
        ...Array<Fault>(plan.flushes).fill("flush"),
        ...Array<Fault>(plan.databaseCrashes).fill("database"),
      ],
      dice,
    );
    worker = startWorker();
    for (const [index, fault] of faults.entries()) {
      // At least a share of the mails each time, and then any moment.
      const share = (plan.mails * (index + 1)) / (faults.length + 2);
      await eventually(
        () => sink.accepted.length,
        (count) => count >= share * (1 - plan.refused - 0.02),
        180_000,
      );
      await sleep(dice() * 150);
      if (fault === "redis") await redis.kill().then(() => redis.start());
      else if (fault === "flush") await redis.kill().then(() => redis.start({ empty: true }));
      else if (fault === "database") await postgres.crashServer().then(() => postgres.startServer());
      else {
        worker.child.kill(plan.signal);
        await worker.exited;
        worker = startWorker();
      }
    }
    const hurry = setInterval(() => {
      // Their 30 seconds are not what is looked for here either.
      postgres
        .sql("update message set due_at = now() where state = 'DEFERRED' and due_at > now()")
        .catch(() => {});
    }, 1_000);
    await settled(postgres, campaignId, 90_000 + 40 * plan.mails).finally(() => clearInterval(hurry));
    const result = await compare(postgres, campaignId, sink);
    const status = await eventually(
      async () =>
        (
          await postgres.sql<{ status: string }>("select status from campaign where id = $1", [campaignId])
        )[0]!.status,
      (each) => each === "COMPLETED",
      30_000,
    );
    return {
      seed: plan.seed,
      mails: plan.mails,
      sent: result.sent,
      lost: result.missing,
      doubled: result.twice.length,
      lies:
        result.invented +
        result.foreign +
        Math.abs(result.sent - (result.accepted - result.uncertainAccepted)),
      unknown: result.uncertain,
      unknownAtMost: (plan.signal === "SIGKILL" ? plan.lanes * plan.kills : 0) + cuts,
      seconds: Math.round((performance.now() - started) / 100) / 10,
      status,
    };
  } finally {
    worker?.child.kill("SIGKILL");
    await worker?.exited;
    await sink.stop();
    await Promise.all([postgres.close(), redis.stop(), fixture.remove()]);
  }
}

const runWorker = (
  fixture: Fixture,
  database: string,
  redis: string,
  smtp: string,
  lanes: number,
): FixtureProcess =>
  fixture.run({
    DATABASE_URL: database,
    REDIS_URL: redis,
    SMTP_URL: smtp,
    JWT_SECRET: "x".repeat(32),
    WORKER_LANES: String(lanes),
    LOG_LEVEL: "fatal",
  });

/** Numbers from 0 to 1, the same for the same seed. */
function seeded(seed: number): () => number {
  let count = 0;
  return () =>
    createHash("sha256")
      .update(`${seed}:${(count += 1)}`)
      .digest()
      .readUInt32BE(0) /
    2 ** 32;
}

function shuffled<T>(values: T[], dice: () => number): T[] {
  for (let last = values.length - 1; last > 0; last -= 1) {
    const other = Math.floor(dice() * (last + 1));
    [values[last], values[other]] = [values[other]!, values[last]!];
  }
  return values;
}
