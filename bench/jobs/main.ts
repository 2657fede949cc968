import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { median, percentile, publish, type Goal, type Row } from "../harness/report.js";
import { startBenchServices } from "../harness/services.js";
import { CONTESTANTS, type Entry } from "./contestants.js";
import type { Plan, Round } from "./round.js";

const ROUNDS = 2;
const CONCURRENCY = 100;
const WARM_UP = { thousands: 1, oneByOneMs: 100, timedMs: 50 };
const TIMED_MS = 8_000;
const SLOWEST_START_MS = 50;

interface Player extends Entry {
  readonly name: string;
  readonly child: ChildProcess;
  readonly rounds: Round[];
}

// Names on the command line: only those.
const wanted = process.argv.slice(2);
const services = await startBenchServices();
const players: Player[] = [];
for (const [name, entry] of Object.entries(CONTESTANTS))
  if (wanted.length === 0 || wanted.includes(name))
    players.push({ ...entry, name, child: await start(name), rounds: [] });

for (const player of players) await play(player, WARM_UP);
for (let round = 0; round < ROUNDS; round += 1)
  for (const player of players)
    player.rounds.push(
      await play(player, { thousands: player.thousands, oneByOneMs: 500, timedMs: TIMED_MS }),
    );

for (const { child } of players) {
  child.send("close");
  await once(child, "exit");
}
const own = players.find(({ name }) => name === "Postwatch");
publish({
  name: "jobs",
  setting:
    `An empty handler; ${ROUNDS} interleaved rounds, each contestant in a process of its own: one by one for 500 ms, then thousands ` +
    `in bulk, drained at concurrency ${CONCURRENCY} (Postwatch: 64, its most), then single jobs with free lanes for ${TIMED_MS / 1_000} s, 5 to 15 ms ` +
    "after each other's starts, timed from the call that adds, and from its answer (stored), to the start (pg-boss polls every 0.5 s, its least). Medians; percentiles of all rounds. PostgreSQL syncs to " +
    "disk, Redis does not. Postwatch adds by a command with its event, and counts the attempt before the work and records the " +
    "outcome after it in PostgreSQL. CPU ms a job: of the contestant's process, and of both servers.",
  rows: players.map(rowOf),
  goals: own ? goalsOf(own) : [],
});
await services.stop();

async function start(name: string): Promise<ChildProcess> {
  const file = fileURLToPath(new URL("process.js", import.meta.url));
  const args = [name, services.databaseUrl, services.redisUrl];
  const child = fork(file, args, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  await answerOf(child, name);
  return child;
}

async function play(
  { name, child, isDeaf }: Player,
  sizes: Omit<Plan, "concurrency" | "pauseMs" | "serverPids">,
) {
  const timedMs = isDeaf ? 0 : sizes.timedMs;
  child.send({
    ...sizes,
    timedMs,
    concurrency: CONCURRENCY,
    pauseMs: 10,
    serverPids: services.pids,
  } satisfies Plan);
  return (await answerOf(child, name)) as Round;
}

async function answerOf(child: ChildProcess, name: string): Promise<unknown> {
  const ended = once(child, "exit").then(() => {
    throw new Error(`${name} ended`);
  });
  const [answer] = await Promise.race([once(child, "message"), ended]);
  ended.catch(() => {});
  return answer;
}

function rowOf(player: Player): Row {
  const { name, store, rounds, isDeaf } = player;
  const starts = rounds.flatMap(({ startMs }) => startMs);
  const storedToStarts = rounds.flatMap(({ storedToStartMs }) => storedToStartMs);
  const drainRatio = (other: string) => {
    const peer = players.find((each) => each.name === other);
    return peer
      ? round(median(rounds.map((mine, n) => mine.drainPerSecond / peer.rounds[n]!.drainPerSecond)), 3)
      : null;
  };
  const serverCpu = rounds.flatMap(({ serverCpuMs }) => (serverCpuMs === null ? [] : [serverCpuMs]));
  return {
    name,
    store,
    onePerSecond: round(of("onePerSecond")),
    bulkPerSecond: round(of("bulkPerSecond")),
    drainPerSecond: round(of("drainPerSecond")),
    drainToBeeQueue: drainRatio("bee-queue"),
    drainToPostgresAlone: drainRatio("PostgreSQL alone"),
    startP50Ms: isDeaf ? null : round(percentile(starts, 0.5), 1),
    startP99Ms: isDeaf ? null : round(percentile(starts, 0.99), 1),
    storedToStartP50Ms: isDeaf ? null : round(percentile(storedToStarts, 0.5), 1),
    storedToStartP99Ms: isDeaf ? null : round(percentile(storedToStarts, 0.99), 1),
    cpuMs: round(of("cpuMs"), 3),
    serverCpuMs: serverCpu.length > 0 ? round(median(serverCpu), 3) : null,
  };

  function of(figure: "onePerSecond" | "bulkPerSecond" | "drainPerSecond" | "cpuMs"): number {
    return median(rounds.map((each) => each[figure]));
  }
}

function goalsOf({ rounds }: Player): Goal[] {
  const reached = percentile(
    rounds.flatMap(({ storedToStartMs }) => storedToStartMs),
    0.99,
  );
  return [
    {
      goal: `p99 from a job's commit to its start, free lanes: at most ${SLOWEST_START_MS} ms`,
      reached,
      isMet: reached <= SLOWEST_START_MS,
    },
  ];
}

function round(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}
