import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Database } from "#platform/database/database.js";
import { cpuOfTrees } from "../harness/process-cpu.js";
import { atLeast, atMost, median, percentile, publish, type Row } from "../harness/report.js";
import { startBenchServices } from "../harness/services.js";
import { makeClients, type Client, type Mutation } from "./mutation.js";
import { measure, type Pace, type Slice as Measured } from "./round.js";
import { inProcess, throughTheApi, type Way } from "./ways.js";

/**
 * What the record costs a mutation: renaming a draft through the API, and by its command alone, with the entry and without
 * one, and with the sealer of a worker beside it and without one.
 */
// Another number on the command line makes a shorter run.
const ROUNDS = Number(process.argv[2] ?? 8);
const CLIENTS = 16;
const SLICE_MS = 2_500;
/** What a busy installation asks for, far from what it could bear. */
const STEADY_PER_SECOND = 40;
const KEEPS_UP_WITHIN_S = 5;

interface Slice extends Measured {
  readonly sealerCpuMs: number;
}

interface Contestant {
  readonly name: string;
  readonly mutation: Mutation;
  readonly isSealed: boolean;
}
const CONTESTANTS: readonly Contestant[] = [
  { name: "without entry", mutation: "withoutEntry", isSealed: false },
  { name: "with entry", mutation: "withEntry", isSealed: false },
  { name: "with entry, sealed", mutation: "withEntry", isSealed: true },
];
const services = await startBenchServices();
const [postgresPid] = services.pids as [number, number];
const database = await Database.open(services.databaseUrl, {
  poolSize: CLIENTS,
  statementTimeoutMs: 60_000,
  applicationName: "bench",
});
const api = await throughTheApi(services);
const command = inProcess(database);
interface Setting {
  readonly name: string;
  readonly way: Way;
  readonly tenants: number;
  readonly perSecond: number | null;
}
const SETTINGS: readonly Setting[] = [
  { name: "API, 16 organisations", way: api, tenants: 16, perSecond: null },
  { name: "API, 1 organisation", way: api, tenants: 1, perSecond: null },
  {
    name: `API, 16 organisations, ${STEADY_PER_SECOND} a second`,
    way: api,
    tenants: 16,
    perSecond: STEADY_PER_SECOND,
  },
  { name: "command alone, 16 organisations", way: command, tenants: 16, perSecond: null },
  { name: "command alone, 1 organisation", way: command, tenants: 1, perSecond: null },
];
const sealer = fork(fileURLToPath(new URL("sealer.js", import.meta.url)), [services.databaseUrl]);
await once(sealer, "message");

const rows: Row[] = [];
const [entryShares, sealedShares, lags] = [[] as number[], [] as number[], [] as number[]];
for (const { name, way, tenants, perSecond } of SETTINGS) {
  const pace = { forMs: SLICE_MS, perSecond };
  const clients = await makeClients(database, CLIENTS, tenants);
  await way.admit(clients);
  for (const contestant of CONTESTANTS) await play(contestant, way, clients, pace);
  const slices = CONTESTANTS.map((): Slice[] => []);
  for (let round = 0; round < ROUNDS; round += 1)
    // Each is the first as often as the others.
    for (let turn = 0; turn < CONTESTANTS.length; turn += 1) {
      const at = (round + turn) % CONTESTANTS.length;
      const { slice, lagSeconds } = await play(CONTESTANTS[at]!, way, clients, pace);
      slices[at]!.push(slice);
      if (lagSeconds !== null) lags.push(lagSeconds);
    }
  const [limit, entry, sealed] = slices as [Slice[], Slice[], Slice[]];
  CONTESTANTS.forEach((contestant, at) =>
    rows.push({
      ...rowOf(slices[at]!),
      name: `${name}: ${contestant.name}`,
      toLimit: rounded(ratio(slices[at]!, limit, speed), 3),
      p50ToLimit: rounded(ratio(slices[at]!, limit, p50), 3),
      cpuToLimit: rounded(ratio(slices[at]!, limit, cpu), 3),
    }),
  );
  const share = perSecond === null ? speed : (slice: Slice) => 1 / p50(slice);
  entryShares.push(ratio(entry, limit, share));
  sealedShares.push(ratio(sealed, entry, share));
}
publish({
  name: "audit-sealing",
  setting:
    `A draft is renamed, ${CLIENTS} clients with a draft each. API: the product's mutation, GraphQL over HTTP, in a server in a process of its ` +
    "own. Command alone: what of it runs in the transaction, called in the clients' process; no HTTP, GraphQL, session or rate limit. " +
    `${ROUNDS} interleaved rounds of ${SLICE_MS / 1000} s, medians of the ratios within a round. Without entry: the same statements by a unit ` +
    "of work that emits nothing. Sealed: the sealer of a worker in a process of its own at its pace. PostgreSQL syncs to disk; nothing " +
    "publishes, somebody listens for NOTIFY. All processes, the clients' too, share the machine's cores. CPU ms a mutation: of PostgreSQL with " +
    "all that it does meanwhile, of the process that runs the command, of the sealer's. At a steady rate the goal is for the median times.",
  rows,
  goals: SETTINGS.flatMap(({ name }, at) => [
    atLeast(`${name}: with entry, of without`, entryShares[at]!, 0.95),
    atLeast(`${name}: sealed, of not sealed`, sealedShares[at]!, 0.95),
  ]).concat(atMost("seconds until everything is sealed, at most", Math.max(...lags), KEEPS_UP_WITHIN_S)),
});
await Promise.all([database.close(), stop(sealer), api.stop()]);
await services.stop();

async function play({ mutation, isSealed }: Contestant, way: Way, clients: readonly Client[], pace: Pace) {
  await way.choose(mutation);
  // What the relay, which is not here, and the sealer would have taken away.
  await database.pool.query("truncate pending_event, pending_seal");
  if (isSealed) await tell(true);
  const sealerBefore = cpuOfTrees([sealer.pid!]) ?? Number.NaN;
  const slice = await measure(way, clients, { pace, postgresPid });
  const lagSeconds = isSealed ? await untilSealed() : null;
  if (isSealed) await tell(false);
  const sealerCpuMs = ((cpuOfTrees([sealer.pid!]) ?? Number.NaN) - sealerBefore) / slice.ms.length;
  return { slice: { ...slice, sealerCpuMs }, lagSeconds };
}

async function tell(isToSeal: boolean): Promise<void> {
  sealer.send(isToSeal);
  await once(sealer, "message");
}

async function untilSealed(): Promise<number> {
  const since = performance.now();
  for (;;) {
    const { rows: found } = await database.pool.query<{ count: number }>(
      "select count(*)::int from pending_seal",
    );
    if (found[0]!.count === 0) return (performance.now() - since) / 1000;
    await sleep(20);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
}

function speed({ perSecond }: Slice): number {
  return perSecond;
}

function cpu({ postgresCpuMs, serverCpuMs, sealerCpuMs }: Slice): number {
  return postgresCpuMs + serverCpuMs + sealerCpuMs;
}

function p50({ ms }: Slice): number {
  return percentile(ms, 0.5);
}

function ratio(mine: readonly Slice[], theirs: readonly Slice[], figure: (slice: Slice) => number): number {
  return median(mine.map((slice, round) => figure(slice) / figure(theirs[round]!)));
}

function rowOf(slices: readonly Slice[]): Omit<Row, "name"> {
  const ms = slices.flatMap((slice) => slice.ms);
  return {
    perSecond: rounded(median(slices.map(speed)), 0),
    p50Ms: rounded(percentile(ms, 0.5), 2),
    p99Ms: rounded(percentile(ms, 0.99), 1),
    postgresCpuMs: rounded(median(slices.map(({ postgresCpuMs }) => postgresCpuMs)), 3),
    serverCpuMs: rounded(median(slices.map(({ serverCpuMs }) => serverCpuMs)), 3),
    sealerCpuMs: rounded(median(slices.map(({ sealerCpuMs }) => sealerCpuMs)), 3),
  };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
