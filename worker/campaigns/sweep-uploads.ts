import { importChannel, type ImportHint } from "#domain/channels.js";
import { done, type Outcome } from "#domain/jobs/outcome.js";
import { brokenUploads, failBrokenUpload } from "#domain/leads/index.js";
import type { JobRun } from "../job-handler.js";

/** Fails uploads that broke off with the server that took them, so that nobody waits for them for ever. */
export async function sweepUploadsHandler({ op, bus, signal }: JobRun<{ fireAt: string }>): Promise<Outcome> {
  for (const { id, tenantId } of await brokenUploads(op)) {
    if (signal.aborted) break;
    const { failed } = await op.as(op.actor, tenantId).run(failBrokenUpload, { importId: id });
    if (failed) bus.publish(importChannel(id), { importId: id } satisfies ImportHint);
  }
  return done;
}
