import type { Id } from "../../ids.js";
import type { Operation } from "../../operation.js";
import { bundleLines } from "../bundle.js";
import type { EntryRow } from "../entry-body.js";
import { csvLine } from "../../csv-line.js";
import { listEntries } from "./entries.queries.js";
import { viewEntries, type EntryView } from "./entry-view.js";
import type { AnchorRecord } from "../verify/records.js";
import type { AuditFilter, AuditSearch } from "./search.js";

export const EXPORT_FORMATS = ["csv", "jsonl", "bundle"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportWish {
  readonly format: ExportFormat;
  readonly search: AuditSearch;
  readonly filter: AuditFilter;
  /** What is known of the chain outside the database. */
  readonly anchors: AsyncIterable<AnchorRecord>;
}

const ROWS_A_PAGE = 1_000;

/**
 * All that a search finds, newest first, in pieces of a page each; the bundle has the order of the chain and what proves
 * it (docs/audit-format.md). A page is read when the one before has been taken.
 */
export function exportPieces(op: Operation, wish: ExportWish): AsyncGenerator<string> {
  const { format, search, filter, anchors } = wish;
  if (format === "csv") return csvPieces(op, search);
  if (format === "jsonl") return jsonPieces(op, search);
  const which = isEverything(search) ? { filter: null } : { filter, entryIds: idsOf(op, search) };
  return inPieces(bundleLines(op, op.tenantId, { ...which, anchors }));
}

async function* pagesOf(op: Operation, search: AuditSearch): AsyncGenerator<readonly EntryRow[]> {
  let cursor: readonly string[] | null = null;
  for (;;) {
    const request = { limit: ROWS_A_PAGE, isBackward: false, cursor };
    const { rows, hasNext } = await listEntries(op, op.tenantId, search, request);
    yield rows;
    const last = rows.at(-1);
    if (!hasNext || !last) return;
    cursor = [last.at, last.id];
  }
}

async function* viewsOf(op: Operation, search: AuditSearch): AsyncGenerator<readonly EntryView[]> {
  for await (const rows of pagesOf(op, search)) yield await viewEntries(op, op.tenantId, rows);
}

async function* idsOf(op: Operation, search: AuditSearch): AsyncGenerator<Id> {
  for await (const rows of pagesOf(op, search)) for (const { id } of rows) yield id;
}

async function* jsonPieces(op: Operation, search: AuditSearch): AsyncGenerator<string> {
  for await (const views of viewsOf(op, search))
    yield views.map((view) => `${JSON.stringify(view)}\n`).join("");
}

type Cell = string | number | boolean | null;
const COLUMNS: Readonly<Record<string, (view: EntryView) => Cell>> = {
  seq: ({ seq }) => seq,
  at: ({ at }) => at,
  action: ({ action }) => action,
  sentence: ({ sentence }) => sentence,
  outcome: ({ outcome }) => outcome,
  reasonCode: ({ reasonCode }) => reasonCode,
  actorKind: ({ actor }) => actor.kind,
  actorId: ({ actor }) => actor.id,
  actor: ({ actor }) => actor.label,
  onBehalfOfId: ({ onBehalfOf }) => onBehalfOf?.id ?? null,
  onBehalfOf: ({ onBehalfOf }) => onBehalfOf?.label ?? null,
  resourceType: ({ resourceType }) => resourceType,
  resourceId: ({ resourceId }) => resourceId,
  targets: ({ targets }) => JSON.stringify(targets),
  changes: ({ changes }) => JSON.stringify(changes),
  ip: ({ ip }) => ip,
  userAgent: ({ userAgent }) => userAgent,
  requestId: ({ requestId }) => requestId,
  sessionId: ({ sessionId }) => sessionId,
  jobId: ({ jobId }) => jobId,
  id: ({ id }) => id,
  isErased: ({ isErased }) => isErased,
};

async function* csvPieces(op: Operation, search: AuditSearch): AsyncGenerator<string> {
  yield csvLine(Object.keys(COLUMNS));
  const columns = Object.values(COLUMNS);
  for await (const views of viewsOf(op, search))
    yield views.map((view) => csvLine(columns.map((cell) => cell(view)))).join("");
}

const isEverything = ({ conditions, words, from, to }: AuditSearch): boolean =>
  conditions.length === 0 && words.length === 0 && from === null && to === null;

const PIECE_CHARACTERS = 64 * 1024;

/** Lines together: a write for each would be most of the work. */
async function* inPieces(lines: AsyncGenerator<string>): AsyncGenerator<string> {
  let piece = "";
  for await (const line of lines) {
    piece += line;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}
