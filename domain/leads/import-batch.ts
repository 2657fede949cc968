import * as v from "valibot";
import { inScope, isInScope } from "../access/scope.js";
import { command } from "../command.js";
import { emailHash } from "../email-address.js";
import { IdSchema, newId, type Id } from "../ids.js";
import { demandInitiator, InitiatorGone } from "../jobs/initiator.js";
import { statement, type UnitOfWork } from "../operation.js";
import { IMPORT_POLICIES } from "./import-batch.entity.js";
import type { ImportedLead, RowFault } from "./import-rows.js";
import { MAILABILITY_OF_HASH } from "./mailability.js";

const UNNESTED = `unnest($2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::jsonb[])
  as r(id, email, canonical, hash, first_name, last_name, company, title, timezone, custom)`;

/** What the file leaves empty stays as it was. */
const UPDATED = `first_name = coalesce(excluded.first_name, lead.first_name), last_name = coalesce(excluded.last_name, lead.last_name),
  company = coalesce(excluded.company, lead.company), title = coalesce(excluded.title, lead.title),
  timezone = coalesce(excluded.timezone, lead.timezone), custom_fields = lead.custom_fields || excluded.custom_fields, updated_at = now()`;

const merge = (policy: string, onConflict: string) =>
  statement<{ imported: number; updated: number }>(
    `merge_leads_${policy.toLowerCase()}`,
    `with merged as (
       insert into lead (id, owner_team_id, tenant_id, email, email_canonical, email_hash, first_name, last_name, company, title, timezone, custom_fields, mailability, source)
       select r.id, $12::uuid, $1, r.email, r.canonical, r.hash, r.first_name, r.last_name, r.company, r.title, r.timezone, r.custom,
         ${MAILABILITY_OF_HASH("$1", "r.hash")}, 'IMPORT' from ${UNNESTED}
       on conflict (tenant_id, email_canonical) ${onConflict} returning (xmax = 0) as is_new)
     select count(*) filter (where is_new) as imported, count(*) filter (where not is_new) as updated from merged`,
  );
const MERGE = {
  UPDATE: merge("UPDATE", `do update set ${UPDATED} where ${inScope("lead.owner_team_id", "$13")}`),
  SKIP: merge("SKIP", `do nothing`),
} as const;

const JOIN_LIST = statement<object>(
  "join_imported_to_list",
  `insert into lead_list_member (tenant_id, list_id, lead_id)
   select $1, $2, l.id from lead l where l.tenant_id = $1 and l.email_canonical = any($3::text[]) on conflict do nothing`,
);
/** Those of the addresses that are leads of teams which the import may not touch. */
const FOREIGN = statement<{ canonical: string }>(
  "foreign_addresses",
  `select email_canonical as canonical from lead
   where tenant_id = $1 and email_canonical = any($2::text[]) and not ${inScope("owner_team_id", "$3")}`,
);
const STARTED = statement<{ readonly teamId: Id | null; readonly startedBy: Id | null }>(
  "import_started",
  `select team_id as "teamId", started_by as "startedBy" from import_batch where tenant_id = $1 and id = $2`,
);
const KNOWN = statement<{ canonical: string }>(
  "addresses_of_import",
  "select email_canonical as canonical from lead where tenant_id = $1 and email_canonical = any($2::text[])",
);
const ADD_FAULTS = statement<object>(
  "add_import_faults",
  `insert into import_row_error (tenant_id, import_id, row_number, position, column_name, rule, value, message)
   select $1, $2, r.row_number, r.position, r.column_name, r.rule, r.value, r.message
   from unnest($3::int[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[]) as r(row_number, position, column_name, rule, value, message)
   on conflict do nothing`,
);
// Fenced by the number of rows read so far: a batch that another run has written already changes nothing.
const ADVANCE = statement<{ processed: number }>(
  "advance_import",
  `update import_batch set processed = processed + $4, imported = imported + $5, updated = updated + $6, skipped = skipped + $7, rejected = rejected + $8
   where tenant_id = $1 and id = $2 and processed = $3 and status = 'RUNNING' returning processed`,
);

interface Ownership {
  /** Whose the new leads are. */
  readonly teamId: Id | null;
  /** Whose leads may be changed; null: all. */
  readonly scopeTeamIds: readonly Id[] | null;
}

export interface ImportBatchRows {
  readonly leads: readonly ImportedLead[];
  readonly faults: readonly RowFault[];
  /** Rows that these are, the faulty ones included. */
  readonly rows: number;
}

/** Another run of the same import is ahead: this one must stop. */
export class ImportOvertaken extends Error {}

/**
 * Writes one batch: leads merged by their address, joined to the list, faults noted, counts advanced, all or nothing.
 * Emits nothing: the end of the import does, once for all rows.
 * @throws ImportOvertaken when `from` rows are not what has been read so far; InitiatorGone when whoever started it may
 * not import there any more.
 */
export const writeImportBatch = (batch: ImportBatchRows, seen: ReadonlySet<string>) =>
  command({
    name: "writeImportBatch",
    permission: "internal",
    input: v.object({
      importId: IdSchema,
      listId: v.nullable(IdSchema),
      policy: v.picklist(IMPORT_POLICIES),
      dryRun: v.boolean(),
      from: v.number(),
    }),
    async run(op, { importId, listId, policy, dryRun, from }): Promise<{ processed: number }> {
      const ownership = await ownershipNow(op, importId);
      const { leads, foreign } = await split(op, batch.leads, ownership);
      const counts = dryRun
        ? await foresee(op, leads, policy, seen)
        : await mergeAll(op, leads, policy, ownership);
      if (listId) await op.query(JOIN_LIST, [op.tenantId, listId, leads.map((lead) => lead.canonical)]);
      await addFaults(op, importId, [...batch.faults, ...foreign.map(notInScope)]);
      const rejected = batch.rows - leads.length;
      const values = [from, batch.rows, counts.imported, counts.updated, counts.skipped, rejected];
      const [advanced] = await op.query(ADVANCE, [op.tenantId, importId, ...values]);
      if (!advanced) throw new ImportOvertaken(`Import ${importId} is not at row ${from} any more`);
      return advanced;
    },
  });

/** Whose leads it may change: by the rights that whoever started it has at this batch, not at the start. */
async function ownershipNow(op: UnitOfWork, importId: Id): Promise<Ownership> {
  const [started] = await op.query(STARTED, [op.tenantId, importId]);
  if (!started) throw new ImportOvertaken(`Import ${importId} is not there any more`);
  const { startedBy, teamId } = started;
  if (startedBy === null) return { teamId, scopeTeamIds: null };
  const scope = await demandInitiator(op, op.tenantId, startedBy, "lead:import");
  if (!isInScope(scope, teamId))
    throw new InitiatorGone("Whoever started it does not belong to the team of the import any more.");
  return { teamId, scopeTeamIds: scope.teamIds };
}

/** Leads of another team are theirs to change. Each such row is named, none is dropped. */
async function split(
  op: UnitOfWork,
  leads: readonly ImportedLead[],
  { scopeTeamIds }: Ownership,
): Promise<{ leads: readonly ImportedLead[]; foreign: readonly ImportedLead[] }> {
  if (scopeTeamIds === null) return { leads, foreign: [] };
  const rows = await op.query(FOREIGN, [op.tenantId, leads.map((lead) => lead.canonical), scopeTeamIds]);
  if (rows.length === 0) return { leads, foreign: [] };
  const theirs = new Set(rows.map((row) => row.canonical));
  return {
    leads: leads.filter((lead) => !theirs.has(lead.canonical)),
    foreign: leads.filter((lead) => theirs.has(lead.canonical)),
  };
}

function notInScope({ row, fields }: ImportedLead): RowFault {
  const message = "Another team works with this address; ask an administrator to share the lead.";
  return { row, column: null, rule: "not_in_scope", value: fields.email, message };
}

interface Counts {
  imported: number;
  updated: number;
  skipped: number;
}

async function mergeAll(
  op: UnitOfWork,
  leads: readonly ImportedLead[],
  policy: "UPDATE" | "SKIP",
  { teamId, scopeTeamIds }: Ownership,
): Promise<Counts> {
  const counts = { imported: 0, updated: 0, skipped: 0 };
  for (const round of inRounds(leads)) {
    const owner = policy === "UPDATE" ? [teamId, scopeTeamIds] : [teamId];
    const [merged] = await op.query(MERGE[policy], [op.tenantId, ...columnsOf(round), ...owner]);
    counts.imported += merged!.imported;
    counts.updated += merged!.updated;
    counts.skipped += round.length - merged!.imported - merged!.updated;
  }
  return counts;
}

/** One statement cannot touch an address twice: a second row for it goes into a second round, in the file's order. */
function inRounds(leads: readonly ImportedLead[]): ImportedLead[][] {
  const times = new Map<string, number>();
  const rounds: ImportedLead[][] = [];
  for (const lead of leads) {
    const n = times.get(lead.canonical) ?? 0;
    times.set(lead.canonical, n + 1);
    (rounds[n] ??= []).push(lead);
  }
  return rounds;
}

function columnsOf(leads: readonly ImportedLead[]): unknown[] {
  const column = (of: (lead: ImportedLead) => unknown) => leads.map(of);
  return [
    column(() => newId()),
    column(({ fields }) => fields.email),
    column(({ canonical }) => canonical),
    column(({ canonical }) => emailHash(canonical)),
    column(({ fields }) => fields.firstName ?? null),
    column(({ fields }) => fields.lastName ?? null),
    column(({ fields }) => fields.company ?? null),
    column(({ fields }) => fields.title ?? null),
    column(({ fields }) => fields.timezone ?? null),
    column(({ fields }) => JSON.stringify(fields.customFields ?? {})),
  ];
}

/** A dry run: the same counts without a write. `seen` are the addresses of the batches before. */
async function foresee(
  op: UnitOfWork,
  leads: readonly ImportedLead[],
  policy: "UPDATE" | "SKIP",
  seen: ReadonlySet<string>,
): Promise<Counts> {
  const known = new Set(
    (await op.query(KNOWN, [op.tenantId, leads.map((lead) => lead.canonical)])).map((row) => row.canonical),
  );
  const counts = { imported: 0, updated: 0, skipped: 0 };
  for (const { canonical } of leads) {
    if (!known.has(canonical) && !seen.has(canonical)) counts.imported += 1;
    else counts[policy === "UPDATE" ? "updated" : "skipped"] += 1;
    known.add(canonical);
  }
  return counts;
}

async function addFaults(op: UnitOfWork, importId: Id, faults: readonly RowFault[]): Promise<void> {
  if (faults.length === 0) return;
  const positions = new Map<number, number>();
  const position = ({ row }: RowFault) => {
    const n = positions.get(row) ?? 0;
    positions.set(row, n + 1);
    return n;
  };
  await op.query(ADD_FAULTS, [
    op.tenantId,
    importId,
    faults.map((fault) => fault.row),
    faults.map(position),
    faults.map((fault) => fault.column),
    faults.map((fault) => fault.rule),
    faults.map((fault) => fault.value),
    faults.map((fault) => fault.message),
  ]);
}
