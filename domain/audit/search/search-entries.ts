import { selfOf } from "../../access/actor.js";
import type { Id } from "../../ids.js";
import type { Operation } from "../../operation.js";
import type { Page, PageRequest } from "../../page.js";
import { withActors } from "./actors.queries.js";
import { countEntries, findEntries, listEntries } from "./entries.queries.js";
import { viewEntries, type EntryView } from "./entry-view.js";
import { countFacets, type Facets } from "./facets.queries.js";
import { readFilter } from "./read-filter.js";
import type { AuditFilter, AuditSearch } from "./search.js";
import { countVolume, type VolumeBucket, type VolumeRange } from "./volume.queries.js";

/** What a filter means for whoever asks, now: its actors are ids. @throws InvalidInputError */
export function searchOf(op: Operation, filter: AuditFilter): Promise<AuditSearch> {
  const search = readFilter(filter, { self: selfOf(op), now: new Date() });
  return withActors(op, op.tenantId, search);
}

/** A page of the organisation's entries as people see them, newest first; three reads, however many rows. */
export async function searchEntries(
  op: Operation,
  search: AuditSearch,
  request: PageRequest,
): Promise<Page<EntryView>> {
  const page = await listEntries(op, op.tenantId, search, request);
  return { ...page, rows: await viewEntries(op, op.tenantId, page.rows) };
}

export const countFound = (op: Operation, search: AuditSearch): Promise<number> =>
  countEntries(op, op.tenantId, search);

export const facetsOf = (op: Operation, search: AuditSearch): Promise<Facets> =>
  countFacets(op, op.tenantId, search);

/** @throws InvalidInputError for a range that is none, or too many buckets */
export const volumeOf = (op: Operation, search: AuditSearch, range: VolumeRange): Promise<VolumeBucket[]> =>
  countVolume(op, op.tenantId, search, range);

/** One entry of the organisation. */
export async function findEntry(op: Operation, id: Id): Promise<EntryView | null> {
  return (await viewEntries(op, op.tenantId, await findEntries(op, op.tenantId, [id])))[0] ?? null;
}
