import * as v from "valibot";
import { command } from "../command.js";
import { IdSchema, type Id } from "../ids.js";
import { statement, type Reader, type Statement, type UnitOfWork } from "../operation.js";
import type { ImportFailure } from "./import-batch.entity.js";

const BEGIN = statement<object>(
  "begin_import",
  `update import_batch set status = 'RUNNING', total = $3, mapping = $4::jsonb, started_at = coalesce(started_at, now())
   where tenant_id = $1 and id = $2 and status in ('PENDING', 'RUNNING')`,
);
const end = (name: string, from: string) =>
  statement<Ended>(
    name,
    `update import_batch set status = $3, failure = $4::jsonb, finished_at = now()
     where tenant_id = $1 and id = $2 and ${from}
     returning list_id as "listId", (select l.name from lead_list l where l.id = list_id) as "listName", file_name as "fileName", encode(digest, 'hex') as digest, total, imported, updated, skipped, rejected, dry_run as "dryRun"`,
  );
const END = end("end_import", "status in ('PENDING', 'RUNNING')");
// Asks again: the upload may have come to its end since it was found.
const END_UPLOAD = end("end_upload", "status = 'PENDING' and digest = ''");
const DROP_CHUNKS = statement<object>(
  "drop_import_chunks",
  "delete from import_chunk where tenant_id = $1 and import_id = $2",
);
// Three statements: what has joined the list or names it while we waited for its lock must be seen.
const LOCK_LIST = statement<object>(
  "lock_list",
  "select from lead_list where tenant_id = $1 and id = $2 for update",
);
const LEAVE_LIST = statement<object>(
  "leave_list",
  "update import_batch set list_id = null where tenant_id = $1 and id = $2",
);
const DROP_EMPTY_LIST = statement<object>(
  "drop_empty_list",
  `delete from lead_list l where l.tenant_id = $1 and l.id = $2
     and not exists (select from lead_list_member m where m.list_id = l.id)
     and not exists (select from import_batch i where i.list_id = l.id)
     and not exists (select from campaign c where c.tenant_id = $1 and c.audience->'listIds' ? l.id::text)`,
);
const CHUNK = statement<{ content: Buffer }>(
  "import_chunk",
  "select content from import_chunk where tenant_id = $1 and import_id = $2 and position = $3",
);

interface Ended {
  readonly listId: Id | null;
  readonly listName: string | null;
  readonly fileName: string | null;
  readonly digest: string;
  readonly total: number;
  readonly imported: number;
  readonly updated: number;
  readonly skipped: number;
  readonly rejected: number;
  readonly dryRun: boolean;
}

/** The stored file, piece by piece. */
export async function* importContent(reader: Reader, tenantId: Id, importId: Id): AsyncGenerator<Buffer> {
  for (let position = 0; ; position += 1) {
    const [chunk] = await reader.query(CHUNK, [tenantId, importId, position]);
    if (!chunk) return;
    yield chunk.content;
  }
}

/** The file is well-formed: how many rows it has and which column fills which field. Writes import_batch; its end emits. */
export const beginImport = command({
  name: "beginImport",
  permission: "internal",
  input: v.object({ importId: IdSchema, total: v.number(), mapping: v.record(v.string(), v.string()) }),
  async run(op, { importId, total, mapping }): Promise<null> {
    await op.query(BEGIN, [op.tenantId, importId, total, JSON.stringify(mapping)]);
    return null;
  },
});

const BROKEN_OFF: ImportFailure = {
  code: "UPLOAD_BROKEN_OFF",
  message: "The upload broke off before the file was complete. Upload it again.",
  row: null,
  column: null,
};

const Failure = v.object({
  code: v.string(),
  message: v.string(),
  row: v.nullable(v.number()),
  column: v.nullable(v.string()),
});

/**
 * Ends an import: completed, or refused with the reason. The stored file goes; counts and row errors stay.
 * Writes import_batch and import_chunk; emits lead.imported, one row with counts and the file's digest.
 */
export const endImport = command({
  name: "endImport",
  permission: "internal",
  input: v.object({ importId: IdSchema, failure: v.nullable(Failure) }),
  async run(op, { importId, failure }): Promise<null> {
    await finish(op, END, importId, failure);
    return null;
  },
});

/**
 * Fails an upload of which the last piece never came: its server died. One that is complete by now stays as it is.
 * Writes and emits what endImport does.
 */
export const failBrokenUpload = command({
  name: "failBrokenUpload",
  permission: "internal",
  input: v.object({ importId: IdSchema }),
  async run(op, { importId }): Promise<{ failed: boolean }> {
    return { failed: await finish(op, END_UPLOAD, importId, BROKEN_OFF) };
  },
});

/** Answers whether it was ended now. */
async function finish(
  op: UnitOfWork,
  ending: Statement<Ended>,
  importId: Id,
  failure: ImportFailure | null,
): Promise<boolean> {
  const status = failure ? "FAILED" : "COMPLETED";
  const [ended] = await op.query(ending, [op.tenantId, importId, status, failure && JSON.stringify(failure)]);
  if (!ended) return false;
  await op.query(DROP_CHUNKS, [op.tenantId, importId]);
  const { listId, listName, fileName, ...counts } = ended;
  const isWithoutLeads = ended.imported + ended.updated + ended.skipped === 0;
  // A file that brought nobody must not leave the list behind that was made for it.
  if ((failure || isWithoutLeads) && listId) await leaveList(op, importId, listId);
  const list = listId ? [{ type: "list", id: listId, label: listName }] : [];
  await op.emit("lead.imported", {
    targets: [{ type: "import", id: importId, label: fileName }, ...list],
    changes: Object.entries(counts).map(([field, after]) => ({ field, before: null, after })),
    outcome: failure ? "FAILED" : "SUCCESS",
    ...(failure && { reasonCode: failure.code }),
  });
  return true;
}

async function leaveList(op: UnitOfWork, importId: Id, listId: Id): Promise<void> {
  await op.query(LOCK_LIST, [op.tenantId, listId]);
  await op.query(LEAVE_LIST, [op.tenantId, importId]);
  await op.query(DROP_EMPTY_LIST, [op.tenantId, listId]);
}
