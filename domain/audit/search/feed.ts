import type { Operation } from "../../operation.js";
import { viewEntries, type EntryView } from "./entry-view.js";
import { entriesBetween, headOfChain, purgedUpTo } from "./feed.queries.js";
import { searchEntries } from "./search-entries.js";
import type { AuditSearch } from "./search.js";

/** So many entries at once are held for one who follows. */
const A_PAGE = 200;
/** And so many are looked through for them at once, whether they match or not. */
const A_STRETCH = 10_000;
/** What is shown in the place of what cannot be told any more. */
const IN_A_SNAPSHOT = 50;

export interface SealedView extends EntryView {
  readonly seq: number;
}

/** Why entries behind a number cannot be told: they were deleted, or the chain ends before it. */
export interface BrokenOff {
  readonly reason: "PURGED" | "AHEAD";
  /** Where it goes on. */
  readonly head: number;
}

export interface Stretch {
  readonly entries: readonly SealedView[];
  /** All entries up to this one have been looked through. */
  readonly upTo: number;
  readonly hasMore: boolean;
}

export const auditHead = (op: Operation): Promise<number> => headOfChain(op, op.tenantId);

/** The next entries of the organisation's chain behind a number that a search finds, oldest first. */
export async function readStretch(
  op: Operation,
  search: AuditSearch,
  after: number,
): Promise<Stretch | BrokenOff> {
  const { tenantId } = op;
  const head = await headOfChain(op, tenantId);
  if (after > head) return { reason: "AHEAD", head };
  const until = Math.min(head, after + A_STRETCH);
  const found =
    until === after ? [] : await entriesBetween(op, tenantId, search, { after, until, limit: A_PAGE });
  // Afterwards: what was deleted while it was read is not taken for nothing.
  if (after < (await purgedUpTo(op, tenantId))) return { reason: "PURGED", head };
  const upTo = found.length === A_PAGE ? found.at(-1)!.seq : until;
  const entries = (await viewEntries(op, tenantId, found)) as SealedView[];
  return { entries, upTo, hasMore: upTo < head };
}

/** The newest sealed entries up to a number that a search finds, newest first. */
export async function readSnapshot(op: Operation, search: AuditSearch, head: number): Promise<EntryView[]> {
  const newest = { limit: IN_A_SNAPSHOT, isBackward: false, cursor: null };
  const { rows } = await searchEntries(op, search, newest);
  return rows.filter(({ seq }) => seq !== null && seq <= head);
}
