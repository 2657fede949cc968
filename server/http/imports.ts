import multipart, { type MultipartFile } from "@fastify/multipart";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { demand } from "#domain/access/actor.js";
import { ForbiddenError, invalid, InvalidInputError } from "#domain/errors.js";
import { LARGEST_IMPORT_BYTES, startImport, uploadImport } from "#domain/leads/index.js";
import type { Operation } from "#domain/operation.js";

export interface ImportOptions {
  /** The operation of the request, for whoever its bearer token proves. */
  openOperation(request: FastifyRequest): Promise<Operation>;
}

const CODE_TOO_LARGE = 413;

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
      const op = await openOperation(request);
      try {
        await admit(op);
        const { file, filename } = await fileOf(request);
        return await uploadImport(op, optionsOf(request, filename), file);
      } catch (error) {
        // What is left of the body is not worth reading.
        void reply.header("connection", "close");
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
  try {
    demand(op.actor, startImport.permission);
  } catch (error) {
    if (error instanceof ForbiddenError)
      await op.record("auth.permission.denied", {
        targets: [{ type: "field", id: "POST /api/imports" }],
        outcome: "DENIED",
        reasonCode: startImport.permission,
      });
    throw error;
  }
}

async function fileOf(request: FastifyRequest): Promise<MultipartFile> {
  if (!request.isMultipart())
    throw Object.assign(new Error("Send the file as multipart/form-data."), { statusCode: 415 });
  const part: MultipartFile | undefined = await request.file();
  if (part?.fieldname !== "file")
    throw invalid(["file"], "required", "Send one file in the form field named file.", part?.fieldname);
  return part;
}

/** Query parameters are text; the rules of the values are the command's. */
function optionsOf(request: FastifyRequest, filename: string): Record<string, unknown> {
  const { listName, fileName, policy, dryRun, mapping } = request.query as Record<string, string | undefined>;
  return {
    listName,
    fileName: fileName ?? filename,
    policy,
    dryRun: dryRun === undefined ? undefined : booleanOf(dryRun),
    mapping: mapping === undefined ? undefined : objectOf(mapping),
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
