import { span } from "../jobs.model";
import type { JobMetrics, JobType } from "./types.gql";

type Policy = JobType["policy"];

/** "3 attempts; the next after 5 s, then 2 times as long each, at most 5 min, give or take 20%." */
export function policyWords(policy: Policy): string {
  if (policy.attempts <= 1) return "One attempt.";
  const growth = policy.factor > 1 ? `, each wait ${policy.factor} times the one before` : "";
  const cap = policy.capSeconds > 0 ? `, at most ${span(policy.capSeconds * 1_000)}` : "";
  const jitter = policy.jitter > 0 ? `, ±${Math.round(policy.jitter * 100)}%` : "";
  return `${policy.attempts} attempts: the second after ${span(policy.firstDelaySeconds * 1_000)}${growth}${cap}${jitter}.`;
}

export const typeSorts = ["NAME", "RUNS", "FAILED", "WAIT", "RUN"] as const;
export type TypeSort = (typeof typeSorts)[number];

export interface TypeLine {
  type: JobType;
  metrics: JobMetrics | undefined;
}

const value: Record<Exclude<TypeSort, "NAME">, (line: TypeLine) => number> = {
  RUNS: (line) => line.metrics?.runs ?? 0,
  FAILED: (line) => line.metrics?.failed ?? 0,
  WAIT: (line) => line.metrics?.waitP95Ms ?? -1,
  RUN: (line) => line.metrics?.runP95Ms ?? -1,
};

/** Every type with what it did; types of the same value stand by name. */
export function typeLines(
  types: readonly JobType[],
  metrics: readonly JobMetrics[],
  sort: { field: TypeSort; direction: "ASC" | "DESC" },
): TypeLine[] {
  const byType = new Map(metrics.map((each) => [each.type, each]));
  const turn = sort.direction === "ASC" ? 1 : -1;
  const byName = (a: TypeLine, b: TypeLine) => a.type.name.localeCompare(b.type.name);
  const lines = types.map((type) => ({ type, metrics: byType.get(type.name) }));
  if (sort.field === "NAME") return lines.sort((a, b) => turn * byName(a, b));
  const of = value[sort.field];
  return lines.sort((a, b) => turn * (of(a) - of(b)) || byName(a, b));
}
