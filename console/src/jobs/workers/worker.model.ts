import type { Tone } from "../../ui/Tag";
import type { Worker, WorkerStatus } from "./workers.gql";

export const workerTones: Record<WorkerStatus, Tone> = {
  ALIVE: "ok",
  LATE: "warn",
  LOST: "bad",
  STOPPED: "plain",
};

export const workerWords: Record<WorkerStatus, string> = {
  ALIVE: "Alive",
  LATE: "Late",
  LOST: "Lost",
  STOPPED: "Stopped",
};

/** The version that most live workers run; whoever runs another was forgotten by a rollout, or is ahead of it. */
export function usualVersion(workers: readonly Pick<Worker, "version" | "status">[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { version, status } of workers)
    if (status !== "STOPPED") counts.set(version, (counts.get(version) ?? 0) + 1);
  return [...counts].sort(([a, x], [b, y]) => y - x || b.localeCompare(a, "en", { numeric: true }))[0]?.[0];
}

const order: readonly WorkerStatus[] = ["LOST", "LATE", "ALIVE", "STOPPED"];

/** Whoever needs attention first, then by name. */
export const inOrder = <Each extends Pick<Worker, "status" | "host" | "pid">>(workers: readonly Each[]) =>
  [...workers].sort(
    (a, b) =>
      order.indexOf(a.status) - order.indexOf(b.status) || a.host.localeCompare(b.host) || a.pid - b.pid,
  );

/** Who is there, in one line. */
export function fleetWords(workers: readonly Pick<Worker, "status" | "lanes" | "busyLanes">[]): string {
  const here = workers.filter((each) => each.status === "ALIVE" || each.status === "LATE");
  const lost = workers.filter((each) => each.status === "LOST").length;
  const places = here.reduce((sum, each) => sum + each.lanes, 0);
  const busy = here.reduce((sum, each) => sum + each.busyLanes, 0);
  return [
    here.length === 1 ? "1 worker" : `${here.length} workers`,
    lost && `${lost} lost`,
    `${busy} of ${places} places busy`,
  ]
    .filter(Boolean)
    .join(" · ");
}
