import { JOBS_CHANNEL, personChannel, type Bus, type JobHint, type PersonHint } from "#domain/channels.js";
import type { Id } from "#domain/ids.js";
import type { ClaimedJob } from "#domain/jobs/claim.queries.js";

type Named = Pick<ClaimedJob, "id" | "queue">;

/** Whoever watches jobs looks at this one again. */
export function tellJob(bus: Bus, { id, queue }: Named): void {
  bus.publish(JOBS_CHANNEL, { jobId: id, queue } satisfies JobHint);
}

/** Whoever was told of a dead job sees it at once. */
export function tellPeople(bus: Bus, userIds: readonly Id[]): void {
  for (const userId of userIds) bus.publish(personChannel(userId), { userId } satisfies PersonHint);
}
