import {
  Arg,
  Args,
  Ctx,
  FieldResolver,
  ID,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from "type-graphql";
import { importChannel } from "#domain/channels.js";
import { keysetCursor } from "#domain/keyset.js";
import {
  countImportErrors,
  countImports,
  findImport,
  listImportErrors,
  listImports,
  startImport,
  type ImportView,
} from "#domain/leads/index.js";
import { encodeCursor, pageRequest } from "#domain/page.js";
import { Answers } from "../answers-for.js";
import { found, idArgument } from "../arguments.js";
import { ConnectionArgs, connectionOf } from "../connection.js";
import type { SchemaContext } from "../context.js";
import { followed } from "../live.js";
import { settle } from "../payload.js";
import {
  Import,
  ImportConnection,
  ImportErrorConnection,
  importErrorOf,
  importOf,
  ImportProgressEvent,
  StartImportInput,
  StartImportPayload,
} from "./import.type.js";
import { LeadList } from "./lead.type.js";
import { leadListLoader } from "./leads.loaders.js";

@Resolver(() => Import)
export class ImportsResolver {
  @Query(() => Import, { nullable: true, name: "import" })
  async importById(@Arg("id", () => ID) id: string, @Ctx() { op }: SchemaContext) {
    return importOf(found(await findImport(op, op.scope, idArgument(id, "import")), "import"));
  }

  @Query(() => ImportConnection)
  async imports(@Args(() => ConnectionArgs) page: ConnectionArgs, @Ctx() { op }: SchemaContext) {
    const rows = await listImports(op, op.scope, pageRequest(page));
    return connectionOf(
      rows,
      (row) => keysetCursor(row.sortKey, row.id),
      importOf,
      () => countImports(op, op.scope),
    );
  }

  @FieldResolver(() => LeadList, { nullable: true })
  list(@Root() { listId }: Import, @Ctx() { loaders }: SchemaContext) {
    return listId === null ? null : loaders.get(leadListLoader).load(listId);
  }

  @FieldResolver(() => ImportErrorConnection, {
    description: "What was wrong with which row, in the order of the file.",
  })
  async errors(
    @Root() { id }: Import,
    @Ctx() { op }: SchemaContext,
    @Arg("first", () => Int, { nullable: true }) first?: number | null,
    @Arg("after", () => String, { nullable: true }) after?: string | null,
  ) {
    const rows = await listImportErrors(op, op.tenantId, id, pageRequest({ first, after }, 50));
    const cursor = (row: { row: number; position: number }) =>
      encodeCursor([String(row.row), String(row.position)]);
    return connectionOf(rows, cursor, importErrorOf, () => countImportErrors(op, op.tenantId, id));
  }

  @Mutation(() => StartImportPayload, {
    description: "Imports a file given as text; larger files go to POST /api/imports.",
  })
  startImport(
    @Arg("input", () => StartImportInput) input: StartImportInput,
    @Ctx() { op }: SchemaContext,
    @Arg("idempotencyKey", () => String, { nullable: true }) idempotencyKey?: string | null,
  ) {
    return settle("StartImportSuccess", async () => {
      const { importId } = await op.run(startImport, input, { idempotencyKey });
      return { import: importOf(found(await findImport(op, op.scope, importId), "import")) };
    });
  }

  @Answers("oneself")
  @Subscription(() => ImportProgressEvent, {
    description:
      "The import as it is, at once and whenever its counts change; ends when the import has ended.",
    subscribe: ({ args, context }: { args: { importId: string }; context: SchemaContext }) =>
      watchImport(context, idArgument(args.importId, "import")),
  })
  importProgress(
    @Root() view: ImportView,
    @Arg("importId", () => ID) _importId: string,
  ): ImportProgressEvent {
    return { cursor: encodeCursor([view.id, String(view.processed)]), import: importOf(view) };
  }
}

const ENDED = new Set(["COMPLETED", "FAILED", "CANCELLED", "UNDONE"]);

async function watchImport(context: SchemaContext, importId: string): Promise<AsyncGenerator<ImportView>> {
  // Refused at once, not with the first event.
  found(await findImport(context.op, context.op.scope, importId), "import");
  return untilEnded(context, importId);
}

async function* untilEnded(context: SchemaContext, importId: string): AsyncGenerator<ImportView> {
  const { op } = context;
  const read = () => findImport(op, op.scope, importId);
  for await (const view of followed(context, importChannel(importId), read)) {
    yield found(view, "import");
    if (ENDED.has(found(view, "import").status)) return;
  }
}
