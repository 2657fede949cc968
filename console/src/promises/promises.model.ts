import { count, plural } from "../lib/format";
import type { Tone } from "../ui/Tag";
import type { Offending, ProductPromise, PromiseStatus } from "./promises.gql";

export const promiseTones: Record<PromiseStatus, Tone> = { KEPT: "ok", BROKEN: "bad", UNKNOWN: "plain" };
export const promiseWords: Record<PromiseStatus, string> = {
  KEPT: "Kept",
  BROKEN: "Broken",
  UNKNOWN: "Unknown",
};

const urgency: readonly PromiseStatus[] = ["BROKEN", "UNKNOWN", "KEPT"];

/** What needs somebody first; within a status as the product lists them. */
export const inUrgency = (promises: readonly ProductPromise[]): ProductPromise[] =>
  promises.toSorted((one, other) => urgency.indexOf(one.status) - urgency.indexOf(other.status));

/** "8 of 10 kept · 1 broken · 1 unknown". */
export function promisesWords(promises: readonly ProductPromise[]): string {
  const number = (status: PromiseStatus) => promises.filter((each) => each.status === status).length;
  const kept = number("KEPT");
  if (promises.length > 0 && kept === promises.length) return `All ${count(kept)} are kept`;
  const others = (["BROKEN", "UNKNOWN"] as const).filter((status) => number(status) > 0);
  return [
    `${count(kept)} of ${count(promises.length)} kept`,
    ...others.map((status) => `${count(number(status))} ${promiseWords[status].toLowerCase()}`),
  ].join(" · ");
}

/** Where an offending row can be looked at. */
export function placeOf({ kind, nodeId, campaignId }: Offending): string {
  if (kind === "AUDIT") return "/audit";
  if (kind === "HEALTH") return "/health?range=24h";
  return kind === "MESSAGE" && nodeId
    ? `/campaigns/${campaignId}?message=${nodeId}`
    : `/campaigns/${campaignId ?? ""}`;
}

/** "The first 20 of 1,240 rows". */
export const rowsWords = ({ offending, offendingCount }: ProductPromise): string =>
  offendingCount > offending.length
    ? `The first ${count(offending.length)} of ${plural(offendingCount, "row")}`
    : plural(offendingCount, "row");

/** What tells messages of one step apart: ids of one moment begin alike. */
export const tailOf = (id: string): string => id.slice(-8);
