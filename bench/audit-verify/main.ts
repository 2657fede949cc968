import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { cpuOfTrees } from "../harness/process-cpu.js";
import { atMost, publish, roundedRow } from "../harness/report.js";
import { writeBundle } from "./write-bundle.js";

/** What an auditor waits for: `postwatch-verify FILE` on a whole bundle, from its start to its verdict. */
const ENTRIES = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = 3;
const MOST_SECONDS = 30;
const VERIFIER = fileURLToPath(new URL("../../postwatch-verify.mjs", import.meta.url));

const directory = mkdtempSync(join(tmpdir(), "postwatch-bench-"));
const bundle = join(directory, "bundle.jsonl");
try {
  await writeBundle(bundle, ENTRIES);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await verify());
  const best = rounds.toSorted((one, other) => one.seconds - other.seconds)[0]!;
  publish({
    name: "audit-verify",
    setting:
      `postwatch-verify on a bundle of ${ENTRIES} entries (${Math.round(statSync(bundle).size / 2 ** 20)} MiB; three personal values each) ` +
      `under seals of 2,000, from start to verdict; the quickest of ${ROUNDS} rounds, and all of them.`,
    rows: [roundedRow("quickest", best), ...rounds.map((round, at) => roundedRow(`round ${at + 1}`, round))],
    goals: [
      atMost(`seconds for ${ENTRIES} entries`, best.seconds, MOST_SECONDS),
      atMost("MiB of memory at most", best.peakMiB, 512),
    ],
  });
} finally {
  rmSync(directory, { recursive: true });
}

async function verify() {
  const start = performance.now();
  const child = spawn(process.execPath, [VERIFIER, bundle], { stdio: ["ignore", "pipe", "inherit"] });
  const said: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => said.push(chunk));
  let [cpuSeconds, peakMiB] = [0, 0];
  const run = { isOver: false };
  const ended = once(child, "close").then(([code]) => {
    run.isOver = true;
    return code as number;
  });
  while (!run.isOver) {
    // What the kernel knows of a process is gone with it: the last look before its end counts.
    try {
      cpuSeconds = (cpuOfTrees([child.pid!]) ?? 0) / 1000;
      peakMiB = peakMiBOf(child.pid!);
    } catch {
      break;
    }
    await sleep(50);
  }
  const code = await ended;
  const seconds = (performance.now() - start) / 1000;
  const text = Buffer.concat(said).toString();
  if (code !== 0 || !text.includes(`intact: ${ENTRIES.toLocaleString("en")} entries`))
    throw new Error(`The verifier ended with ${code}: ${text}`);
  return { seconds, cpuSeconds, entriesASecond: ENTRIES / seconds, peakMiB };
}

function peakMiBOf(pid: number): number {
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))!;
  return Number(kilobytes) / 1024;
}
