import { randomBytes } from "node:crypto";
import { findFreePort } from "#platform/embedded/free-port.js";
import { median, publish, type Goal, type Row } from "../harness/report.js";
import { startBenchServices } from "../harness/services.js";
import { Contestant, type Figures } from "./contestant.js";
import { EVERY_MS, MESSAGE_BYTES } from "./event.js";

/** What an event costs that many are told: against one frame for all, and against GraphQL servers as they come. */
const SIZES = [1000, 4000];
const ROUNDS = 3;
const SECONDS = 4;
const GOALS = { ofRaw: 0.6, ofPlain: 0.25, p99OfRaw: 1.3, memoryKB: 25 } as const;

const services = await startBenchServices();
const environment = async () => ({
  LOG_LEVEL: "warn",
  DATABASE_URL: services.databaseUrl,
  REDIS_URL: services.redisUrl,
  SMTP_URL: "smtp://127.0.0.1:9",
  JWT_SECRET: randomBytes(32).toString("hex"),
  RATE_LIMIT_PER_MINUTE: "1000000",
  TRUST_PROXY: "127.0.0.1",
  PORT: String(await findFreePort()),
});
const WAYS = [
  ["raw ws, one frame", "./raw.js"],
  ["Postwatch", "./postwatch.js"],
  ["graphql-ws as it comes", "./plain.js"],
  ["Mercurius", "./mercurius.js"],
] as const;

const rows: Row[] = [];
const goals: Goal[] = [];
for (const size of SIZES) await compare(size);
publish({
  name: "fanout",
  setting:
    `An event of ${MESSAGE_BYTES} bytes every ${EVERY_MS} ms to each socket on loopback; every server and its clients are processes of their own. ` +
    `${ROUNDS} interleaved rounds of ${SECONDS} s; CPU µs of the server for a delivered message, delivery until the client has read it, ` +
    `resident memory a connection after a collection; medians, ratios of the same round.`,
  rows,
  goals,
});
await services.stop();

async function compare(size: number): Promise<void> {
  const contestants: Contestant[] = [];
  for (const [name, file] of WAYS) {
    // One at a time opens its sockets; all stay open.
    contestants.push(await Contestant.start(name, file, size, await environment()));
    console.log(`${name}: ${size} sockets`);
  }
  const measured = new Map<string, Figures[]>(WAYS.map(([name]) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1)
    for (const contestant of contestants)
      measured.get(contestant.name)!.push(await contestant.measure(SECONDS, EVERY_MS));
  for (const { name, memoryKB } of contestants) rows.push(rowOf(name, size, measured.get(name)!, memoryKB));
  judge(size, measured, contestants.find(({ name }) => name === "Postwatch")!.memoryKB);
  for (const contestant of contestants) await contestant.stop();
}

function rowOf(name: string, size: number, figures: readonly Figures[], memoryKB: number): Row {
  const of = (figure: keyof Figures) => rounded(median(figures.map((each) => each[figure])));
  return {
    name: `${name}, ${size}`,
    cpuMicroseconds: of("cpuMicroseconds"),
    p50Ms: of("p50Ms"),
    p99Ms: of("p99Ms"),
    deliveredShare: of("deliveredShare"),
    memoryKB: rounded(memoryKB),
  };
}

function judge(size: number, measured: ReadonlyMap<string, readonly Figures[]>, memoryKB: number): void {
  const [raw, own, plain] = WAYS.map(([name]) => measured.get(name)!);
  const ratio = (a: readonly Figures[], b: readonly Figures[], figure: keyof Figures) =>
    median(a.map((each, round) => each[figure] / b[round]![figure]));
  const ofRaw = ratio(raw!, own!, "cpuMicroseconds");
  const ofPlain = ratio(own!, plain!, "cpuMicroseconds");
  const p99 = ratio(own!, raw!, "p99Ms");
  goals.push(
    {
      goal: `${size}: a raw broadcast's CPU is at least ${GOALS.ofRaw} of ours`,
      reached: ofRaw,
      isMet: ofRaw >= GOALS.ofRaw,
    },
    {
      goal: `${size}: our CPU is at most ${GOALS.ofPlain} of plain graphql-ws`,
      reached: ofPlain,
      isMet: ofPlain <= GOALS.ofPlain,
    },
    {
      goal: `${size}: our p99 is at most ${GOALS.p99OfRaw} of a raw broadcast's`,
      reached: p99,
      isMet: p99 <= GOALS.p99OfRaw,
    },
    {
      goal: `${size}: at most ${GOALS.memoryKB} KB a connection`,
      reached: memoryKB,
      isMet: memoryKB <= GOALS.memoryKB,
    },
  );
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
