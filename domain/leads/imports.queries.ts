import { inScope, type Scope } from "../access/scope.js";
import type { Id } from "../ids.js";
import { keyset, keysetValues, type OrderColumn } from "../keyset.js";
import { statement, type Reader } from "../operation.js";
import { invalidCursor, pageOf, type Page, type PageRequest } from "../page.js";
import type { ImportFailure, ImportPolicy, ImportStatus } from "./import-batch.entity.js";

/** An import as lists and pages show it. Times are ISO 8601 text. */
export interface ImportView {
  readonly id: Id;
  readonly tenantId: Id;
  readonly status: ImportStatus;
  readonly fileName: string | null;
  readonly listId: Id | null;
  readonly mapping: Record<string, string>;
  readonly policy: ImportPolicy;
  readonly dryRun: boolean;
  readonly total: number;
  readonly processed: number;
  readonly imported: number;
  readonly updated: number;
  readonly skipped: number;
  readonly rejected: number;
  readonly failure: ImportFailure | null;
  readonly createdAt: string;
  readonly finishedAt: string | null;
  /** Null: of the whole organisation. */
  readonly teamId: Id | null;
  readonly startedBy: Id | null;
}

const COLUMNS = `i.id, i.tenant_id as "tenantId", i.status, i.file_name as "fileName", i.list_id as "listId", i.mapping, i.policy,
  i.dry_run as "dryRun", i.total, i.processed, i.imported, i.updated, i.skipped, i.rejected, i.failure,
  i.created_at as "createdAt", i.finished_at as "finishedAt", i.team_id as "teamId", i.started_by as "startedBy"`;
const BY_ID = statement<ImportView>(
  "import_by_id",
  `select ${COLUMNS} from import_batch i where i.tenant_id = $1 and i.id = $2 and ${inScope("i.team_id", "$3")}`,
);
const COUNT = statement<{ count: number }>(
  "count_imports",
  `select count(*) as count from import_batch i where i.tenant_id = $1 and ${inScope("i.team_id", "$2")}`,
);
// A file has its digest when its last piece is stored.
const BROKEN_UPLOADS = statement<{ id: Id; tenantId: Id }>(
  "broken_uploads",
  `select id, tenant_id as "tenantId" from import_batch
   where status = 'PENDING' and digest = '' and created_at < now() - interval '1 hour' order by created_at limit 1000`,
);
const ORDER: OrderColumn = { column: "i.created_at", type: "timestamptz" };

export async function findImport(reader: Reader, scope: Scope, id: Id): Promise<ImportView | null> {
  return (await reader.query(BY_ID, [scope.tenantId, id, scope.teamIds]))[0] ?? null;
}

/** Uploads of all tenants that began more than an hour ago and are not complete; the oldest 1000. */
export async function brokenUploads(reader: Reader): Promise<{ id: Id; tenantId: Id }[]> {
  return reader.query(BROKEN_UPLOADS, []);
}

/** Imports, the newest first. */
export async function listImports(
  reader: Reader,
  scope: Scope,
  request: PageRequest,
): Promise<Page<ImportView & { readonly sortKey: string }>> {
  const { name, beyond, tail } = keyset(ORDER, "DESC", request.isBackward, "i.id", 3);
  const list = statement<ImportView & { sortKey: string }>(
    `list_imports_${name}`,
    `select ${COLUMNS}, i.created_at::text as "sortKey" from import_batch i where i.tenant_id = $1 and ${inScope("i.team_id", "$2")} and ${beyond} ${tail}`,
  );
  return pageOf(
    await reader.query(list, [scope.tenantId, scope.teamIds, ...keysetValues(ORDER, request)]),
    request,
  );
}

export async function countImports(reader: Reader, scope: Scope): Promise<number> {
  return (await reader.query(COUNT, [scope.tenantId, scope.teamIds]))[0]!.count;
}

export interface ImportRowErrorView {
  readonly row: number;
  readonly position: number;
  readonly column: string | null;
  readonly rule: string;
  readonly value: string | null;
  readonly message: string;
}

const ERRORS = statement<ImportRowErrorView>(
  "import_errors",
  `select row_number as row, position, column_name as "column", rule, value, message from import_row_error
   where tenant_id = $1 and import_id = $2 and ($3::int is null or (row_number, position) > ($3, $4)) order by row_number, position limit $5`,
);
const COUNT_ERRORS = statement<{ count: number }>(
  "count_import_errors",
  "select count(*) as count from import_row_error where tenant_id = $1 and import_id = $2",
);

/** What was wrong with which row, in the order of the file. */
export async function listImportErrors(
  reader: Reader,
  tenantId: Id,
  importId: Id,
  request: PageRequest,
): Promise<Page<ImportRowErrorView>> {
  const [row = null, position = null] = request.cursor ?? [];
  if (
    request.cursor &&
    !(request.cursor.length === 2 && request.cursor.every((part) => /^\d{1,9}$/.test(part)))
  )
    throw invalidCursor("after", request.cursor.join(" "));
  return pageOf(await reader.query(ERRORS, [tenantId, importId, row, position, request.limit + 1]), request);
}

export async function countImportErrors(reader: Reader, tenantId: Id, importId: Id): Promise<number> {
  return (await reader.query(COUNT_ERRORS, [tenantId, importId]))[0]!.count;
}
