import { FEWEST_MONTHS } from "../months.js";
import { span } from "./faults.js";
import type { PurgeRecord } from "./records.js";

/** Why it cannot have been retention, as a sentence; null: it can. Nothing goes earlier, whatever an installation wants. */
export function purgeFault({ month, at, firstSeq, lastSeq }: PurgeRecord): string | null {
  const whole = countOf(at) - countOf(month) - 1;
  if (whole >= FEWEST_MONTHS) return null;
  return `The entries of ${month} (${span("seq", firstSeq, lastSeq)}) are said to be deleted by retention at ${at}: no month goes before ${FEWEST_MONTHS} more are over.`;
}

/** "2026-11…" as months since the year 0; NaN, which nothing follows, where it is no month. */
function countOf(text: string): number {
  const [, year, month] = /^(\d{4})-(\d{2})/.exec(text) ?? [];
  return Number(year) * 12 + Number(month);
}
