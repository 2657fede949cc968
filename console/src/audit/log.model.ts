import type { Entry } from "./audit.gql";

/** Rows are kept in memory, and a person reads no further. */
export const mostRows = 5_000;
/** Of what waits while the tail is paused; beyond it the list is asked for anew. */
export const mostHeld = 500;

type Placed = Pick<Entry, "id" | "at">;

/** Newer ones go before; of two at the same moment the later id is newer, as the server orders them. */
const isNewer = (one: Placed, other: Placed) => (one.at === other.at ? one.id > other.id : one.at > other.at);

/** The list with what has come live, each entry once and in its place: it may be older than what stands at the top. */
export function withArrived<Row extends Placed>(rows: readonly Row[], arrived: readonly Row[]): Row[] {
  const known = new Set(rows.map((row) => row.id));
  const all = [...rows];
  for (const entry of arrived) {
    if (known.has(entry.id)) continue;
    known.add(entry.id);
    const at = all.findIndex((row) => isNewer(entry, row));
    all.splice(at < 0 ? all.length : at, 0, entry);
  }
  return all;
}

/**
 * Where a cut was: above which row newer ones were fetched anew, and how many. `isAll`: more than were fetched have
 * come, so everything was, and the place is the top.
 */
export interface Seam {
  above: string | undefined;
  count: number;
  isAll: boolean;
}

/** What the reload after a cut has brought over what was known before it. */
export function seamOf(rows: readonly Placed[], lastKnown: string | undefined): Seam | undefined {
  if (lastKnown === undefined) return undefined;
  const at = rows.findIndex((row) => row.id === lastKnown);
  if (at === 0) return undefined;
  return at < 0
    ? { above: rows[0]?.id, count: rows.length, isAll: true }
    : { above: lastKnown, count: at, isAll: false };
}
