import { JOBS_CHANNEL, personChannel, type Bus, type JobHint, type PersonHint } from "#domain/channels.js";
import type { ClaimedJob } from "#domain/jobs/claim.queries.js";
import { notifyDeadLetter } from "#domain/notifications/index.js";
import type { Reader } from "#domain/operation.js";
import type { Logger } from "#platform/logger.js";

type Named = Pick<ClaimedJob, "id" | "queue">;

/** Whoever watches jobs looks at this one again. */
export function tellJob(bus: Bus, { id, queue }: Named): void {
  bus.publish(JOBS_CHANNEL, { jobId: id, queue } satisfies JobHint);
}

/** A job is dead: administrators hear of it, once in a while for each type. Never rejects: the job is recorded already. */
export async function tellDeadLetter(
  { database, bus, log }: { readonly database: Reader; readonly bus: Bus; readonly log: Logger },
  job: Named & Pick<ClaimedJob, "tenantId" | "type">,
  error: string,
): Promise<void> {
  try {
    for (const userId of await notifyDeadLetter(database, job, error))
      bus.publish(personChannel(userId), { userId } satisfies PersonHint);
  } catch (failure) {
    log.warn({ err: failure, job: job.id }, "nobody could be told of a dead job");
  }
}
