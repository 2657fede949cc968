import type { RefusalWatch } from "#domain/access/refusal-watch.js";
import { personChannel, type Bus, type PersonHint } from "#domain/channels.js";
import { RateLimitedError } from "#domain/errors.js";
import { notifyRoles } from "#domain/notifications/index.js";
import type { Operation } from "#domain/operation.js";
import { refusalOf, secondsOf, type Counters } from "./counters.js";

/** So many refusals of one person in a minute are no accident. */
export const MOST_REFUSALS_A_MINUTE = 50;

/**
 * The 50th refusal within a minute tells the administrators, once an hour a person; those after it are answered with
 * a wait and are not recorded one by one.
 */
export function openRefusalWatch(counters: Counters, bus: Bus): RefusalWatch {
  const refusals = counters.open({ name: "refusals", points: MOST_REFUSALS_A_MINUTE, seconds: 60 });
  const notices = counters.open({ name: "refusal-notices", points: 1, seconds: 3600 });
  return {
    async note(op, place) {
      const { actor } = op;
      if (actor.kind !== "USER") return;
      const userId = actor.viewedBy?.userId ?? actor.userId;
      try {
        const { consumedPoints } = await refusals.consume(userId);
        if (consumedPoints < MOST_REFUSALS_A_MINUTE) return;
      } catch (thrown) {
        throw new RateLimitedError(secondsOf(refusalOf(thrown)));
      }
      const isFirst = await notices.consume(userId).then(
        () => true,
        (thrown: unknown) => !refusalOf(thrown),
      );
      if (isFirst) await tell(op, bus, userId, place);
    },
  };
}

async function tell(op: Operation, bus: Bus, userId: string, place: string): Promise<void> {
  const told = await notifyRoles(op, op.tenantId, ["ADMIN"], {
    kind: "REFUSALS",
    about: userId,
    title: `was refused ${MOST_REFUSALS_A_MINUTE} times in a minute`,
    detail: `The last time at ${place}. Until the minute is over they are told to wait. The audit log has each refusal up to here.`,
    href: `/users?user=${userId}`,
  });
  for (const id of told) bus.publish(personChannel(id), { userId: id } satisfies PersonHint);
}
