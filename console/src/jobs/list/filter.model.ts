import { jobStates, queueNames, type QueueName } from "../jobs.model";
import type { JobState } from "../jobs.gql";

export const sortFields = ["CREATED_AT", "DUE_AT", "FINISHED_AT"] as const;

/** How far back the list looks, by when a job was made. */
export const ranges = [
  { value: "", label: "Any time", hours: 0 },
  { value: "1h", label: "Last hour", hours: 1 },
  { value: "24h", label: "Last 24 hours", hours: 24 },
  { value: "7d", label: "Last 7 days", hours: 168 },
] as const;
export type Range = (typeof ranges)[number]["value"];

export interface ListState {
  queue?: QueueName;
  state?: JobState;
  text: string;
  type: string;
  errorGroup: string;
  range: Range;
}

const longestText = 200;

/** Reads the address; what is not known there counts as not given. */
export function listStateOf(get: (key: string) => string): ListState {
  return {
    queue: queueNames.find((each) => each === get("queue")),
    state: jobStates.find((each) => each === get("state")),
    text: get("q").trim().slice(0, longestText),
    type: get("type"),
    errorGroup: get("group"),
    range: ranges.find((each) => each.value === get("range"))?.value ?? "",
  };
}

/**
 * The filter as the API takes it. A text that is the name of a type asks for that type: the API looks for text in
 * ids, errors and payloads. `nowMs` is when the range was chosen.
 */
export function filterOf(list: ListState, typeNames: readonly string[], nowMs: number) {
  const wanted = list.text.toLowerCase();
  const named = wanted ? typeNames.find((name) => name.toLowerCase() === wanted) : undefined;
  const hours = ranges.find((each) => each.value === list.range)?.hours ?? 0;
  return {
    type: list.type || named,
    text: named ? undefined : list.text || undefined,
    errorGroup: list.errorGroup || undefined,
    from: hours ? new Date(nowMs - hours * 3_600_000).toISOString() : undefined,
  };
}

/** Is anything asked for beside queue and state? Then the queues' own counts are not those of the list. */
export const isFiltered = (list: ListState) =>
  Boolean(list.text || list.type || list.errorGroup || list.range);

type Counted = Record<"waiting" | "delayed" | "active" | "failed" | "cancelled" | "discarded", number>;

const countOf: Partial<Record<JobState, keyof Counted>> = {
  ACTIVE: "active",
  WAITING: "waiting",
  DELAYED: "delayed",
  FAILED: "failed",
  CANCELLED: "cancelled",
  DISCARDED: "discarded",
};

/** How many jobs of a state the queues say there are; undefined of done ones, of which they count a day. */
export function countIn(queues: readonly Counted[], state: JobState): number | undefined {
  const key = countOf[state];
  return key && queues.reduce((sum, queue) => sum + queue[key], 0);
}
