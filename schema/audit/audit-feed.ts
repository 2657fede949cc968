import { noteReading } from "#domain/audit/search/reading.js";
import { searchOf } from "#domain/audit/search/search-entries.js";
import { auditHead, readSnapshot, readStretch } from "#domain/audit/search/feed.js";
import type { AuditFilter, AuditSearch } from "#domain/audit/search/search.js";
import { AUDIT_CHANNEL, type AuditHint } from "#domain/channels.js";
import type { SchemaContext } from "../context.js";
import { feedCursors } from "../feed/cursor.js";
import { resumed, type FeedLog } from "../feed/resumed.js";
import { auditLogOf } from "./audit-log.type.js";
import type { AuditAppendedEvent } from "./audit-appended.type.js";

/** The organisation's entries that match, as they are sealed; with a cursor first those behind it. @throws InvalidInputError */
export async function auditFeed(
  context: SchemaContext,
  filter: AuditFilter,
  after: string | null | undefined,
) {
  const { op } = context;
  const cursors = feedCursors("auditAppended", op.tenantId);
  const place = cursors.readNumber(after);
  const search = await searchOf(op, filter);
  await noteReading(op, filter);
  return resumed<number, AuditAppendedEvent, AuditHint>(context, {
    log: auditTrail(context, search, (seq) => cursors.of(seq)),
    after: place,
    channel: AUDIT_CHANNEL,
    concerns: ({ chainId }) => chainId === op.tenantId,
  });
}

function auditTrail(
  { op }: SchemaContext,
  search: AuditSearch,
  cursorAt: (seq: number) => string,
): FeedLog<number, AuditAppendedEvent, AuditHint> {
  return {
    head: () => auditHead(op),
    async readAfter(place) {
      const stretch = await readStretch(op, search, place);
      if ("reason" in stretch) {
        const { reason, head } = stretch;
        const snapshot = (await readSnapshot(op, search, head)).map(auditLogOf);
        const event = { cursor: cursorAt(head), auditLog: null, gap: { reason, snapshot } };
        return { events: [event], upTo: head, hasMore: false };
      }
      const events = stretch.entries.map((entry) => ({
        cursor: cursorAt(entry.seq),
        auditLog: auditLogOf(entry),
        gap: null,
      }));
      return { events, upTo: stretch.upTo, hasMore: stretch.hasMore };
    },
  };
}
