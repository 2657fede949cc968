import { useSend, type Change } from "../api/send";
import { toast } from "../ui/toast";
import { DiscardJob, PromoteJob, RestoreJob, RetryJob } from "./jobs-changes.gql";
import type { JobAction } from "./jobs.gql";

interface Named {
  id: string;
  type: string;
}

const documents: Record<JobAction, Change<{ id: string }>> = {
  RETRY: RetryJob,
  DISCARD: DiscardJob,
  RESTORE: RestoreJob,
  PROMOTE: PromoteJob,
};

const words: Record<JobAction, { done: string; failed: string }> = {
  RETRY: { done: "Retried", failed: "Not retried" },
  DISCARD: { done: "Discarded", failed: "Not discarded" },
  RESTORE: { done: "Restored", failed: "Not restored" },
  PROMOTE: { done: "Runs now", failed: "Not run" },
};

/**
 * Retries, discards, restores, and runs ahead of time. `run` says the result in a toast, offers to take a discarding
 * back, and resolves to true when it was done. What may be done now is the job's `availableActions`.
 */
export function useJobActions(onDone: () => void = () => {}) {
  const { send, busy } = useSend();
  const run = async (action: JobAction, job: Named): Promise<boolean> => {
    if (busy()) return false;
    const { failure } = await send(documents[action], { id: job.id });
    if (failure) {
      toast(`${words[action].failed}: ${job.type}`, failure.message, "bad");
      return false;
    }
    const undo = { label: "Undo", run: () => void run("RESTORE", job) };
    toast(`${words[action].done}: ${job.type}`, undefined, "ok", action === "DISCARD" ? undo : undefined);
    onDone();
    return true;
  };
  return { run, busy };
}

export const actionLabels: Record<JobAction, string> = {
  RETRY: "Retry",
  DISCARD: "Discard",
  RESTORE: "Restore",
  PROMOTE: "Run now",
};
