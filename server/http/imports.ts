import multipart, { type MultipartFile } from "@fastify/multipart";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { demandOwnEyes } from "#domain/access/actor.js";
import { ForbiddenError, invalid, InvalidInputError } from "#domain/errors.js";
import { LARGEST_IMPORT_BYTES, startImport, uploadImport } from "#domain/leads/index.js";
import type { Operation } from "#domain/operation.js";
import { discardRest } from "./discard-rest.js";

export interface ImportOptions {
  /** The operation of the request, for whoever its bearer token proves. */
  openOperation(request: FastifyRequest): Promise<Operation>;
}

const PLACE = "POST /api/imports";
const CODE_TOO_LARGE = 413;
const BOUNDARY = /;\s*boundary="?[^";\s]/i;
const NO_BOUNDARY =
  "The content type multipart/form-data must name its boundary: multipart/form-data; boundary=…";
const UNFINISHED = "The form ends before its closing boundary; send the whole file again.";

/**
 * `POST /api/imports?listName=…&policy=…&dryRun=…&mapping=…` with one file field `file`; answers `{ importId }`. The file
 * goes to the database as it comes and is never held whole.
 */
export async function addImportUpload(app: FastifyInstance, { openOperation }: ImportOptions): Promise<void> {
  await app.register(async (scope) => {
    await scope.register(multipart, {
      // One byte more than is allowed, so that it is the import's own rule that refuses.
      limits: {
        files: 1,
        fields: 5,
        fieldSize: 1000,
        parts: 6,
        headerPairs: 20,
        fileSize: LARGEST_IMPORT_BYTES + 1,
      },
      throwFileSizeLimit: false,
    });
    scope.post("/api/imports", { bodyLimit: LARGEST_IMPORT_BYTES + 64 * 1024 }, async (request, reply) => {
      try {
        const op = await openOperation(request);
        await admit(op);
        return await take(op, request);
      } catch (error) {
        if (!(await discardRest(request.raw))) void reply.header("connection", "close");
        if (error instanceof InvalidInputError && error.issues.some((issue) => issue.rule === "size"))
          void reply
            .code(CODE_TOO_LARGE)
            .send({ code: "PAYLOAD_TOO_LARGE", message: error.message, requestId: request.id });
        else throw error;
        return reply;
      }
    });
  });
}

/** Before a byte of the file is read. A refused person leaves an audit entry, as over GraphQL. */
async function admit(op: Operation): Promise<void> {
  const { permission } = startImport;
  await op.authorise(permission, PLACE);
  try {
    demandOwnEyes(op.actor, permission);
  } catch (error) {
    if (error instanceof ForbiddenError) await op.refuse(error, PLACE);
    throw error;
  }
}

/** @throws InvalidInputError also when the form ends before its file does */
async function take(op: Operation, request: FastifyRequest): Promise<{ importId: string }> {
  const { file, filename } = await fileOf(request);
  let fault: unknown = null;
  file.once("error", (error: Error) => (fault = error));
  try {
    return await uploadImport(op, optionsOf(request, filename), file);
  } catch (error) {
    throw error === fault || brokeEarly(error, file) ? invalid(["file"], "form", UNFINISHED) : error;
  }
}

/** What reading a file says that had broken off before anybody read. */
function brokeEarly(error: unknown, file: MultipartFile["file"]): boolean {
  if (file.errored === error) return true;
  return error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE";
}

async function fileOf(request: FastifyRequest): Promise<MultipartFile> {
  if (!request.isMultipart())
    throw Object.assign(new Error("Send the file as multipart/form-data."), { statusCode: 415 });
  if (!BOUNDARY.test(request.headers["content-type"] ?? "")) throw invalid(["file"], "form", NO_BOUNDARY);
  const part = await request.file().catch(unreadable);
  if (part?.fieldname !== "file")
    throw invalid(["file"], "required", "Send one file in the form field named file.", part?.fieldname);
  return part;
}

/** Faults with a status are the parser's limits; the rest is how the form is written. */
function unreadable(error: Error & { statusCode?: number }): never {
  if (error.statusCode !== undefined) throw error;
  throw invalid(["file"], "form", UNFINISHED);
}

/** Query parameters are text; the rules of the values are the command's. */
function optionsOf(request: FastifyRequest, filename: string): Record<string, unknown> {
  const { listName, fileName, policy, dryRun, mapping, teamId } = request.query as Record<
    string,
    string | undefined
  >;
  return {
    listName,
    fileName: fileName ?? filename,
    policy,
    dryRun: dryRun === undefined ? undefined : booleanOf(dryRun),
    mapping: mapping === undefined ? undefined : objectOf(mapping),
    teamId,
  };
}

function booleanOf(text: string): boolean {
  if (text === "true" || text === "false") return text === "true";
  throw invalid(["dryRun"], "boolean", "dryRun must be true or false.", text);
}

function objectOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(["mapping"], "json", 'mapping must be JSON, such as {"email":"E-Mail"}.', text);
  }
}
