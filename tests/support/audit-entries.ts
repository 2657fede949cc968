import { expect } from "vitest";
import type { EventTarget, FieldChange } from "../../domain/events.js";
import type { TestDatabase } from "./database.js";

/** An entry of the audit log as people read it: with what is known of those it tells of, which stands beside it. */
export interface AuditEntry {
  readonly tenantId: string | null;
  readonly at: string;
  readonly action: string;
  readonly actor: { readonly kind: string; readonly id: string | null; readonly label: string | null };
  readonly onBehalfOf: string | null;
  readonly targets: readonly EventTarget[];
  readonly outcome: string;
  readonly reason: string | null;
  readonly changes: readonly FieldChange[];
  readonly context: Readonly<Record<string, string>>;
}
type Stored = AuditEntry & { readonly known: readonly (readonly [path: string, value: unknown])[] };

/** What a request left, in order. */
export function entriesOf(db: TestDatabase, requestId: string): Promise<AuditEntry[]> {
  return read(db, "context ->> 'requestId' = $1", requestId);
}

async function read(db: TestDatabase, where: string, value: string): Promise<AuditEntry[]> {
  const rows = await db.sql<Stored>(
    `select tenant_id as "tenantId", at, action, targets, outcome, reason_code as reason, changes, context,
       on_behalf_of as "onBehalfOf", json_build_object('kind', actor_kind, 'id', actor_id, 'label', actor_label) as actor,
       coalesce((select json_agg(json_build_array(f.key, f.value -> 1)) from event_pii p, jsonb_each(p.fields) f
         where p.event_id = event.id), '[]') as known
     from event where ${where} order by at, id`,
    [value],
  );
  return rows.map(revealed);
}

/** Puts each value in the place of its commitment. */
function revealed({ known, ...entry }: Stored): AuditEntry {
  for (const [path, value] of known) {
    const steps = path.split(".");
    const last = steps.pop()!;
    const place = steps.reduce(
      (at, step) => at[step] as Record<string, unknown>,
      entry as Record<string, unknown>,
    );
    expect(place[last], path).toEqual({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    place[last] = value;
  }
  return entry;
}
