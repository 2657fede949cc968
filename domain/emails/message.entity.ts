import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { MessageState } from "./message.lifecycle.js";

/** A row of the send ledger: unique (campaign, step, lead), so that nobody gets a step twice. */
export const Message = defineEntity({
  name: "Message",
  tableName: "message",
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    campaignId: p.uuid(),
    versionId: p.uuid(),
    enrollmentId: p.uuid(),
    stepId: p.uuid(),
    stepPosition: p.integer(),
    leadId: p.uuid(),
    variant: p.integer().nullable(),
    state: p.text().$type<MessageState>(),
    reason: p.text().nullable(),
    plannedAt: p.datetime(),
    dueAt: p.datetime(),
    attempt: p.integer(),
    claimedAt: p.datetime().nullable(),
    leaseOwner: p.uuid().nullable(),
    leaseUntil: p.datetime().nullable(),
    intentAt: p.datetime().nullable(),
    sentAt: p.datetime().nullable(),
    messageIdHeader: p.text().nullable(),
    serverReply: p.text().nullable(),
    bodyDigest: p.blob().nullable(),
    updatedAt: p.datetime(),
  },
});
export type Message = InferEntity<typeof Message>;
