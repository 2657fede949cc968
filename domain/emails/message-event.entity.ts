import { defineEntity, p, type InferEntity } from "@mikro-orm/core";

/** What happened to a message, append-only; `seq` is its place in the stream. */
export const MessageEvent = defineEntity({
  name: "MessageEvent",
  tableName: "message_event",
  properties: {
    seq: p.bigint("string").primary(),
    id: p.uuid(),
    tenantId: p.uuid(),
    campaignId: p.uuid(),
    messageId: p.uuid(),
    type: p.text(),
    at: p.datetime(),
    source: p.text(),
    evidence: p.text().nullable(),
  },
});
export type MessageEvent = InferEntity<typeof MessageEvent>;
