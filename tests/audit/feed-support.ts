import { randomUUID } from "node:crypto";
import type { Id } from "../../domain/ids.js";
import type { TestDatabase } from "../support/database.js";
import type { WireError } from "../support/api.js";
import { TestSocket } from "../support/socket.js";

export const APPENDED = `subscription ($filter: AuditLogFilter, $after: String) { auditAppended(filter: $filter, after: $after) {
  cursor auditLog { id seq action requestId changes { after } } gap { reason snapshot { seq action } } } }`;

export interface Appended {
  readonly cursor: string;
  readonly auditLog: { readonly id: string; readonly seq: number; readonly requestId: string } | null;
  readonly gap: { readonly reason: string; readonly snapshot: readonly { readonly seq: number }[] } | null;
}

/** Writes entries as a job does, many in one transaction; their request ids are `name`:1, `name`:2, … */
export async function writeEntries(
  { sql }: TestDatabase,
  tenantId: Id,
  {
    from = 1,
    count,
    name = "entry",
    bytes = 0,
  }: { from?: number; count: number; name?: string; bytes?: number },
): Promise<void> {
  await sql(
    `with written as (
       insert into event (id, tenant_id, action, actor_kind, actor_label, targets, outcome, changes, context)
       select uuid_v7(), $1, 'lead.imported', 'JOB', '"leads.import"', '[]', 'SUCCESS',
         case when $5 = 0 then '[]' else jsonb_build_array(jsonb_build_object('field', 'note', 'before', null, 'after', repeat('x', $5))) end,
         jsonb_build_object('requestId', $4::text || ':' || n)
       from generate_series($2::int, $2::int + $3::int - 1) n returning id, at)
     insert into pending_seal (event_id, at) select id, at from written`,
    [tenantId, from, count, name, bytes],
  );
}

/** Follows the record as a client does that loses its line: it goes on from the last cursor that it has taken. */
export class Follower {
  readonly seen: string[] = [];
  readonly gaps: NonNullable<Appended["gap"]>[] = [];
  cursor: string | null = null;
  socket: TestSocket | null = null;

  constructor(
    private readonly authorization: string,
    private readonly filter: object,
  ) {}

  /** @param cutAfter ends the line from this side when so many more have been taken. */
  async open(url: string, cutAfter = Infinity): Promise<{ readonly ended: Promise<unknown> }> {
    const socket = await TestSocket.connect(url, this.authorization);
    this.socket = socket;
    let left = cutAfter;
    let isCut = false;
    const cut = () => {
      isCut = true;
      socket.raw.terminate();
    };
    socket.raw.on("message", (text) => {
      const { type, payload } = JSON.parse(String(text)) as {
        type: string;
        payload: { data: { auditAppended: Appended }; errors?: WireError[] };
      };
      socket.messages.length = 0;
      if (type !== "next" || isCut) return;
      const { cursor, auditLog, gap } = payload.data.auditAppended;
      if (gap) this.gaps.push(gap);
      if (auditLog) this.seen.push(auditLog.requestId);
      this.cursor = cursor;
      left -= 1;
      if (left <= 0) cut();
    });
    socket.send({
      type: "subscribe",
      id: randomUUID(),
      payload: { query: APPENDED, variables: { filter: this.filter, after: this.cursor } },
    });
    if (cutAfter === 0) cut();
    return { ended: socket.closed };
  }
}

/** The same numbers for the same seed (mulberry32), from 0 to below 1. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
