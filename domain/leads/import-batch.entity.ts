import { defineEntity, p, type InferEntity } from "@mikro-orm/core";

export type ImportStatus = "PENDING" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELLED" | "UNDONE";
export const IMPORT_POLICIES = ["UPDATE", "SKIP"] as const;
export type ImportPolicy = (typeof IMPORT_POLICIES)[number];

/** Why a whole file was refused. */
export interface ImportFailure {
  readonly code: string;
  readonly message: string;
  readonly row: number | null;
  readonly column: string | null;
}

export const ImportBatch = defineEntity({
  name: "ImportBatch",
  tableName: "import_batch",
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    teamId: p.uuid().nullable(),
    listId: p.uuid().nullable(),
    status: p.text().$type<ImportStatus>(),
    fileName: p.text().nullable(),
    digest: p.blob(),
    bytes: p.bigint("number"),
    mapping: p.json<Record<string, string>>(),
    policy: p.text().$type<ImportPolicy>(),
    dryRun: p.boolean(),
    total: p.integer(),
    processed: p.integer(),
    imported: p.integer(),
    updated: p.integer(),
    skipped: p.integer(),
    rejected: p.integer(),
    failure: p.json<ImportFailure>().nullable(),
    startedBy: p.uuid().nullable(),
    createdAt: p.datetime(),
    startedAt: p.datetime().nullable(),
    finishedAt: p.datetime().nullable(),
  },
});
export type ImportBatch = InferEntity<typeof ImportBatch>;
