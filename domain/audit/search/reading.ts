import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { FieldChange } from "../../events.js";
import type { Id } from "../../ids.js";
import { statement, type Operation, type Reader } from "../../operation.js";
import type { AuditFilter } from "./search.js";

/** For so long looking at the same again is the same look. */
const SAME_LOOK_MINUTES = 10;
const TARGET = "audit_query";

const LOCK = statement<object>("audit_reading_lock", "select pg_advisory_xact_lock(hashtext($1))");
const IS_ON_RECORD = statement<object>(
  "audit_reading_is_on_record",
  `select from event where tenant_id = $1 and targets -> 0 ->> 'type' = '${TARGET}' and targets -> 0 ->> 'id' = $2
     and context ->> 'sessionId' = $3 and at > now() - interval '${SAME_LOOK_MINUTES} minutes' limit 1`,
);

/**
 * Looking at the record is on record, before anything is shown: once a session, filter and ten minutes, however many
 * pages are turned. The product's own reads are none.
 */
export async function noteReading(op: Operation, filter: AuditFilter | { readonly id: Id }): Promise<void> {
  if (op.actor.kind !== "USER") return;
  const { sessionId } = op.actor;
  const fields = givenOf(filter);
  const digest = createHash("sha256").update(canonicalize(fields)!).digest("hex").slice(0, 32);
  const isOnRecord = async (reader: Reader) =>
    (await reader.query(IS_ON_RECORD, [op.tenantId, digest, sessionId])).length > 0;
  if (await isOnRecord(op)) return;
  const facts = { targets: [{ type: TARGET, id: digest }], changes: changesOf(fields) };
  // Of several that look at the same moment one writes it down; the others wait and see it.
  await op.record("audit.read", facts, async (work) => {
    await work.query(LOCK, [`${sessionId} ${digest}`]);
    return isOnRecord(work);
  });
}

/** What was asked for, on record: values can name people, and are kept beside the entry. */
export function filterChanges(filter: object): FieldChange[] {
  return changesOf(givenOf(filter));
}

function givenOf(filter: object): Record<string, string> {
  const given = Object.entries(filter).filter(([, value]) => value != null && value !== "");
  return Object.fromEntries(
    given.map(([field, value]) => [field, value instanceof Date ? value.toISOString() : String(value)]),
  );
}

const changesOf = (fields: Readonly<Record<string, string>>): FieldChange[] =>
  Object.entries(fields).map(([field, after]) => ({ field, before: null, after, personal: true }));
