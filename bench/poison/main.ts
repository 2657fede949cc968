import { fork, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { command } from "#domain/command.js";
import { newId } from "#domain/ids.js";
import * as v from "valibot";
import { Database } from "#platform/database/database.js";
import { openOperation } from "#platform/database/open-operation.js";
import { atLeast, atMost, median, publish, roundedRow } from "../harness/report.js";
import { startBenchServices } from "../harness/services.js";
import { job, WORK_MS } from "./job.js";

/** What a job that ends its worker costs the others, until it is quarantined: in one run, windows with and without it in turn. */
const [ROUNDS, SECONDS] = [2, 50].map((usual, n) => Number(process.argv[2 + n] ?? usual)) as [number, number];
const WORKERS = 2;
const PLACES = 4;
/** More than can be done in a window. */
const BACKLOG = Math.ceil((1.2 * SECONDS * WORKERS * PLACES * 1_000) / WORK_MS);
const BULK = 2_000;

interface Window {
  readonly jobsPerSecond: number;
  /** Ends of workers. */
  readonly ends: number;
  /** Of the poison: how often it was begun, and after how many seconds it was quarantined; null for none. */
  readonly attempts: number;
  readonly quarantinedAfter: number | null;
}

const services = await startBenchServices();
const database = await Database.open(services.databaseUrl, {
  poolSize: 4,
  statementTimeoutMs: 60_000,
  applicationName: "bench",
});
const query = async <T>(text: string, values: unknown[] = []) =>
  (await database.pool.query(text, values)).rows as T[];
const tenantId = newId();
await query("insert into tenant (id, name, slug) values ($1, 'Bench', 'bench')", [tenantId]);
await query("update queue_setting set concurrency = $1 where queue = 'campaigns'", [PLACES]);

const addJobs = command({
  name: "addBenchJobs",
  permission: "internal",
  input: v.object({ count: v.number(), isPoison: v.boolean() }),
  async run(op, { count, isPoison }) {
    for (let n = 0; n < count; n += 1) await op.enqueue(job, { isPoison });
    return { added: count };
  },
});
const add = (count: number, isPoison = false) =>
  openOperation(database, { kind: "OPERATOR", name: "bench" }, { requestId: newId() }, tenantId).run(
    addJobs,
    {
      count,
      isPoison,
    },
  );

let ends = 0;
let isOver = false;
const workers = new Set<ChildProcess>();
function keepOne(): void {
  const worker = fork(fileURLToPath(new URL("worker.js", import.meta.url)), [
    services.databaseUrl,
    services.redisUrl,
  ]);
  workers.add(worker);
  worker.once("exit", () => {
    workers.delete(worker);
    if (isOver) return;
    ends += 1;
    keepOne();
  });
}

const COUNT = "select count(*)::int as n from job where state = 'SUCCEEDED'";
async function play(isPoisoned: boolean): Promise<Window> {
  await query("delete from job");
  const endsBefore = ends;
  if (isPoisoned) await add(1, true);
  for (let left = BACKLOG; left > 0; left -= BULK) await add(Math.min(BULK, left));
  const [before] = await query<{ n: number }>(COUNT);
  await query("update queue_setting set paused_at = null where queue = 'campaigns'");
  const begun = performance.now();
  await sleep(SECONDS * 1_000);
  const [after] = await query<{ n: number }>(COUNT);
  const seconds = (performance.now() - begun) / 1_000;
  await query("update queue_setting set paused_at = now() where queue = 'campaigns'");
  const [poison] = await query<{ attempts: number; state: string; after: number | null }>(
    `select attempts, state, extract(epoch from finished_at - created_at)::float8 as after from job where payload ->> 'isPoison' = 'true'`,
  );
  await sleep(2_000);
  return {
    jobsPerSecond: (after!.n - before!.n) / seconds,
    ends: ends - endsBefore,
    attempts: poison?.attempts ?? 0,
    quarantinedAfter: poison?.state === "FAILED" ? poison.after : null,
  };
}

await query("update queue_setting set paused_at = now() where queue = 'campaigns'");
for (let n = 0; n < WORKERS; n += 1) keepOne();
await sleep(5_000);
const [without, beside]: [Window[], Window[]] = [[], []];
for (let round = 0; round < ROUNDS; round += 1) {
  without.push(await play(false));
  beside.push(await play(true));
}
isOver = true;
for (const worker of workers) worker.kill("SIGKILL");
const of = (windows: readonly Window[], figure: keyof Window) =>
  median(windows.map((each) => each[figure] ?? Infinity));
const ratio = median(beside.map(({ jobsPerSecond }, n) => jobsPerSecond / without[n]!.jobsPerSecond));
const row = (name: string, windows: readonly Window[]) =>
  roundedRow(name, {
    jobsPerSecond: of(windows, "jobsPerSecond"),
    workersEnded: of(windows, "ends"),
    poisonBegun: of(windows, "attempts"),
  });
publish({
  name: "poison",
  setting:
    `${WORKERS} workers with ${PLACES} places each, started anew when they end, and more jobs of ${WORK_MS} ms than can be done in ${SECONDS} s; ` +
    `${ROUNDS} interleaved rounds without and with one job before them that ends its worker. Medians, ratio of the same round. ` +
    `What a poison costs is a number of worker seconds, so the share is of a window of ${SECONDS} s.`,
  rows: [
    row("without", without),
    {
      ...row("beside a poison", beside),
      workerSecondsLost: Math.round((1 - ratio) * WORKERS * SECONDS * 10) / 10,
    },
  ],
  goals: [
    atLeast("throughput of the others beside a poison to that without", ratio, 0.95),
    atMost("runs of the poison", of(beside, "attempts"), 3),
  ],
});
await database.close();
await services.stop();
process.exit(0);
