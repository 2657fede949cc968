import type { Introspected } from "../api/graphql";
import { count, plural } from "../lib/format";

export type Resolution = Introspected<"Resolution">;

export const resolutions: readonly Resolution[] = ["ACCEPTED", "SEND_AGAIN", "GIVE_UP"];

export const resolutionTexts: Record<Resolution, { title: string; text: string; done: string }> = {
  ACCEPTED: {
    title: "The server took it",
    text: "It counts as sent from when it left, and the lead goes on to the next step.",
    done: "Marked as sent",
  },
  SEND_AGAIN: {
    title: "The server did not take it: send it again",
    text: "One more attempt, with the same Message-ID. If you are wrong, the lead gets it twice.",
    done: "Queued again",
  },
  GIVE_UP: {
    title: "The server did not take it: give up",
    text: "It counts as failed, and the lead gets nothing more of this campaign.",
    done: "Given up",
  },
};

/** What a call over a campaign has done, and what it left. */
export function bulkWords({
  resolved,
  left,
  heldBack,
}: {
  resolved: number;
  left: number;
  heldBack: number;
}) {
  const rest = [
    left > 0 ? `${count(left)} more can be decided the same way` : "",
    heldBack > 0
      ? `${plural(heldBack, "message")} cannot: the lead has stopped or is suppressed, or a worker may still know`
      : "",
  ].filter(Boolean);
  return { title: `${plural(resolved, "message")} decided`, detail: rest.join("; ") || undefined };
}

const sources: Readonly<Record<string, string>> = {
  lane: "the sending worker",
  planner: "the planner",
  reaper: "the watch over lost workers",
  command: "a person’s command",
  suppression: "a suppression",
  stop: "what stopped the lead",
  person: "a person",
};

/** Who says so, as words. */
export const sourceWords = (source: string): string => sources[source] ?? `the ${source}`;
