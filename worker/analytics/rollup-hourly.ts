import { rollUpHealth } from "#domain/health/index.js";
import { done, type Outcome } from "#domain/jobs/outcome.js";
import type { JobRun } from "../job-handler.js";

/** Sums up what is over of the last day; hours that were missed are made up for. */
export async function rollupHourlyHandler({ op, progress }: JobRun<{ fireAt: string }>): Promise<Outcome> {
  await progress({ periods: await rollUpHealth(op) });
  return done;
}
