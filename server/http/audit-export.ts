import { Readable } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { EXPORT_FORMATS, exportPieces, type ExportFormat } from "#domain/audit/search/export.js";
import { filterChanges } from "#domain/audit/search/reading.js";
import { searchOf } from "#domain/audit/search/search-entries.js";
import type { AuditFilter } from "#domain/audit/search/search.js";
import type { AnchorRecord } from "#domain/audit/verify/records.js";
import { invalid } from "#domain/errors.js";
import type { Id } from "#domain/ids.js";
import type { Operation } from "#domain/operation.js";

export interface AuditExportOptions {
  /** The operation of the request, for whoever its bearer token proves. */
  openOperation(request: FastifyRequest): Promise<Operation>;
  /** What is known of a chain outside the database; a bundle has it with it. */
  anchorsOf(chain: Id): AsyncIterable<AnchorRecord>;
}

const PLACE = "GET /api/audit/export";
const TYPES: Readonly<Record<ExportFormat, readonly [type: string, extension: string]>> = {
  csv: ["text/csv; charset=utf-8", "csv"],
  jsonl: ["application/x-ndjson; charset=utf-8", "jsonl"],
  bundle: ["application/x-ndjson; charset=utf-8", "bundle.jsonl"],
};
const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/**
 * `GET /api/audit/export?format=csv|jsonl|bundle&query=…&from=…&to=…`: all that matches, read as fast as it is taken. That
 * it was exported is on record before the first byte leaves.
 */
export function addAuditExport(app: FastifyInstance, { openOperation, anchorsOf }: AuditExportOptions): void {
  app.get("/api/audit/export", { exposeHeadRoute: false }, async (request, reply) => {
    const op = await openOperation(request);
    await op.authorise("system:audit", PLACE);
    const { format, filter } = wishOf(request);
    const search = await searchOf(op, filter);
    await op.record("audit.exported", {
      targets: [{ type: "audit_export", id: format }],
      changes: [{ field: "format", before: null, after: format }, ...filterChanges(filter)],
    });
    const [type, extension] = TYPES[format];
    const name = `audit-${new Date().toISOString().slice(0, 10)}.${extension}`;
    void reply.type(type).header("content-disposition", `attachment; filename="${name}"`);
    return reply.send(
      Readable.from(exportPieces(op, { format, search, filter, anchors: anchorsOf(op.tenantId) }), {
        objectMode: false,
      }),
    );
  });
}

/** Query parameters are text. @throws InvalidInputError */
function wishOf(request: FastifyRequest): { format: ExportFormat; filter: AuditFilter } {
  const given = request.query as Record<string, unknown>;
  for (const [name, value] of Object.entries(given))
    if (typeof value !== "string") throw invalid([name], "single", `Give ${name} once.`, value);
  const { format = "csv", query, from, to } = given as Record<string, string | undefined>;
  const known = EXPORT_FORMATS.find((each) => each === format);
  if (!known)
    throw invalid(["format"], "picklist", `format must be one of ${EXPORT_FORMATS.join(", ")}.`, format);
  return { format: known, filter: { query: query ?? "", from: timeOf("from", from), to: timeOf("to", to) } };
}

function timeOf(name: string, text: string | undefined): Date | null {
  if (text === undefined || text === "") return null;
  const time = TIME.test(text) ? new Date(text) : null;
  if (time && !Number.isNaN(time.getTime())) return time;
  throw invalid([name], "time", `${name} must be a time with a zone, such as 2026-05-01T09:30:00Z.`, text);
}
