import { defineEntity, p, type InferEntity } from "@mikro-orm/core";

/** WEBHOOK: JSON by POST, signed. SYSLOG: RFC 5424 over TCP or TLS. */
export const STREAM_KINDS = ["WEBHOOK", "SYSLOG"] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];

/** Where an organisation has its entries sent to. How far it is, only who delivers writes. */
export const AuditStream = defineEntity({
  name: "AuditStream",
  tableName: "audit_stream",
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    kind: p.text().$type<StreamKind>(),
    url: p.text(),
    secretNumber: p.integer(),
    cursorSeq: p.bigint("number"),
    pausedAt: p.datetime().nullable(),
    failures: p.integer(),
    failingSince: p.datetime().nullable(),
    lastError: p.text().nullable(),
    nextTryAt: p.datetime(),
    createdAt: p.datetime(),
    version: p.integer(),
  },
});
export type AuditStream = InferEntity<typeof AuditStream>;
