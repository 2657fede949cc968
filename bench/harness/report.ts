import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** One line of the table: a contestant and its figures, units in the names. */
export interface Row {
  readonly name: string;
  readonly [figure: string]: string | number | null;
}

/** A goal of docs, the ratio or figure that was reached, and whether that is enough. */
export interface Goal {
  readonly goal: string;
  readonly reached: number;
  readonly isMet: boolean;
}

export interface Report {
  /** The bench's folder. */
  readonly name: string;
  /** What was done, in one or two sentences: sizes, rounds, what is counted. */
  readonly setting: string;
  readonly rows: readonly Row[];
  readonly goals: readonly Goal[];
}

const RESULTS = fileURLToPath(new URL("../../../bench/results/", import.meta.url));

/** Prints the table and writes bench/results/NAME.json with the machine. */
export function publish(report: Report): void {
  const [first] = cpus();
  const machine = {
    cpu: first?.model.trim() ?? "unknown",
    cores: cpus().length,
    /** Whoever else was at work: processes that ran or waited for a core in the last minute. */
    load: Math.round(loadavg()[0]! * 10) / 10,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${process.platform} ${release()}`,
    node: process.version,
  };
  console.log(`\n${report.name}: ${report.setting}`);
  console.table(Object.fromEntries(report.rows.map(({ name, ...figures }) => [name, figures])));
  for (const { goal, reached, isMet } of report.goals)
    console.log(`${isMet ? "met " : "MISSED"} ${goal}: ${reached.toPrecision(3)}`);
  mkdirSync(RESULTS, { recursive: true });
  const text = JSON.stringify({ ...report, machine, at: new Date().toISOString() }, null, 2);
  writeFileSync(join(RESULTS, `${report.name}.json`), `${text}\n`);
}

/** Two digits after the point are enough for anybody. */
export function roundedRow(name: string, figures: Readonly<Record<string, number>>): Row {
  const entries = Object.entries(figures).map(([figure, value]) => [figure, Math.round(value * 100) / 100]);
  return { name, ...(Object.fromEntries(entries) as Record<string, number>) };
}

export function atMost(goal: string, reached: number, most: number): Goal {
  return { goal: `${goal}: at most ${most}`, reached, isMet: reached <= most };
}

export function atLeast(goal: string, reached: number, least: number): Goal {
  return { goal: `${goal}: at least ${least}`, reached, isMet: reached >= least };
}

/** The middle one; figures of rounds on a busy machine are skewed by their outliers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The value below which `share` (0 to 1) of all lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
