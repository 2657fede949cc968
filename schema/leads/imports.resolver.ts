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
import { feedCursors, type FeedCursors } from "../feed/cursor.js";
import type { After } from "../feed/gap.type.js";
import { wholeAfter, type Whole } from "../feed/whole.js";
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
    subscribe: ({ args, context }: { args: After & { importId: string }; context: SchemaContext }) =>
      watchImport(context, idArgument(args.importId, "import"), args.after),
  })
  importProgress(
    @Root() { view, gap }: Whole<ImportView>,
    @Ctx() { op }: SchemaContext,
    @Arg("importId", () => ID) _importId: string,
    @Arg("after", () => String, { nullable: true }) _after?: string | null,
  ): ImportProgressEvent {
    return { cursor: cursorOf(cursorsOf(op, view.id), view), import: importOf(view), gap };
  }
}

const cursorsOf = ({ tenantId }: SchemaContext["op"], importId: string) =>
  feedCursors("importProgress", tenantId, importId);
const cursorOf = (cursors: FeedCursors, { status, processed }: ImportView): string =>
  cursors.of(status, processed);

const ENDED = new Set(["COMPLETED", "FAILED", "CANCELLED", "UNDONE"]);

async function watchImport(
  context: SchemaContext,
  importId: string,
  after: string | null | undefined,
): Promise<AsyncIterableIterator<Whole<ImportView>>> {
  // Refused at once, not with the first event.
  found(await findImport(context.op, context.op.scope, importId), "import");
  const cursors = cursorsOf(context.op, importId);
  return wholeAfter(
    () => untilEnded(context, importId),
    cursors,
    after,
    (view) => cursorOf(cursors, view),
  );
}

async function* untilEnded(context: SchemaContext, importId: string): AsyncGenerator<ImportView> {
  const { op } = context;
  const read = () => findImport(op, op.scope, importId);
  for await (const view of followed(context, importChannel(importId), read)) {
    yield found(view, "import");
    if (ENDED.has(found(view, "import").status)) return;
  }
}
