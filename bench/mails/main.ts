import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { cpuOfTrees } from "../harness/process-cpu.js";
import { atLeast, median, publish, roundedRow, type Row } from "../harness/report.js";
import { startBenchServices } from "../harness/services.js";
import { measureClaims } from "./claims.js";
import { CONNECTIONS } from "./contestant.js";
import type { Taken } from "./sink.js";

/** Arguments: mails a round, rounds, rows of which claims are made. */
const [MAILS, ROUNDS, CLAIMED] = [2_000, 3, 30_000].map((usual, n) =>
  Number(process.argv[2 + n] ?? usual),
) as [number, number, number];
const WARM_UP = 100;

interface Figures {
  readonly perSecond: number;
  /** CPU ms a mail: of the sender's processes, of PostgreSQL and Redis. */
  readonly cpuMs: number;
  readonly serverCpuMs: number;
  readonly twice: number;
  readonly kiB: number;
}

const services = await startBenchServices();
const sink = fork(file("sink"), { stdio: ["ignore", "ignore", "inherit", "ipc"] });
const [port] = (await once(sink, "message")) as [number];
const smtpUrl = `smtp://127.0.0.1:${port}`;

const NAMES = [
  "nodemailer loop",
  "bee-queue, a job a mail",
  "Postwatch, one worker",
  "Postwatch, two workers",
];
const figures = new Map<string, Figures[]>(NAMES.map((name) => [name, []]));
for (let round = 0; round <= ROUNDS; round += 1)
  for (const name of NAMES) {
    // The first one warms nobody up but the machine: each round has a process of its own.
    const played = await play(name, round === 0 ? WARM_UP : MAILS);
    if (round > 0) figures.get(name)!.push(played);
  }
sink.disconnect();
const claims = await measureClaims(services.databaseUrl, CLAIMED);
await services.stop();

const of = (name: string, figure: keyof Figures) => median(figures.get(name)!.map((each) => each[figure]));
/** The median of the rounds' own ratios: a machine that is busier in one round is so for all. */
const ratio = (name: string, other: string) =>
  median(figures.get(name)!.map(({ perSecond }, n) => perSecond / figures.get(other)![n]!.perSecond));
const cpuRatio = (name: string, other: string) => of(other, "cpuMs") / of(name, "cpuMs");
const rows: Row[] = NAMES.map((name) =>
  roundedRow(name, {
    mailsPerSecond: of(name, "perSecond"),
    toLimit: ratio(name, "nodemailer loop"),
    cpuMs: of(name, "cpuMs"),
    serverCpuMs: of(name, "serverCpuMs"),
    twice: Math.max(...figures.get(name)!.map(({ twice }) => twice)),
  }),
);
for (const { limit, rowsPerSecond, barePerSecond } of claims)
  rows.push(
    roundedRow(`claim ${limit} at once`, {
      rowsPerSecond,
      barePerSecond,
      toLimit: rowsPerSecond / barePerSecond,
    }),
  );

publish({
  name: "mails",
  setting:
    `${MAILS.toLocaleString("en")} personal mails of ${of(NAMES[0]!, "kiB").toFixed(1)} KiB over ${CONNECTIONS} connections to a mail server in a process of its own; ` +
    `medians of ${ROUNDS} interleaved rounds, each in new processes; mails a second from the first to the last that the server took. Postwatch: its worker, with ledger, ` +
    "claim, template, intent before DATA, outcome and events; PostgreSQL syncs to disk. Two workers have twice the connections. CPU ms a mail: of the sender, and of PostgreSQL and Redis. " +
    "Claims: one connection, beside the bare statement that takes as many rows.",
  rows,
  goals: [
    atLeast(
      "mails a second, of a bare nodemailer loop",
      ratio("Postwatch, one worker", "nodemailer loop"),
      0.7,
    ),
    atLeast(
      "CPU of a nodemailer loop's mail, of ours",
      cpuRatio("Postwatch, one worker", "nodemailer loop"),
      0.7,
    ),
    atLeast(
      "mails a second, of a bee-queue job a mail",
      ratio("Postwatch, one worker", "bee-queue, a job a mail"),
      1.5,
    ),
    atLeast(
      "mails a second of two workers, of one",
      ratio("Postwatch, two workers", "Postwatch, one worker"),
      1.7,
    ),
  ],
});

async function play(name: string, mails: number): Promise<Figures> {
  const isTwo = name === "Postwatch, two workers";
  const main = await start(isTwo ? "Postwatch, one worker" : name);
  const second = isTwo ? await start("second worker") : null;
  await order(main, mails);
  const pids = [main, second].flatMap((child) => (child ? [child.pid!] : []));
  const [cpu, serverCpu] = [cpuOfTrees(pids), cpuOfTrees(services.pids)];
  await order(main, "send");
  const cpuMs = (cpuOfTrees(pids)! - cpu!) / mails;
  const serverCpuMs = (cpuOfTrees(services.pids)! - serverCpu!) / mails;
  sink.send("ask");
  const [taken] = (await once(sink, "message")) as [Taken];
  if (taken.mails < mails) throw new Error(`${name}: ${taken.mails} of ${mails} mails arrived`);
  for (const child of [second, main]) if (child) await order(child, "close");
  const perSecond = (taken.mails - 1) / taken.seconds;
  return { perSecond, cpuMs, serverCpuMs, twice: taken.twice, kiB: taken.bytes / taken.mails / 1024 };
}

async function start(name: string): Promise<ChildProcess> {
  const args = [name, services.databaseUrl, services.redisUrl, smtpUrl];
  const child = fork(file("process"), args, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  await answerOf(child);
  return child;
}

async function order(child: ChildProcess, what: number | "send" | "close"): Promise<void> {
  child.send(what);
  await answerOf(child);
}

async function answerOf(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit").then(() => {
    throw new Error("A contestant ended");
  });
  ended.catch(() => {});
  await Promise.race([once(child, "message"), ended]);
}

function file(name: string): string {
  return fileURLToPath(new URL(`${name}.js`, import.meta.url));
}
