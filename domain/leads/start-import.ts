import { createHash } from "node:crypto";
import * as v from "valibot";
import { selfOf } from "../access/actor.js";
import { command } from "../command.js";
import { ConflictError, invalid } from "../errors.js";
import { attempted, changesBetween } from "../events.js";
import { IdSchema, newId, type Id } from "../ids.js";
import { statement, type Operation, type Reader, type UnitOfWork } from "../operation.js";
import { IMPORT_POLICIES } from "./import-batch.entity.js";
import { owningTeam } from "../teams/index.js";
import { listByName } from "./list-membership.js";
import { importLeads } from "./leads.jobs.js";

/** A file is kept in pieces of this size until its leads are written; nothing ever holds a whole file. */
export const CHUNK_BYTES = 256 * 1024;
export const LARGEST_IMPORT_BYTES = 200 * 1024 * 1024;

/** Lead field → the file's column for it. What it does not name is found by the header. */
const Mapping = v.record(
  v.picklist(["email", "firstName", "lastName", "company", "title", "timezone"], "is not a field of a lead"),
  v.pipe(v.string(), v.nonEmpty(), v.maxLength(200)),
);

const Options = v.object({
  /** The list that the leads go to; the file's name when left out. */
  listName: v.nullish(
    v.pipe(v.string(), v.trim(), v.maxLength(120, "A list's name has at most 120 characters.")),
  ),
  fileName: v.nullish(v.pipe(v.string(), v.maxLength(255, "A file's name has at most 255 characters."))),
  mapping: v.nullish(Mapping),
  policy: v.nullish(v.picklist(IMPORT_POLICIES), "UPDATE"),
  dryRun: v.nullish(v.boolean(), false),
  /** Whose the list and the new leads are; left out, that of the only team that the caller belongs to. */
  teamId: v.nullish(IdSchema),
});
type ImportOptions = v.InferOutput<typeof Options>;
type Content = AsyncIterable<Buffer> | Iterable<Buffer>;
type Sealed = { readonly importId: Id; readonly digest: string; readonly bytes: number };

const INSERT_BATCH = statement<object>(
  "insert_import",
  `insert into import_batch (id, tenant_id, status, file_name, digest, bytes, mapping, policy, dry_run, started_by, team_id)
   values ($1, $2, 'PENDING', $3, '', 0, $4::jsonb, $5, $6, $7, $8)`,
);
const INSERT_CHUNK = statement<object>(
  "insert_import_chunk",
  "insert into import_chunk (tenant_id, import_id, position, content) values ($1, $2, $3, $4)",
);
// Not one that has been given up for broken off meanwhile.
const SEAL_BATCH = statement<{ id: Id }>(
  "seal_import",
  "update import_batch set digest = $3, bytes = $4, list_id = $5 where tenant_id = $1 and id = $2 and status = 'PENDING' returning id",
);
const DROP_BATCH = statement<object>(
  "drop_import",
  `with chunks as (delete from import_chunk where tenant_id = $1 and import_id = $2)
   delete from import_batch where tenant_id = $1 and id = $2`,
);
const EMPTY = "The file is empty. It needs a header line and at least one row.";

async function insertBatch(op: UnitOfWork, options: ImportOptions): Promise<Id> {
  const importId = newId();
  const mapping = JSON.stringify(options.mapping ?? {});
  const fileName = options.fileName ?? null;
  await op.query(INSERT_BATCH, [
    importId,
    op.tenantId,
    fileName,
    mapping,
    options.policy,
    options.dryRun,
    selfOf(op),
    await owningTeam(op, options.teamId),
  ]);
  return importId;
}

function listNameOf(op: UnitOfWork, { listName, fileName }: ImportOptions): string {
  return (
    listName ||
    fileName?.replace(/\.csv$/i, "").slice(0, 120) ||
    `Import of ${op.now.toISOString().slice(0, 16)}`
  );
}

/** Stores the file in pieces. @throws InvalidInputError when it is empty or too large. */
async function storeChunks(op: Reader & { tenantId: Id }, importId: Id, content: Content): Promise<Sealed> {
  const hash = createHash("sha256");
  let bytes = 0;
  let position = 0;
  for await (const chunk of inChunks(content)) {
    bytes += chunk.length;
    if (bytes > LARGEST_IMPORT_BYTES)
      throw invalid(
        ["file"],
        "size",
        `A file has at most ${LARGEST_IMPORT_BYTES / 1024 / 1024} MB; split it.`,
      );
    hash.update(chunk);
    await op.query(INSERT_CHUNK, [op.tenantId, importId, position, chunk]);
    position += 1;
  }
  if (bytes === 0) throw invalid(["file"], "empty", EMPTY);
  return { importId, digest: hash.digest("hex"), bytes };
}

/** The list is made last: a file that never arrives whole leaves none behind. */
async function sealBatch(
  op: UnitOfWork,
  { importId, digest, bytes }: Sealed,
  options: ImportOptions,
): Promise<{ importId: Id }> {
  const teamId = await owningTeam(op, options.teamId);
  const listName = listNameOf(op, options);
  const listId = options.dryRun ? null : await listByName(op, op.tenantId, teamId, listName);
  const values = [Buffer.from(digest, "hex"), bytes, listId];
  const [seal] = await op.query(SEAL_BATCH, [op.tenantId, importId, ...values]);
  if (!seal)
    throw new ConflictError("The upload took more than an hour and was given up. Upload the file again.", [
      "file",
    ]);
  const { fileName, policy, dryRun } = options;
  await op.emit("lead.imported", {
    targets: [
      { type: "import", id: importId, label: fileName },
      ...(listId ? [{ type: "list", id: listId, label: listName }] : []),
    ],
    changes: changesBetween<object>({}, { digest, bytes, policy, dryRun, teamId }),
    reasonCode: "STARTED",
  });
  await op.enqueue(importLeads, { importId }, { key: importId });
  return { importId };
}

/**
 * Takes a file that came as a string and hands it to a worker: all in one transaction.
 * Writes import_batch, import_chunk and the list; emits lead.imported as STARTED, and again when it is done; enqueues
 * campaigns.importLeads. Throws BAD_USER_INPUT for an empty or too large file.
 */
export const startImport = command({
  name: "startImport",
  permission: "lead:import",
  input: v.object({ ...Options.entries, csv: v.pipe(v.string(), v.nonEmpty(EMPTY)) }),
  audits: attempted("lead.imported"),
  async run(op, { csv, ...options }) {
    const importId = await insertBatch(op, options);
    return sealBatch(op, await storeChunks(op, importId, [Buffer.from(csv, "utf8")]), options);
  },
});

const beginUpload = command({
  name: "beginUpload",
  permission: "lead:import",
  input: Options,
  run: insertBatch,
});
const finishUpload = command({
  name: "finishUpload",
  permission: "lead:import",
  input: v.object({
    sealed: v.object({ importId: v.string(), digest: v.string(), bytes: v.number() }),
    options: Options,
  }),
  run: (op, { sealed, options }) => sealBatch(op, sealed, options),
});

/**
 * The same for an upload. A slow sender must not hold a transaction open, so the pieces are stored one by one; the
 * job comes with the last of them, and an upload that breaks off is taken away again.
 */
export async function uploadImport(
  op: Operation,
  options: unknown,
  content: Content,
): Promise<{ importId: Id }> {
  const importId = await op.run(beginUpload, options);
  try {
    const sealed = await storeChunks(op, importId, content);
    return await op.run(finishUpload, { sealed, options });
  } catch (error) {
    await op.query(DROP_BATCH, [op.tenantId, importId]);
    throw error;
  }
}

async function* inChunks(content: Content): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const piece of content) {
    held.push(piece);
    size += piece.length;
    if (size < CHUNK_BYTES) continue;
    const whole = Buffer.concat(held);
    let from = 0;
    for (; whole.length - from >= CHUNK_BYTES; from += CHUNK_BYTES)
      yield whole.subarray(from, from + CHUNK_BYTES);
    held = [whole.subarray(from)];
    size = whole.length - from;
  }
  const rest = Buffer.concat(held);
  if (rest.length > 0) yield rest;
}
