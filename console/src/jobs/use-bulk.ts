import { createSignal } from "solid-js";
import type { Failure } from "../api/failure";
import { useSend, type Change } from "../api/send";
import type { VariablesOf } from "../api/graphql";
import { count, plural } from "../lib/format";
import { toast } from "../ui/toast";
import { DiscardDeadJobs, DiscardJob, RestoreJob, RetryDeadJobs, RetryJob } from "./jobs-changes.gql";

export type DeadFilter = VariablesOf<typeof RetryDeadJobs>["filter"];
export type BulkAction = "RETRY" | "DISCARD";

const one: Record<BulkAction, Change<{ id: string }>> = { RETRY: RetryJob, DISCARD: DiscardJob };
type ChangeDead = typeof RetryDeadJobs;
const dead = { RETRY: RetryDeadJobs, DISCARD: DiscardDeadJobs as unknown as ChangeDead } as const;
const done = { RETRY: "retried", DISCARD: "discarded" } as const;

/** What a bulk change has come to: "41 retried, 3 left", and why when it stopped. */
function tell(action: BulkAction, changed: number, left: number, failure?: Failure, undo?: () => void) {
  const text = `${count(changed)} ${done[action]}${left > 0 ? `, ${count(left)} left` : ""}`;
  const offer = undo && changed > 0 ? { label: "Undo", run: undo } : undefined;
  toast(text, failure?.message, failure ? "bad" : "ok", offer);
}

/** Changes many jobs: those that are selected one after the other, all that match a thousand at a time. */
export function useBulk(onDone: () => void) {
  const { send } = useSend();
  const [progress, setProgress] = createSignal<string>();

  const restore = async (ids: readonly string[]) => {
    let restored = 0;
    for (const id of ids) if ((await send(RestoreJob, { id })).done) restored += 1;
    toast(`${plural(restored, "job")} restored`);
    onDone();
  };

  /** Ends early only when the server does not want more requests now. */
  const selected = async (action: BulkAction, ids: readonly string[]) => {
    const changed: string[] = [];
    let refused: Failure | undefined;
    for (const [index, id] of ids.entries()) {
      setProgress(`${count(index)} of ${count(ids.length)}`);
      const { failure } = await send(one[action], { id });
      if (!failure) changed.push(id);
      else refused = failure;
      if (failure?.code === "RATE_LIMITED" || failure?.code === "NETWORK") break;
    }
    setProgress(undefined);
    const undo = action === "DISCARD" ? () => void restore(changed) : undefined;
    tell(action, changed.length, ids.length - changed.length, refused, undo);
    onDone();
  };

  /** All that match in one queue; ends when none is left, none moves, or `most` have. */
  const drain = async (
    action: BulkAction,
    queue: string,
    filter: DeadFilter,
    before: number,
    most: number,
  ) => {
    let changed = 0;
    for (;;) {
      const { done, failure } = await send(dead[action], { queue, filter });
      if (!done) return { changed, left: most - before - changed, failure };
      changed += done.changed;
      setProgress(`${count(before + changed)} of ${count(most)}`);
      if (done.changed === 0 || done.left === 0 || before + changed >= most)
        return { changed, left: done.left };
    }
  };

  /** At most `most`, the number that was confirmed: what fails again meanwhile is not tried for ever. */
  const matching = async (
    action: BulkAction,
    queues: readonly string[],
    filter: DeadFilter,
    most: number,
  ) => {
    let changed = 0;
    let left = 0;
    let refused: Failure | undefined;
    for (const queue of queues) {
      if (refused || changed >= most) break;
      const part = await drain(action, queue, filter, changed, most);
      changed += part.changed;
      left += part.left;
      refused = part.failure;
    }
    setProgress(undefined);
    tell(action, changed, left, refused);
    onDone();
    return !refused;
  };

  return { selected, matching, progress };
}
