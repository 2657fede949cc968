import type { Id } from "../ids.js";
import type { Commitment } from "./commitment.js";
import { canonicalBytes, sha256 } from "./seal.js";

/** An entry's columns as the statements below read them: `at` is text with six decimals. */
export interface EntryRow {
  readonly id: Id;
  readonly tenantId: Id | null;
  readonly at: string;
  readonly action: string;
  readonly actorKind: string;
  readonly actorId: Id | null;
  readonly actorLabel: string | Commitment | null;
  readonly onBehalfOf: Id | null;
  readonly targets: readonly unknown[];
  readonly outcome: string;
  readonly reasonCode: string | null;
  readonly changes: readonly unknown[];
  readonly context: object;
  readonly schemaVersion: number;
}

/** Text with six decimals, whatever they are: what is hashed must read the same tomorrow. */
export const microseconds = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** All columns of `event e`; whatever reads an entry for its proof selects these. */
export const ENTRY_COLUMNS = `e.id, e.tenant_id as "tenantId", ${microseconds("e.at")} as at, e.action, e.actor_kind as "actorKind",
  e.actor_id as "actorId", e.actor_label as "actorLabel", e.on_behalf_of as "onBehalfOf", e.targets, e.outcome,
  e.reason_code as "reasonCode", e.changes, e.context, e.schema_version as "schemaVersion"`;

/** The object that is hashed: all that was written down (docs/audit-format.md). */
export interface EntryBody {
  readonly id: Id;
  readonly tenantId: Id | null;
  readonly at: string;
  readonly action: string;
  readonly actor: {
    readonly kind: string;
    readonly id: Id | null;
    readonly label: string | Commitment | null;
    readonly onBehalfOf: Id | null;
  };
  readonly targets: readonly unknown[];
  readonly outcome: string;
  readonly reasonCode: string | null;
  readonly changes: readonly unknown[];
  readonly context: object;
  readonly schemaVersion: number;
}

/** Its keys stand in the order in which they are hashed. */
export function bodyOf(row: EntryRow): EntryBody {
  const { actorKind, actorId, actorLabel, onBehalfOf } = row;
  return {
    action: row.action,
    actor: { id: actorId, kind: actorKind, label: actorLabel, onBehalfOf },
    at: row.at,
    changes: row.changes,
    context: row.context,
    id: row.id,
    outcome: row.outcome,
    reasonCode: row.reasonCode,
    schemaVersion: row.schemaVersion,
    targets: row.targets,
    tenantId: row.tenantId,
  };
}

export const leafOf = (body: EntryBody): Buffer => sha256(canonicalBytes(body));
