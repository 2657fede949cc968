import * as v from "valibot";
import { command } from "../../command.js";
import { ConflictError, demandVersion, invalid } from "../../errors.js";
import { attempted, type FieldChange } from "../../events.js";
import { IdSchema, newId, type Id } from "../../ids.js";
import { statement, type UnitOfWork } from "../../operation.js";
import { findHeadSeq } from "./delivery.queries.js";
import { AuditStream, STREAM_KINDS, type StreamKind } from "./audit-stream.entity.js";
import { shownUrl, streamUrlFault } from "./stream-url.js";

/** So many an organisation. */
const MOST_STREAMS = 20;
const Url = v.pipe(v.string(), v.trim());

// Of two who come at the same moment the second waits, and then sees what the first did.
const LOCK_TENANT = statement<object>(
  "audit_streams_turn",
  "select from tenant where id = $1 for no key update",
);
const COUNT = statement<{ count: number }>(
  "count_audit_streams",
  "select count(*) as count from audit_stream where tenant_id = $1",
);

/**
 * From now on every entry of the organisation is sent there, in order; with `includesPast` those from the first one on.
 * Writes audit_stream; emits webhook.changed. Throws BAD_USER_INPUT, CONFLICT when there are 20.
 */
export const createAuditStream = command({
  name: "createAuditStream",
  permission: "system:settings",
  audits: attempted("webhook.changed"),
  input: v.object({
    kind: v.picklist(STREAM_KINDS, `kind must be one of ${STREAM_KINDS.join(", ")}.`),
    url: Url,
    includesPast: v.nullish(v.boolean()),
  }),
  async run(op, { kind, url, includesPast }): Promise<{ streamId: Id }> {
    demandUrl(kind, url);
    await op.query(LOCK_TENANT, [op.tenantId]);
    const [streams] = await op.query(COUNT, [op.tenantId]);
    if (streams!.count >= MOST_STREAMS)
      throw new ConflictError(`There are ${MOST_STREAMS} streams already; change or delete one.`, ["url"]);
    const id = newId();
    const cursorSeq = includesPast ? 0 : await findHeadSeq(op, op.tenantId);
    const stream = { id, tenantId: op.tenantId, kind, url, secretNumber: 1, cursorSeq, pausedAt: null };
    op.em.create(AuditStream, { ...stream, ...calm(op), createdAt: op.now, version: 1 }, { persist: true });
    await tell(op, stream, [
      { field: "kind", before: null, after: kind },
      { field: "url", before: null, after: shownUrl(url) },
      { field: "cursorSeq", before: null, after: cursorSeq },
    ]);
    return { streamId: id };
  },
});

/**
 * Sends elsewhere from the next batch on, or signs with a new secret; where it stands stays.
 * Writes audit_stream; emits webhook.changed. Throws NOT_FOUND, CONFLICT, BAD_USER_INPUT.
 */
export const updateAuditStream = command({
  name: "updateAuditStream",
  permission: "system:settings",
  audits: attempted("webhook.changed", "audit_stream", "streamId"),
  input: v.object({
    streamId: IdSchema,
    url: v.nullish(Url),
    newSecret: v.nullish(v.boolean()),
    expectedVersion: v.nullish(v.number()),
  }),
  async run(
    op,
    { streamId, url, newSecret, expectedVersion },
  ): Promise<{ streamId: Id; hasNewSecret: boolean }> {
    const stream = await op.lock(AuditStream, "audit stream", streamId);
    demandVersion("audit stream", stream.version, expectedVersion);
    const hasNewSecret = newSecret === true && stream.kind === "WEBHOOK";
    const changes: FieldChange[] = [];
    if (url != null && url !== stream.url) {
      demandUrl(stream.kind, url);
      changes.push({ field: "url", before: shownUrl(stream.url), after: shownUrl(url) });
      Object.assign(stream, { url, ...calm(op) });
    }
    if (hasNewSecret) {
      changes.push({ field: "secret", before: null, after: "changed" });
      stream.secretNumber += 1;
    }
    if (changes.length > 0) {
      stream.version += 1;
      await tell(op, stream, changes);
    }
    return { streamId, hasNewSecret };
  },
});

/** Nothing is sent until it is resumed; what has begun may still arrive. Writes audit_stream; emits webhook.changed. Throws NOT_FOUND. */
export const pauseAuditStream = command({
  name: "pauseAuditStream",
  permission: "system:settings",
  audits: attempted("webhook.changed", "audit_stream", "streamId"),
  input: v.object({ streamId: IdSchema }),
  run: (op, { streamId }) => setPaused(op, streamId, true),
});

/** Goes on where it stood, at once. Writes audit_stream; emits webhook.changed. Throws NOT_FOUND. */
export const resumeAuditStream = command({
  name: "resumeAuditStream",
  permission: "system:settings",
  audits: attempted("webhook.changed", "audit_stream", "streamId"),
  input: v.object({ streamId: IdSchema }),
  run: (op, { streamId }) => setPaused(op, streamId, false),
});

/** Its place is forgotten with it. Writes audit_stream; emits webhook.changed. Throws NOT_FOUND. */
export const deleteAuditStream = command({
  name: "deleteAuditStream",
  permission: "system:settings",
  audits: attempted("webhook.changed", "audit_stream", "streamId"),
  input: v.object({ streamId: IdSchema }),
  async run(op, { streamId }): Promise<{ streamId: Id }> {
    const stream = await op.lock(AuditStream, "audit stream", streamId);
    op.em.remove(stream);
    await tell(op, stream, [
      { field: "kind", before: stream.kind, after: null },
      { field: "url", before: shownUrl(stream.url), after: null },
    ]);
    return { streamId };
  },
});

/** Twice is once. */
async function setPaused(op: UnitOfWork, streamId: Id, isPaused: boolean): Promise<{ streamId: Id }> {
  const stream = await op.lock(AuditStream, "audit stream", streamId);
  const wasPaused = stream.pausedAt !== null;
  if (wasPaused === isPaused) return { streamId };
  Object.assign(stream, { pausedAt: isPaused ? op.now : null, version: stream.version + 1 });
  if (!isPaused) Object.assign(stream, calm(op));
  await tell(op, stream, [{ field: "paused", before: wasPaused, after: isPaused }]);
  return { streamId };
}

/** Due at once, as if nothing had failed. */
const calm = (op: UnitOfWork) => ({ failures: 0, failingSince: null, lastError: null, nextTryAt: op.now });

function demandUrl(kind: StreamKind, url: string): void {
  const fault = streamUrlFault(kind, url);
  // What was meant may hold a token.
  if (fault !== null) throw invalid(["url"], "url", fault, null);
}

async function tell(
  op: UnitOfWork,
  { id, url }: Pick<AuditStream, "id" | "url">,
  changes: FieldChange[],
): Promise<void> {
  await op.emit("webhook.changed", {
    targets: [{ type: "audit_stream", id, label: new URL(url).host }],
    changes,
  });
}
