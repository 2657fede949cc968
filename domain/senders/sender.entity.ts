import { defineEntity, p, type InferEntity } from "@mikro-orm/core";

/** PAUSED: its mail waits; ARCHIVED: it is used no more, and its address is free again. */
export const SENDER_STATES = ["ACTIVE", "PAUSED", "ARCHIVED"] as const;
export type SenderState = (typeof SENDER_STATES)[number];

/** Who campaigns are sent from. */
export const Sender = defineEntity({
  name: "Sender",
  tableName: "sender",
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    address: p.text(),
    /** As it stands in From. */
    name: p.text(),
    replyTo: p.text().nullable(),
    postalAddress: p.text().nullable(),
    /** Null: no limit. Hours and days are those of UTC. */
    perHour: p.integer().nullable(),
    perDay: p.integer().nullable(),
    gapSeconds: p.integer(),
    state: p.text().$type<SenderState>(),
    version: p.integer(),
    createdBy: p.uuid().nullable(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});
export type Sender = InferEntity<typeof Sender>;
