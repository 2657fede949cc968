import { importChannel, type Bus, type ImportHint } from "#domain/channels.js";
import { cancel, done, type Outcome } from "#domain/jobs/outcome.js";
import {
  beginImport,
  CsvRefusal,
  endImport,
  findImport,
  importContent,
  ImportOvertaken,
  planColumns,
  readCsv,
  readRow,
  writeImportBatch,
  type ColumnPlan,
  type CsvRow,
  type ImportedLead,
  type ImportView,
  type RowFault,
} from "#domain/leads/index.js";
import type { Id } from "#domain/ids.js";
import type { Operation } from "#domain/operation.js";
import type { JobRun } from "../job-handler.js";

const BATCH_ROWS = 1000;

/**
 * Imports a file in two readings. The first only checks that it is well-formed and counts its rows, so that a file
 * with a broken quote at its end imports nothing and says where. The second writes batch by batch, each in its own
 * transaction with the row that it reached: after a crash the next run goes on from there.
 */
export async function importLeadsHandler(run: JobRun<{ importId: string }>): Promise<Outcome> {
  const { op, payload, bus } = run;
  const view = await findImport(op, op.scope, payload.importId);
  if (!view || (view.status !== "PENDING" && view.status !== "RUNNING"))
    return cancel("the import has ended already");
  try {
    const plan = await check(op, view);
    tell(bus, view.id);
    await write(run, view, plan);
    await op.run(endImport, { importId: view.id, failure: null });
  } catch (error) {
    if (error instanceof ImportOvertaken) return cancel("another run is ahead");
    if (!(error instanceof CsvRefusal)) throw error;
    await op.run(endImport, { importId: view.id, failure: error.failure });
  }
  tell(bus, view.id);
  return done;
}

/** What has been written stays: its rows are told by the counts, the rest is not imported. */
export async function withdrawImport(
  { op, payload, bus }: JobRun<{ importId: string }>,
  reason: string,
): Promise<void> {
  const message = `The import was stopped: ${reason} Somebody who may import starts it again.`;
  const failure = { code: "INITIATOR_GONE", message, row: null, column: null };
  await op.run(endImport, { importId: payload.importId, failure });
  tell(bus, payload.importId);
}

function tell(bus: Bus, importId: Id): void {
  bus.publish(importChannel(importId), { importId } satisfies ImportHint);
}

/** @throws CsvRefusal when the file cannot be read to its end, has no address column or no rows. */
async function check(op: Operation, view: ImportView): Promise<ColumnPlan> {
  let plan: ColumnPlan | undefined;
  let total = 0;
  for await (const { cells } of rowsOf(op, view)) {
    if (plan) total += 1;
    else plan = planColumns(cells, view.mapping);
  }
  if (!plan)
    throw new CsvRefusal("FILE_EMPTY", "The file has no text. It needs a header line and at least one row.");
  if (total === 0)
    throw new CsvRefusal("NO_ROWS", "The file has a header but no rows: there is nothing to import.", {
      row: 1,
    });
  const mapping = Object.fromEntries([...plan.columns].map(([field, at]) => [field, plan.header[at]]));
  await op.run(beginImport, { importId: view.id, total, mapping });
  return plan;
}

function rowsOf(op: Operation, view: ImportView): AsyncGenerator<CsvRow> {
  return readCsv(importContent(op, op.tenantId, view.id));
}

async function write(
  { op, bus, signal }: JobRun<unknown>,
  view: ImportView,
  plan: ColumnPlan,
): Promise<void> {
  // Only a dry run has to remember: otherwise the addresses of earlier rows are leads by now.
  const seen = new Set<string>();
  const { id: importId, listId, policy, dryRun } = view;
  let from = view.processed;
  let leads: ImportedLead[] = [];
  let faults: RowFault[] = [];
  let rows = 0;
  const flush = async () => {
    signal.throwIfAborted();
    const batch = writeImportBatch({ leads, faults, rows }, seen);
    from = (await op.run(batch, { importId, listId, policy, dryRun, from })).processed;
    if (dryRun) for (const { canonical } of leads) seen.add(canonical);
    [leads, faults, rows] = [[], [], 0];
    tell(bus, importId);
  };
  let at = -1;
  for await (const row of rowsOf(op, view)) {
    at += 1;
    if (at === 0) continue;
    const read = readRow(row, plan);
    if (at <= view.processed) {
      if (dryRun && "lead" in read) seen.add(read.lead.canonical);
      continue;
    }
    if ("lead" in read) leads.push(read.lead);
    else faults.push(...read.faults);
    rows += 1;
    if (rows === BATCH_ROWS) await flush();
  }
  if (rows > 0) await flush();
}
